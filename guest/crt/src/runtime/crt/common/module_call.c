#include <string.h>
#include <tvm/runtime/crt/internal/common/module_call.h>

int module_call_check(const struct module_call *call, int num_args)
{
    if (call->num_args == num_args)
        return 0;
    return crt_wrong_count(call->name, call->num_args, num_args);
}

int module_call_missing(const struct module_call *call)
{
    return crt_error(kTvmErrorFunctionCallNotImplemented,
                     "%s: not available on a board: copy inputs into get_input(name)", call->name);
}

int module_call_return_int(const struct module_call *call, int value)
{
    call->ret_val->v_int64 = value;
    *call->ret_type_code = kTVMArgInt;
    return 0;
}

int module_call_dispatch(struct module_call *call, const TVMFuncRegistry *registry,
                         const struct module_function *functions, const void *resource_handle,
                         const void *executor, const char *create)
{
    /* TVMFuncCall hands over the place in the table. */
    const TVMBackendPackedCFunc *place = resource_handle;
    call->name = TVMFuncRegistry_Get0thFunctionName(registry);
    for (const TVMBackendPackedCFunc *func = registry->funcs; func < place; func++, functions++)
        call->name += strlen(call->name) + 1;
    if (!executor)
        return crt_error(kTvmErrorFunctionCallInvalidArg, "%s: no executor: %s makes one",
                         call->name, create);
    int status =
        functions->num_args == NUM_ARGS_VARY ? 0 : module_call_check(call, functions->num_args);
    return status != 0 ? status : functions->body(call);
}
