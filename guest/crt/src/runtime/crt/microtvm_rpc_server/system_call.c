#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/crt_device_api.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/rpc_server/client_memory.h>
#include <tvm/runtime/crt/internal/rpc_server/system_call.h>

enum { ARGS_MAX = 4, STRING_OR_NULL = -1 };

/* Carries out a call whose arguments have the right types. With returns_handle *ret_handle is the
 * result. */
typedef int (*system_call_fn)(const TVMValue *values, void **ret_handle);

struct system_call {
    const char *name;
    system_call_fn call;
    int8_t num_args;
    int8_t type_codes[ARGS_MAX];
    bool returns_handle;
};

static int get_global_func(const TVMValue *values, void **ret_handle)
{
    return TVMFuncGetGlobal(values[0].v_str, ret_handle);
}

static int free_handle(const TVMValue *values, void **ret_handle)
{
    (void)ret_handle;
    void *handle = values[0].v_handle;
    switch (values[1].v_int64) {
    case kTVMNDArrayHandle:
        return TVMArrayFree(handle);
    case kTVMPackedFuncHandle:
        return TVMFuncFree(handle);
    case kTVMModuleHandle:
        return TVMModFree(handle);
    case kTVMObjectHandle:
        return TVMObjectFree(handle);
    default:
        return crt_error(kTvmErrorFunctionCallInvalidArg, "FreeHandle: no handles of type %ld",
                         (long)values[1].v_int64);
    }
}

static int alloc_data(const TVMValue *values, void **ret_handle)
{
    int64_t size_bytes = values[1].v_int64;
    int64_t alignment = values[2].v_int64;
    if (size_bytes < 0 || (uint64_t)size_bytes > SIZE_MAX || alignment < 0 ||
        (uint64_t)alignment > SIZE_MAX)
        return crt_no_memory((unsigned long)size_bytes, "device data");
    return TVMDeviceAllocDataSpace(values[0].v_device, (size_t)size_bytes, (size_t)alignment,
                                   values[3].v_type, ret_handle);
}

static int alloc_data_with_scope(const TVMValue *values, void **ret_handle)
{
    return tensor_allocate_data(values[0].v_handle, values[1].v_str, ret_handle);
}

static int free_data(const TVMValue *values, void **ret_handle)
{
    (void)ret_handle;
    return TVMDeviceFreeDataSpace(values[0].v_device, values[1].v_handle);
}

static int copy_among_remote(const TVMValue *values, void **ret_handle)
{
    (void)ret_handle;
    DLTensor *from = values[0].v_handle;
    DLTensor *to = values[1].v_handle;
    int status = rpc_check_tensor(from);
    if (status == 0)
        status = rpc_check_tensor(to);
    return status == 0 ? TVMDeviceCopyDataFromTo(from, to, values[2].v_handle) : status;
}

static int create_stream(const TVMValue *values, void **ret_handle)
{
    DLDevice device = values[0].v_device;
    return TVMStreamCreate(device.device_type, device.device_id, ret_handle);
}

/* Work on a CPU is done when the call returns: nothing to free, choose or wait for. */
static int use_stream(const TVMValue *values, void **ret_handle)
{
    (void)values;
    (void)ret_handle;
    return 0;
}

/* By code, from RPC_GET_GLOBAL_FUNC on; the ones without a function are not for a board. */
static const struct system_call system_calls[] = {
    {"GetGlobalFunc", get_global_func, 1, {kTVMStr}, true},
    {"FreeHandle", free_handle, 2, {kTVMOpaqueHandle, kDLInt}, false},
    {"DevSetDevice", NULL, 0, {0}, false},
    {"DevGetAttr", NULL, 0, {0}, false},
    {"DevAllocData", alloc_data, 4, {kDLDevice, kDLInt, kDLInt, kTVMDataType}, true},
    {"DevFreeData", free_data, 2, {kDLDevice, kTVMOpaqueHandle}, false},
    {"DevStreamSync", use_stream, 2, {kDLDevice, kTVMOpaqueHandle}, false},
    {"CopyAmongRemote",
     copy_among_remote,
     3,
     {kTVMDLTensorHandle, kTVMDLTensorHandle, kTVMOpaqueHandle},
     false},
    {"DevAllocDataWithScope", alloc_data_with_scope, 2, {kTVMDLTensorHandle, STRING_OR_NULL}, true},
    {"DevCreateStream", create_stream, 1, {kDLDevice}, true},
    {"DevFreeStream", use_stream, 2, {kDLDevice, kTVMOpaqueHandle}, false},
    {"DevSetStream", use_stream, 2, {kDLDevice, kTVMOpaqueHandle}, false},
    {"DevGetCurrentStream", create_stream, 1, {kDLDevice}, true},
};

static int check_types(const struct system_call *wanted, const struct rpc_arguments *arguments)
{
    if (arguments->num_args != wanted->num_args)
        return crt_wrong_count(wanted->name, arguments->num_args, wanted->num_args);
    for (int i = 0; i < wanted->num_args; i++) {
        int type_code = arguments->type_codes[i];
        bool ok = type_code == wanted->type_codes[i];
        if (wanted->type_codes[i] == STRING_OR_NULL)
            ok = type_code == kTVMStr || type_code == kTVMNullptr;
        if (wanted->type_codes[i] == kTVMOpaqueHandle)
            ok = ok || type_code == kTVMNullptr;
        if (!ok)
            return crt_wrong_type(wanted->name, i, type_code, wanted->type_codes[i]);
    }
    return 0;
}

bool rpc_system_call(struct session *session, enum rpc_code code,
                     const struct rpc_arguments *arguments)
{
    const struct system_call *wanted = &system_calls[code - RPC_GET_GLOBAL_FUNC];
    void *handle = NULL;
    if (!wanted->call) {
        (void)crt_error(kTvmErrorFunctionCallNotImplemented, "%s: not available on a board",
                        wanted->name);
        return rpc_reply_last_error(session);
    }
    int status = check_types(wanted, arguments);
    if (status == 0)
        status = wanted->call(arguments->values, &handle);
    if (status != 0)
        return rpc_reply_last_error(session);
    return wanted->returns_handle ? rpc_reply_handle(session, handle) : rpc_reply_void(session);
}
