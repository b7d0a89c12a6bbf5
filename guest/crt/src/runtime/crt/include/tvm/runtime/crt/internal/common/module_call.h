/* What the functions of an executor's module share: their arguments as one value, and the checks
 * that each of them begins with. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_COMMON_MODULE_CALL_H_
#define TVM_RUNTIME_CRT_INTERNAL_COMMON_MODULE_CALL_H_

#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>

/* Arguments of a TVMBackendPackedCFunc, passed on whole. */
struct module_call {
    const TVMValue *args;
    const int *type_codes;
    int num_args;
    TVMValue *ret_val;
    int *ret_type_code;
};

/* Is there an executor (else CREATE, a function's name, makes one), and are there as many arguments
 * as NAME takes? Returns 0, or an error whose text is set. */
static inline int module_call_check(const struct module_call *call, const void *executor,
                                    const char *create, const char *name, int num_args)
{
    if (!executor) {
        (void)crt_error(kTvmErrorFunctionCallInvalidArg, "%s: no executor: %s makes one", name,
                        create);
        return kTvmErrorFunctionCallInvalidArg;
    }
    if (call->num_args != num_args)
        return crt_error(kTvmErrorFunctionCallNumArguments, "%s: %d arguments, wanted %d", name,
                         call->num_args, num_args);
    return 0;
}

static inline int module_call_return_int(const struct module_call *call, int value)
{
    call->ret_val->v_int64 = value;
    *call->ret_type_code = kTVMArgInt;
    return 0;
}

#endif // TVM_RUNTIME_CRT_INTERNAL_COMMON_MODULE_CALL_H_
