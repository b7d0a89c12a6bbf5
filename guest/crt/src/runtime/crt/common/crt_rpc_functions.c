/* Start-up: the functions that TVM's clients look for by name. */
#include <tvm/runtime/crt/crt.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/crt_runtime_api.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/internal/time_evaluator/time_evaluator.h>

#include "crt_config.h"

/* NOLINTBEGIN(readability-non-const-parameter): the signatures are TVM's */

/* "runtime.SystemLib": newer clients pass a symbol prefix, which has no meaning here. */
static int get_system_library(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                              int *ret_type_code, void *resource_handle)
{
    (void)args;
    (void)type_codes;
    (void)num_args;
    (void)resource_handle;
    TVMModuleHandle handle;
    int status = crt_system_library(&handle);
    if (status != 0)
        return status;
    ret_val->v_handle = handle;
    *ret_type_code = kTVMModuleHandle;
    return 0;
}

/* "tvm.rpc.server.ModuleGetFunction"(module, name, query_imports): null where there is none, as
 * TVM's clients expect. */
static int module_get_function(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                               int *ret_type_code, void *resource_handle)
{
    (void)resource_handle;
    if (num_args != 3)
        return crt_wrong_count("ModuleGetFunction", num_args, 3);
    if (type_codes[0] != kTVMModuleHandle || type_codes[1] != kTVMStr ||
        (type_codes[2] != kTVMArgInt && type_codes[2] != kTVMArgBool))
        return crt_error(kTvmErrorFunctionCallWrongArgType,
                         "ModuleGetFunction: wanted (module, name, query_imports)");
    TVMFunctionHandle func;
    int status = TVMModGetFunction(args[0].v_handle, args[1].v_str, args[2].v_int64 != 0, &func);
    if (status == kTvmErrorFunctionNameNotFound)
        return 0;
    if (status != 0)
        return status;
    ret_val->v_handle = func;
    *ret_type_code = kTVMPackedFuncHandle;
    return 0;
}

/* "tvm.rpc.server.GetCRTMaxPacketSize": what a client may put into one RPC packet. The receive
 * buffer also holds the session's header (3 bytes) and the packet's length (8 bytes). */
static int get_max_packet_size(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                               int *ret_type_code, void *resource_handle)
{
    enum { OVERHEAD_BYTES = 3 + 8 };
    (void)args;
    (void)type_codes;
    (void)num_args;
    (void)resource_handle;
    ret_val->v_int64 = TVM_CRT_MAX_PACKET_SIZE_BYTES - OVERHEAD_BYTES;
    *ret_type_code = kTVMArgInt;
    return 0;
}

/* "tvm.contrib.random.random_fill"(tensor). */
static int random_fill(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                       int *ret_type_code, void *resource_handle)
{
    (void)ret_val;
    (void)ret_type_code;
    (void)resource_handle;
    if (num_args != 1)
        return crt_wrong_count("random_fill", num_args, 1);
    if (type_codes[0] != kTVMDLTensorHandle)
        return crt_wrong_type("random_fill", 0, type_codes[0], kTVMDLTensorHandle);
    return tensor_fill_randomly(args[0].v_handle);
}

/* NOLINTEND(readability-non-const-parameter) */

tvm_crt_error_t TVMInitializeRuntime(void)
{
    static const struct {
        const char *name;
        TVMBackendPackedCFunc func;
    } functions[] = {
        {"runtime.SystemLib", get_system_library},
        {"tvm.rpc.server.ModuleGetFunction", module_get_function},
        {"tvm.rpc.server.GetCRTMaxPacketSize", get_max_packet_size},
        {"runtime.RPCTimeEvaluator", crt_create_time_evaluator},
        {"tvm.contrib.random.random_fill", random_fill},
    };
    int status = crt_create_global_registry();
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]) && status == 0; i++)
        status = TVMFuncRegisterGlobal(functions[i].name, (TVMFunctionHandle)functions[i].func, 0);
    return (tvm_crt_error_t)status;
}
