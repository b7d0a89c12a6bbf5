/* The model of test_conformance: an AOT model as TVM generates it ("x" plus 1), and beside it
 * functions that the tests call by name. Compiled into firmware as any model is. */
#include <stdint.h>
#include <stdlib.h>
#include <tvm/runtime/c_backend_api.h>
#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/module.h>
#include <tvm/runtime/metadata_types.h>

#define PACKED(name)                                                                               \
    int32_t name(TVMValue *args, int *arg_type_ids, int num_args, TVMValue *out_value,             \
                 int *out_type_code, void *resource_handle)

/* ---- the model ---- */

PACKED(tvmgen_default___tvm_main__)
{
    const float *x = ((DLTensor *)args[0].v_handle)->data;
    float *y = ((DLTensor *)args[1].v_handle)->data;
    *y = *x + 1;
    return 0;
}

PACKED(tvmgen_default_run)
{
    return tvmgen_default___tvm_main__(args, arg_type_ids, num_args, out_value, out_type_code,
                                       resource_handle);
}

static const int64_t kTvmgenMetadata_inputs_0_shape[1] = {1L};
static const struct TVMTensorInfo kTvmgenMetadata_inputs[1] = {
    {"x" /* name*/, kTvmgenMetadata_inputs_0_shape, 1L, {2, 32, 1} /* dtype*/}};
static const int64_t kTvmgenMetadata_outputs_0_shape[1] = {1L};
static const struct TVMTensorInfo kTvmgenMetadata_outputs[1] = {
    {"output" /* name*/, kTvmgenMetadata_outputs_0_shape, 1L, {2, 32, 1} /* dtype*/}};
static const struct TVMMetadata kTvmgenMetadata[1] = {
    {1L, kTvmgenMetadata_inputs, 1L, kTvmgenMetadata_outputs, 1L, 0, 0L, 0, 0L, "tvmgen_default"}};

PACKED(tvmgen_default_get_c_metadata)
{
    out_value->v_handle = (void *)kTvmgenMetadata;
    *out_type_code = kTVMOpaqueHandle;
    return 0;
}

/* ---- what the tests call ---- */

static uint8_t *bytes_of(const DLTensor *tensor)
{
    return (uint8_t *)tensor->data + tensor->byte_offset;
}

static int32_t give(TVMValue *out_value, int *out_type_code, int64_t value)
{
    out_value->v_int64 = value;
    *out_type_code = kDLInt;
    return 0;
}

/* sum(tensor of bytes): FNV-1a, in which each byte's place counts. */
PACKED(conformance_sum)
{
    const DLTensor *tensor = args[0].v_handle;
    const uint8_t *bytes = bytes_of(tensor);
    uint32_t sum = 2166136261u;
    for (int64_t i = 0; i < tensor->shape[0]; i++)
        sum = (sum ^ bytes[i]) * 16777619u;
    return give(out_value, out_type_code, sum);
}

/* fill(tensor of bytes, seed): the same bytes for the same seed. */
PACKED(conformance_fill)
{
    const DLTensor *tensor = args[0].v_handle;
    uint8_t *bytes = bytes_of(tensor);
    uint32_t state = (uint32_t)args[1].v_int64;
    for (int64_t i = 0; i < tensor->shape[0]; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
    return give(out_value, out_type_code, 0);
}

/* count(): how often it was called since the board was switched on. */
PACKED(conformance_count)
{
    static int64_t calls;
    return give(out_value, out_type_code, ++calls);
}

/* work(turns): takes as long as its argument is large. */
PACKED(conformance_work)
{
    for (int64_t i = 0; i < args[0].v_int64; i++)
        __asm__ volatile("");
    return give(out_value, out_type_code, 0);
}

static void __attribute__((noinline)) hang(void)
{
    for (;;)
        __asm__ volatile("");
}

/* die(how) */
PACKED(conformance_die)
{
    switch (args[0].v_int64) {
    case 'f':
        __builtin_trap();
    case 'a':
        abort();
    case 'x':
        exit(3);
    case 'h':
        hang();
    }
    return -1;
}

/* ---- the table ---- */

static TVMBackendPackedCFunc _tvm_func_array[] = {
    (TVMBackendPackedCFunc)tvmgen_default_run, (TVMBackendPackedCFunc)tvmgen_default_get_c_metadata,
    (TVMBackendPackedCFunc)conformance_sum,    (TVMBackendPackedCFunc)conformance_fill,
    (TVMBackendPackedCFunc)conformance_count,  (TVMBackendPackedCFunc)conformance_work,
    (TVMBackendPackedCFunc)conformance_die,
};
static const TVMFuncRegistry _tvm_func_registry = {
    "\007\000tvmgen_default_run\000tvmgen_default_get_c_metadata\000conformance_sum\000"
    "conformance_fill\000conformance_count\000conformance_work\000conformance_die\000",
    _tvm_func_array,
};
static const TVMModule _tvm_system_lib = {
    &_tvm_func_registry,
};
const TVMModule *TVMSystemLibEntryPoint(void)
{
    return &_tvm_system_lib;
}
