#include <tvm/runtime/crt/aot_executor_module.h>
#include <tvm/runtime/crt/func_registry.h>
#include <tvm/runtime/crt/internal/aot_executor/tensor_names.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/module_call.h>
#include <tvm/runtime/crt/module.h>

/* There is one executor: creating another one ends it. */
static TVMAotExecutor *executor;
static TVMModuleHandle executor_handle;

static const char CREATE[] = "tvm.aot_executor.create";

static int refuse_type(const struct module_call *call, const char *wanted)
{
    return crt_error(kTvmErrorFunctionCallWrongArgType, "%s: argument of type %d, wanted %s",
                     call->name, call->type_codes[0], wanted);
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
static int get_tensor(const struct module_call *call, enum aot_side side)
{
    int64_t first = side == AOT_OUTPUTS ? aot_count(executor, AOT_INPUTS) : 0;
    int64_t count = aot_count(executor, side);
    int64_t index;
    if (call->type_codes[0] == kTVMArgInt) {
        index = call->args[0].v_int64;
        if (index < 0 || index >= count)
            return crt_error(kTvmErrorFunctionCallInvalidArg,
                             "%s: no number %ld: the model has %ld", call->name, (long)index,
                             (long)count);
    } else if (call->type_codes[0] == kTVMStr) {
        index = aot_index_of(executor, side, call->args[0].v_str);
        if (index < 0)
            return kTvmErrorExecutorModuleNoSuchInput;
    } else {
        return refuse_type(call, "a number or a name");
    }
    return return_array(call, first + index);
}

static int get_index(const struct module_call *call, enum aot_side side)
{
    if (call->type_codes[0] != kTVMStr)
        return refuse_type(call, "a name");
    int index = aot_index_of(executor, side, call->args[0].v_str);
    return index < 0 ? kTvmErrorExecutorModuleNoSuchInput : module_call_return_int(call, index);
}

static int get_name(const struct module_call *call, enum aot_side side)
{
    const char *name;
    if (call->type_codes[0] != kTVMArgInt)
        return refuse_type(call, "a number");
    int64_t index = call->args[0].v_int64;
    int bounded = index < 0 || index > INT32_MAX ? -1 : (int)index;
    if (aot_name_of(executor, side, bounded, &name) != 0)
        return kTvmErrorExecutorModuleNoSuchInput;
    return return_string(call, name);
}

/* ---- the module's functions ---- */

static int get_input(const struct module_call *call)
{
    return get_tensor(call, AOT_INPUTS);
}

/* (number or name), or that and a tensor to copy to. */
static int get_output(const struct module_call *call)
{
    bool copies = call->num_args == 2 && call->type_codes[1] == kTVMDLTensorHandle;
    int status = copies ? 0 : module_call_check(call, 1);
    if (status == 0)
        status = get_tensor(call, AOT_OUTPUTS);
    if (status != 0 || !copies)
        return status;
    DLTensor *output = call->ret_val->v_handle;
    status = TVMDeviceCopyDataFromTo(output, call->args[1].v_handle, NULL);
    (void)TVMArrayFree(output);
    *call->ret_type_code = kTVMNullptr;
    return status;
}

static int get_input_index(const struct module_call *call)
{
    return get_index(call, AOT_INPUTS);
}

static int get_output_index(const struct module_call *call)
{
    return get_index(call, AOT_OUTPUTS);
}

static int get_input_name(const struct module_call *call)
{
    return get_name(call, AOT_INPUTS);
}

static int get_output_name(const struct module_call *call)
{
    return get_name(call, AOT_OUTPUTS);
}

static int get_num_inputs(const struct module_call *call)
{
    return module_call_return_int(call, (int)aot_count(executor, AOT_INPUTS));
}

static int get_num_outputs(const struct module_call *call)
{
    return module_call_return_int(call, (int)aot_count(executor, AOT_OUTPUTS));
}

static int run(const struct module_call *call)
{
    (void)call;
    return TVMAotExecutor_Run(executor);
}

/* NOLINTBEGIN(readability-non-const-parameter): the signatures are TVM's */

static const struct module_function functions[] = {
    {get_input, 1},
    {get_input_index, 1},
    {module_call_missing, NUM_ARGS_VARY},
    {get_num_inputs, 0},
    {get_num_outputs, 0},
    {get_output, NUM_ARGS_VARY},
    {module_call_missing, NUM_ARGS_VARY},
    {run, 0},
    {module_call_missing, NUM_ARGS_VARY},
    {module_call_missing, NUM_ARGS_VARY},
    {get_input_name, 1},
    {get_output_name, 1},
    {get_output_index, 1},
};

static int call_body(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                     int *ret_type_code, void *resource_handle);

static const TVMBackendPackedCFunc packed_functions[] = {
    call_body, call_body, call_body, call_body, call_body, call_body, call_body,
    call_body, call_body, call_body, call_body, call_body, call_body};

/* clang-format off */
static const TVMFuncRegistry registry = {
    .names = "\x0d\0"
             "get_input\0" "get_input_index\0" "get_input_info\0" "get_num_inputs\0"
             "get_num_outputs\0" "get_output\0" "load_params\0" "run\0" "set_input\0"
             "share_params\0" "get_input_name\0" "get_output_name\0" "get_output_index\0",
    .funcs = packed_functions,
};
/* clang-format on */

_Static_assert(sizeof(packed_functions) / sizeof(packed_functions[0]) == 0x0d,
               "the count in registry.names");

static const TVMModule module = {&registry};

static int call_body(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                     int *ret_type_code, void *resource_handle)
{
    struct module_call call = {NULL, args, type_codes, num_args, ret_val, ret_type_code};
    return module_call_dispatch(&call, &registry, functions, resource_handle, executor, CREATE);
}

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
        return crt_wrong_count(CREATE, num_args, 3);
    if (type_codes[0] != kTVMModuleHandle || type_codes[1] != kDLDevice || type_codes[2] != kTVMStr)
        return crt_error(kTvmErrorFunctionCallWrongArgType, "%s: wanted (module, device, string)",
                         CREATE);
    DLDevice device = args[1].v_device;
    if (device.device_type != kDLCPU)
        return crt_wrong_device(kTvmErrorExecutorModuleBadContext, device.device_type);
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
    return (tvm_crt_error_t)TVMFuncRegisterGlobal(CREATE, (TVMFunctionHandle)create, 0);
}
