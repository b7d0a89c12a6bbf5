#include <tvm/runtime/crt/aot_executor.h>
#include <tvm/runtime/crt/aot_executor_module.h>
#include <tvm/runtime/crt/func_registry.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/module_call.h>
#include <tvm/runtime/crt/module.h>

/* There is one executor: creating another one ends it. */
static TVMAotExecutor *executor;
static TVMModuleHandle executor_handle;

/* Every function of the module checks the same: an executor, and how many arguments. */
static int check_call(const struct module_call *call, const char *name, int num_args)
{
    return module_call_check(call, executor, "tvm.aot_executor.create", name, num_args);
}

static int refuse_type(const char *name, int type_code, const char *wanted)
{
    return crt_error(kTvmErrorFunctionCallWrongArgType, "%s: argument of type %d, wanted %s", name,
                     type_code, wanted);
}

static int return_string(const struct module_call *call, const char *string)
{
    call->ret_val->v_str = string;
    *call->ret_type_code = kTVMStr;
    return 0;
}

static int return_array(const struct module_call *call, int64_t index)
{
    TVMNDArray *array = &executor->args[index];
    TVMNDArray_IncrementReference(array); /* the client's, until it frees the handle */
    call->ret_val->v_handle = &array->dl_tensor;
    *call->ret_type_code = kTVMNDArrayHandle;
    return 0;
}

/* A tensor by number or by name. */
static int get_tensor(const struct module_call *call, const char *what, int64_t first,
                      int64_t count, int (*index_of)(TVMAotExecutor *, const char *))
{
    int64_t index;
    int status = check_call(call, what, 1);
    if (status != 0)
        return status;
    if (call->type_codes[0] == kTVMArgInt) {
        index = call->args[0].v_int64;
        if (index < 0 || index >= count)
            return crt_error(kTvmErrorFunctionCallInvalidArg,
                             "%s: no number %ld: the model has %ld", what, (long)index,
                             (long)count);
    } else if (call->type_codes[0] == kTVMStr) {
        index = index_of(executor, call->args[0].v_str);
        if (index < 0)
            return kTvmErrorExecutorModuleNoSuchInput;
    } else {
        return refuse_type(what, call->type_codes[0], "a number or a name");
    }
    return return_array(call, first + index);
}

/* (number or name), or that and a tensor to copy to. */
static int get_output_tensor(const struct module_call *call)
{
    int64_t first = executor ? TVMAotExecutor_GetNumInputs(executor) : 0;
    int64_t count = executor ? TVMAotExecutor_GetNumOutputs(executor) : 0;
    bool copies = call->num_args == 2 && call->type_codes[1] == kTVMDLTensorHandle;
    struct module_call which = *call;
    if (copies)
        which.num_args = 1;
    int status = get_tensor(&which, "get_output", first, count, TVMAotExecutor_GetOutputIndex);
    if (status != 0 || !copies)
        return status;
    DLTensor *output = call->ret_val->v_handle;
    status = TVMDeviceCopyDataFromTo(output, call->args[1].v_handle, NULL);
    (void)TVMArrayFree(output);
    *call->ret_type_code = kTVMNullptr;
    return status;
}

static int get_index(const struct module_call *call, const char *what,
                     int (*index_of)(TVMAotExecutor *, const char *))
{
    int status = check_call(call, what, 1);
    if (status != 0)
        return status;
    if (call->type_codes[0] != kTVMStr)
        return refuse_type(what, call->type_codes[0], "a name");
    int index = index_of(executor, call->args[0].v_str);
    return index < 0 ? kTvmErrorExecutorModuleNoSuchInput : module_call_return_int(call, index);
}

static int get_name(const struct module_call *call, const char *what,
                    int (*name_of)(TVMAotExecutor *, int, const char **))
{
    const char *name;
    int status = check_call(call, what, 1);
    if (status != 0)
        return status;
    if (call->type_codes[0] != kTVMArgInt)
        return refuse_type(what, call->type_codes[0], "a number");
    int64_t index = call->args[0].v_int64;
    int bounded = index < 0 || index > INT32_MAX ? -1 : (int)index;
    if (name_of(executor, bounded, &name) != 0)
        return kTvmErrorExecutorModuleNoSuchInput;
    return return_string(call, name);
}

/* ---- the module's functions ---- */

/* NOLINTBEGIN(readability-non-const-parameter): the signatures are TVM's */

/* A TVMBackendPackedCFunc NAME whose body gets its arguments as `call`. */
#define MODULE_FUNCTION(name, body)                                                                \
    static int name(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,              \
                    int *ret_type_code, void *resource_handle)                                     \
    {                                                                                              \
        (void)resource_handle;                                                                     \
        const struct module_call packed = {args, type_codes, num_args, ret_val, ret_type_code};    \
        const struct module_call *call = &packed;                                                  \
        body                                                                                       \
    }

MODULE_FUNCTION(get_input, {
    int64_t count = executor ? TVMAotExecutor_GetNumInputs(executor) : 0;
    return get_tensor(call, "get_input", 0, count, TVMAotExecutor_GetInputIndex);
})

MODULE_FUNCTION(get_output, { return get_output_tensor(call); })

MODULE_FUNCTION(get_input_index,
                { return get_index(call, "get_input_index", TVMAotExecutor_GetInputIndex); })

MODULE_FUNCTION(get_output_index,
                { return get_index(call, "get_output_index", TVMAotExecutor_GetOutputIndex); })

MODULE_FUNCTION(get_input_name,
                { return get_name(call, "get_input_name", TVMAotExecutor_GetInputName); })

MODULE_FUNCTION(get_output_name,
                { return get_name(call, "get_output_name", TVMAotExecutor_GetOutputName); })

MODULE_FUNCTION(get_num_inputs, {
    int status = check_call(call, "get_num_inputs", 0);
    return status != 0 ? status
                       : module_call_return_int(call, TVMAotExecutor_GetNumInputs(executor));
})

MODULE_FUNCTION(get_num_outputs, {
    int status = check_call(call, "get_num_outputs", 0);
    return status != 0 ? status
                       : module_call_return_int(call, TVMAotExecutor_GetNumOutputs(executor));
})

MODULE_FUNCTION(run, {
    int status = check_call(call, "run", 0);
    return status != 0 ? status : TVMAotExecutor_Run(executor);
})

/* Part of the interface of TVM's larger executors; TVM's own CRT has none of them either. */
MODULE_FUNCTION(not_implemented, {
    (void)call;
    return crt_error(kTvmErrorFunctionCallNotImplemented,
                     "not available on a board: inputs are set by copying into get_input(name), "
                     "parameters are linked into the firmware");
})

static const TVMBackendPackedCFunc functions[] = {
    get_input,        get_input_index, not_implemented, get_num_inputs,
    get_num_outputs,  get_output,      not_implemented, run,
    not_implemented,  not_implemented, get_input_name,  get_output_name,
    get_output_index,
};

/* clang-format off */
static const TVMFuncRegistry registry = {
    .names = "\x0d\0"
             "get_input\0" "get_input_index\0" "get_input_info\0" "get_num_inputs\0"
             "get_num_outputs\0" "get_output\0" "load_params\0" "run\0" "set_input\0"
             "share_params\0" "get_input_name\0" "get_output_name\0" "get_output_index\0",
    .funcs = functions,
};
/* clang-format on */

_Static_assert(sizeof(functions) / sizeof(functions[0]) == 0x0d, "the count in registry.names");

static const TVMModule module = {&registry};

/* ---- creating it ---- */

static void end_executor(void)
{
    if (!executor)
        return;
    (void)TVMAotExecutor_Release(executor, executor->device);
    (void)TVMModFree(executor_handle);
    executor = NULL;
}

/* "tvm.aot_executor.create"(module, device, name). */
static int create(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                  int *ret_type_code, void *resource_handle)
{
    (void)resource_handle;
    if (num_args != 3)
        return crt_error(kTvmErrorFunctionCallNumArguments,
                         "tvm.aot_executor.create: %d arguments, wanted (module, device, name)",
                         num_args);
    if (type_codes[0] != kTVMModuleHandle || type_codes[1] != kDLDevice || type_codes[2] != kTVMStr)
        return crt_error(kTvmErrorFunctionCallWrongArgType,
                         "tvm.aot_executor.create: wanted (module, device, string)");
    DLDevice device = args[1].v_device;
    if (device.device_type != kDLCPU)
        return crt_error(kTvmErrorExecutorModuleBadContext,
                         "tvm.aot_executor.create: device type %d: a board has only the CPU, %d",
                         (int)device.device_type, kDLCPU);
    end_executor();
    int status = TVMAotExecutor_Create(args[0].v_handle, device, &executor, args[2].v_str);
    if (status != 0)
        return status;
    status = TVMModCreateFromCModule(&module, &executor_handle);
    if (status != 0) {
        (void)TVMAotExecutor_Release(executor, device);
        executor = NULL;
        return status;
    }
    ret_val->v_handle = executor_handle;
    *ret_type_code = kTVMModuleHandle;
    return 0;
}

/* NOLINTEND(readability-non-const-parameter) */

tvm_crt_error_t TVMAotExecutorModule_Register(void)
{
    return (tvm_crt_error_t)TVMFuncRegisterGlobal("tvm.aot_executor.create",
                                                  (TVMFunctionHandle)create, 0);
}
