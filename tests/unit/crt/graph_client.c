#include "unit/crt/graph_client.h"

#include <check.h>
#include <string.h>
#include <tvm/runtime/crt/graph_executor_module.h>

static const DLDataType BYTE = {kDLUInt, 8, 1};

struct message message;

void open_client(void)
{
    client_open();
    ck_assert_int_eq(TVMGraphExecutorModule_Register(), 0);
}

void open_linked(void)
{
    graph_model.links = true;
    open_client();
}

/* ---- arguments ---- */

void begin_function(uint64_t module, const char *name, const int *types, int count)
{
    uint64_t func = module_func(module, name);
    begin_call(&message, func);
    put_types(&message, types, count);
}

void call_none(uint64_t module, const char *name)
{
    begin_function(module, name, NULL, 0);
    client_send(&message);
}

void call_int(uint64_t module, const char *name, int64_t argument)
{
    const int types[] = {kTVMArgInt};
    begin_function(module, name, types, 1);
    put_u64(&message, (uint64_t)argument);
    client_send(&message);
}

void call_string(uint64_t module, const char *name, const char *argument)
{
    const int types[] = {kTVMStr};
    begin_function(module, name, types, 1);
    put_string(&message, argument);
    client_send(&message);
}

void expect_null(void)
{
    const int types[] = {kTVMNullptr};
    expect_returned(kTVMNullptr, types, 1);
    expect_end();
}

uint64_t expect_array(int ndim)
{
    const int types[] = {kTVMDLTensorHandle, kTVMOpaqueHandle};
    expect_returned(kTVMNDArrayHandle, types, 2);
    uint64_t data = get_u64();
    ck_assert_int_eq(get_i32(), kDLCPU);
    ck_assert_int_eq(get_i32(), 0);
    ck_assert_int_eq(get_i32(), ndim);
    ck_assert_uint_eq((uint32_t)get_i32(), kDLFloat | 32 << 8 | 1 << 16);
    return data;
}

/* ---- creating ---- */

static const int FROM_STRING[] = {kTVMStr, kTVMModuleHandle, kTVMArgInt, kTVMArgInt};
static const int FROM_TENSOR[] = {kTVMDLTensorHandle, kTVMModuleHandle, kTVMArgInt, kTVMArgInt};

uint64_t expect_module(void)
{
    const int types[] = {kTVMOpaqueHandle};
    expect_returned(kTVMModuleHandle, types, 1);
    return get_u64();
}

void send_create(const char *graph, int64_t device_type, int64_t device_id)
{
    uint64_t library = system_library();
    begin_call(&message, global_func("tvm.graph_executor.create"));
    put_types(&message, FROM_STRING, 4);
    put_string(&message, graph);
    put_u64(&message, library);
    put_u64(&message, (uint64_t)device_type);
    put_u64(&message, (uint64_t)device_id);
    client_send(&message);
}

void send_create_from(uint64_t data, size_t size)
{
    const int64_t shape[] = {(int64_t)size};
    uint64_t library = system_library();
    begin_call(&message, global_func("tvm.graph_executor.create"));
    put_types(&message, FROM_TENSOR, 4);
    put_tensor(&message, data, BYTE, shape, 1, 0);
    put_u64(&message, library);
    put_u64(&message, kDLCPU);
    put_u64(&message, 0);
    client_send(&message);
}

uint64_t create_whole(void)
{
    size_t size = strlen(graph_model_json);
    uint64_t data = alloc((int64_t)size);
    memcpy(memory_at(data), graph_model_json, size);
    send_create_from(data, size);
    return expect_module();
}

uint64_t create_small(void)
{
    send_create(graph_model_small, kDLCPU, 0);
    return expect_module();
}
