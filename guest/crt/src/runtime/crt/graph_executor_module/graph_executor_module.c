#include <string.h>
#include <tvm/runtime/crt/func_registry.h>
#include <tvm/runtime/crt/graph_executor_module.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/module_call.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_executor.h>
#include <tvm/runtime/crt/internal/graph_executor_module/graph_debug.h>
#include <tvm/runtime/crt/internal/memory/memory_map.h>
#include <tvm/runtime/crt/module.h>

/* There is one executor: creating another one ends it. */
static TVMGraphExecutor *executor;
static TVMModuleHandle executor_handle;

static const char CREATE[] = "tvm.graph_executor.create";

static int check_type(const struct module_call *call, int index, int wanted)
{
    if (call->type_codes[index] == wanted)
        return 0;
    return crt_wrong_type(call->name, index, call->type_codes[index], wanted);
}

/* Its memory goes with the executor: there are no references to count. */
static int return_entry(const struct module_call *call, uint32_t entry)
{
    call->ret_val->v_handle = &executor->entries[entry];
    *call->ret_type_code = kTVMNDArrayHandle;
    return 0;
}

static int read_index(const struct module_call *call, uint32_t count, uint32_t *ret_index)
{
    int status = check_type(call, 0, kTVMArgInt);
    if (status != 0)
        return status;
    int64_t index = call->args[0].v_int64;
    if (index < 0 || index >= count)
        return crt_error(kTvmErrorExecutorModuleNoSuchInput, "%s: no number %ld: the graph has %ld",
                         call->name, (long)index, (long)count);
    *ret_index = (uint32_t)index;
    return 0;
}

/* ---- the module's functions ---- */

/* Null for a name that there is not: so TVM's clients find out which of many parameters to set. */
static int get_input(const struct module_call *call)
{
    uint32_t index = 0;
    if (call->type_codes[0] == kTVMStr) {
        int found = TVMGraphExecutor_GetInputIndex(executor, call->args[0].v_str);
        return found < 0 ? 0 : return_entry(call, executor->inputs[found].entry);
    }
    int status = read_index(call, executor->num_inputs, &index);
    return status != 0 ? status : return_entry(call, executor->inputs[index].entry);
}

static int get_input_index(const struct module_call *call)
{
    int status = check_type(call, 0, kTVMStr);
    if (status != 0)
        return status;
    int index = TVMGraphExecutor_GetInputIndex(executor, call->args[0].v_str);
    return index < 0 ? kTvmErrorExecutorModuleNoSuchInput : module_call_return_int(call, index);
}

static int get_input_name(const struct module_call *call)
{
    uint32_t index = 0;
    int status = read_index(call, executor->num_inputs, &index);
    if (status != 0)
        return status;
    call->ret_val->v_str = executor->inputs[index].name;
    *call->ret_type_code = kTVMStr;
    return 0;
}

static int get_num_inputs(const struct module_call *call)
{
    return module_call_return_int(call, TVMGraphExecutor_GetNumInputs(executor));
}

static int get_num_outputs(const struct module_call *call)
{
    return module_call_return_int(call, TVMGraphExecutor_GetNumOutputs(executor));
}

/* (index), or (index, tensor to copy to). */
static int get_output(const struct module_call *call)
{
    uint32_t index = 0;
    bool copies = call->num_args == 2;
    int status = copies ? 0 : module_call_check(call, 1);
    if (status == 0)
        status = read_index(call, executor->num_outputs, &index);
    if (status == 0 && copies)
        status = check_type(call, 1, kTVMDLTensorHandle);
    if (status != 0)
        return status;
    return copies ? TVMGraphExecutor_GetOutput(executor, (int32_t)index, call->args[1].v_handle)
                  : return_entry(call, executor->outputs[index]);
}

static int load_params(const struct module_call *call)
{
    int status = check_type(call, 0, kTVMBytes);
    if (status != 0)
        return status;
    const TVMByteArray *bytes = call->args[0].v_handle;
    if (bytes->size > UINT32_MAX)
        return crt_error(kTvmErrorFunctionCallInvalidArg, "load_params: more than 4 GiB");
    return TVMGraphExecutor_LoadParams(executor, bytes->data, (uint32_t)bytes->size);
}

static int run(const struct module_call *call)
{
    (void)call;
    return TVMGraphExecutor_Run(executor);
}

/* (number or name, tensor to copy from). */
static int set_input(const struct module_call *call)
{
    uint32_t index = 0;
    DLTensor *value = call->args[1].v_handle;
    int status = check_type(call, 1, kTVMDLTensorHandle);
    if (status == 0 && call->type_codes[0] == kTVMStr)
        return TVMGraphExecutor_SetInput(executor, call->args[0].v_str, value);
    if (status == 0)
        status = read_index(call, executor->num_inputs, &index);
    if (status != 0)
        return status;
    return TVMGraphExecutor_SetInput(executor, executor->inputs[index].name, value);
}

/* NOLINTBEGIN(readability-non-const-parameter): the signatures are TVM's */

static const struct module_function functions[] = {
    {get_input, 1},
    {get_input_index, 1},
    {module_call_missing, NUM_ARGS_VARY},
    {get_num_inputs, 0},
    {get_num_outputs, 0},
    {get_output, NUM_ARGS_VARY},
    {load_params, 1},
    {run, 0},
    {set_input, 2},
    {module_call_missing, NUM_ARGS_VARY},
    {get_input_name, 1},
#if CRT_GRAPH_EXECUTOR_DEBUG
    {graph_debug_run_individual, NUM_ARGS_VARY},
    {graph_debug_run_individual_node, NUM_ARGS_VARY},
    {graph_debug_get_output, NUM_ARGS_VARY},
    {graph_debug_execute_node, 1},
    {graph_debug_get_node_output, 2},
    {graph_debug_profile, NUM_ARGS_VARY},
    {graph_debug_profile, NUM_ARGS_VARY},
#endif
};

static int call_body(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                     int *ret_type_code, void *resource_handle);

static const TVMBackendPackedCFunc packed_functions[] = {
    call_body, call_body, call_body, call_body, call_body, call_body, call_body,
    call_body, call_body, call_body, call_body,
#if CRT_GRAPH_EXECUTOR_DEBUG
    call_body, call_body, call_body, call_body, call_body, call_body, call_body,
#endif
};

#if CRT_GRAPH_EXECUTOR_DEBUG
#define NUMBER_OF_FUNCTIONS "\x12\0"
enum { FUNCTIONS = 0x12 };
#else
#define NUMBER_OF_FUNCTIONS "\x0b\0"
enum { FUNCTIONS = 0x0b };
#endif

/* clang-format off */
static const TVMFuncRegistry registry = {
    .names = NUMBER_OF_FUNCTIONS
             "get_input\0" "get_input_index\0" "get_input_info\0" "get_num_inputs\0"
             "get_num_outputs\0" "get_output\0" "load_params\0" "run\0" "set_input\0"
             "share_params\0" "get_input_name\0"
#if CRT_GRAPH_EXECUTOR_DEBUG
             "run_individual\0" "run_individual_node\0" "debug_get_output\0" "execute_node\0"
             "get_node_output\0" "profile\0" "profile_rpc\0"
#endif
             ,
    .funcs = packed_functions,
};
/* clang-format on */

_Static_assert(sizeof(packed_functions) / sizeof(packed_functions[0]) == FUNCTIONS,
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
#if CRT_GRAPH_EXECUTOR_DEBUG
    graph_debug_end();
#endif
    (void)TVMGraphExecutor_Release(&executor);
    (void)TVMModFree(executor_handle);
}

/* A string, or a tensor of bytes where that is longer than a packet. */
static int read_graph(const struct module_call *call, const char **ret_text, size_t *ret_size_bytes)
{
    const DLTensor *tensor = call->args[0].v_handle;
    if (call->type_codes[0] == kTVMStr) {
        *ret_text = call->args[0].v_str;
        *ret_size_bytes = strlen(*ret_text);
        return 0;
    }
    if (call->type_codes[0] != kTVMDLTensorHandle || tensor->dtype.bits != 8 || tensor->strides ||
        !tensor_size_bytes(tensor, ret_size_bytes))
        return crt_error(kTvmErrorFunctionCallWrongArgType,
                         "%s: wanted a graph: a string, or a compact tensor of bytes", CREATE);
    *ret_text = (const char *)tensor->data + tensor->byte_offset;
    return 0;
}

/* A function to look for linked parameters with: the module's own, which is asked anyway. */
static int check_lookup(const struct module_call *call)
{
    TVMFunctionHandle own;
    if (call->type_codes[2] == kTVMNullptr ||
        (call->type_codes[2] == kTVMPackedFuncHandle &&
         TVMModGetFunction(call->args[1].v_handle, "_lookup_linked_param", 0, &own) == 0 &&
         own == call->args[2].v_handle))
        return 0;
    return crt_error(kTvmErrorFunctionCallNotImplemented,
                     "%s: a board asks its module's own \"_lookup_linked_param\": pass None",
                     CREATE);
}

static int check_arguments(const struct module_call *call)
{
    int devices = call->num_args - 2; /* device type, device id */
    if (call->num_args != 4 && call->num_args != 5)
        return crt_error(kTvmErrorFunctionCallNumArguments,
                         "%s: %d arguments, wanted (graph, module, device type, device id)", CREATE,
                         call->num_args);
    int status = check_type(call, 1, kTVMModuleHandle);
    if (status == 0 && call->num_args == 5)
        status = check_lookup(call);
    for (int i = devices; status == 0 && i < call->num_args; i++)
        status = check_type(call, i, kTVMArgInt);
    if (status == 0 &&
        (call->args[devices].v_int64 != kDLCPU || call->args[devices + 1].v_int64 != 0))
        status = crt_error(kTvmErrorExecutorModuleBadContext,
                           "%s: device (%ld, %ld): a board has only the CPU, (%d, 0)", CREATE,
                           (long)call->args[devices].v_int64, (long)call->args[devices + 1].v_int64,
                           kDLCPU);
    return status;
}

/* What is to be done with a graph's text once the executor is made; NULL: nothing. */
typedef int (*begin_fn)(TVMGraphExecutor *executor, const char *text, size_t size_bytes);

static int create_with(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                       int *ret_type_code, begin_fn begin)
{
    const struct module_call call = {CREATE, args, type_codes, num_args, ret_val, ret_type_code};
    const char *text = NULL;
    size_t size_bytes = 0;
    int status = check_arguments(&call);
    if (status == 0)
        status = read_graph(&call, &text, &size_bytes);
    if (status != 0)
        return status;
    end_executor();
    if (type_codes[0] == kTVMDLTensorHandle && !memory_map_holding(text, 0, size_bytes))
        return crt_error(kTvmErrorFunctionCallInvalidArg, "the graph was in the last executor");
    status = graph_create(text, size_bytes, args[1].v_handle, &executor);
    if (status != 0)
        return status;
    status = begin ? begin(executor, text, size_bytes) : 0;
    if (status == 0)
        status = TVMModCreateFromCModule(&module, &executor_handle);
    if (status != 0) {
#if CRT_GRAPH_EXECUTOR_DEBUG
        graph_debug_end();
#endif
        (void)TVMGraphExecutor_Release(&executor);
        return status;
    }
    ret_val->v_handle = executor_handle;
    *ret_type_code = kTVMModuleHandle;
    return 0;
}

static int create(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                  int *ret_type_code, void *resource_handle)
{
    (void)resource_handle;
    return create_with(args, type_codes, num_args, ret_val, ret_type_code, NULL);
}

#if CRT_GRAPH_EXECUTOR_DEBUG
static int create_debug(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                        int *ret_type_code, void *resource_handle)
{
    (void)resource_handle;
    return create_with(args, type_codes, num_args, ret_val, ret_type_code, graph_debug_begin);
}
#endif

/* NOLINTEND(readability-non-const-parameter) */

tvm_crt_error_t TVMGraphExecutorModule_Register(void)
{
    int status = TVMFuncRegisterGlobal(CREATE, (TVMFunctionHandle)create, 0);
#if CRT_GRAPH_EXECUTOR_DEBUG
    if (status == 0)
        status = TVMFuncRegisterGlobal("tvm.graph_executor_debug.create",
                                       (TVMFunctionHandle)create_debug, 0);
#endif
    return (tvm_crt_error_t)status;
}
