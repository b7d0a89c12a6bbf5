#include <stdbool.h>
#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/aot_executor/tensor_names.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/packed_func.h>

#include "crt_config.h"

/* ---- names ---- */

/* PREFIX MIDDLE SUFFIX in buffer. Errors: too long. */
static int join_name(char buffer[TVM_CRT_MAX_STRLEN_FUNCTION_NAME], const char *prefix,
                     const char *middle, const char *suffix)
{
    const char *parts[] = {prefix, middle, suffix};
    size_t length = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t part_length = strlen(parts[i]);
        if (part_length >= TVM_CRT_MAX_STRLEN_FUNCTION_NAME - length)
            return crt_error(kTvmErrorFunctionCallInvalidArg,
                             "module name \"%.40s...\" is too long (%d bytes at most)", middle,
                             TVM_CRT_MAX_STRLEN_FUNCTION_NAME - 1);
        memcpy(buffer + length, parts[i], part_length + 1);
        length += part_length;
    }
    return 0;
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_same(const char *generated, const char *name)
{
    return strcmp(generated, name) == 0;
}

/* Generated code has '_' for all but letters and digits: `a_0` is what the model calls `a:0`. TVM's
 * executor on a host takes both (from 0.11 on). */
static bool is_alike(const char *generated, const char *name)
{
    for (; *generated && *name; generated++, name++)
        if (*generated != *name && (*generated != '_' || is_letter_or_digit(*name)))
            return false;
    return *generated == *name;
}

/* How many are called so; *last is the last one of them. */
static int count_called(const struct TVMTensorInfo *tensors, int64_t count, const char *name,
                        bool (*is_called)(const char *, const char *), int *last)
{
    int called = 0;
    for (int64_t i = 0; i < count; i++) {
        if (is_called(tensors[i].name, name)) {
            *last = (int)i;
            called++;
        }
    }
    return called;
}

static const struct TVMTensorInfo *tensors_of(const TVMAotExecutor *executor, enum aot_side side)
{
    return side == AOT_INPUTS ? executor->metadata->inputs : executor->metadata->outputs;
}

static const char *what(enum aot_side side)
{
    return side == AOT_INPUTS ? "input" : "output";
}

int64_t aot_count(const TVMAotExecutor *executor, enum aot_side side)
{
    return side == AOT_INPUTS ? executor->metadata->num_inputs : executor->metadata->num_outputs;
}

/* Of several that are called so, any would be a guess. */
int aot_index_of(const TVMAotExecutor *executor, enum aot_side side, const char *name)
{
    const struct TVMTensorInfo *tensors = tensors_of(executor, side);
    int64_t count = aot_count(executor, side);
    int found = -1;
    int called = count_called(tensors, count, name, is_same, &found);
    if (called == 0)
        called = count_called(tensors, count, name, is_alike, &found);
    if (called > 1)
        return crt_error(-1, "%d of the %ss are called \"%s\" in the code: take them by number",
                         called, what(side), tensors[found].name);
    if (called == 1)
        return found;
    return crt_error(-1, "no %s \"%s\" (the model has %d; the first is \"%s\")", what(side), name,
                     (int)count, count > 0 ? tensors[0].name : "");
}

int aot_name_of(const TVMAotExecutor *executor, enum aot_side side, int index,
                const char **ret_name)
{
    int64_t count = aot_count(executor, side);
    if (index < 0 || index >= count)
        return crt_error(-1, "no %s %d: the model has %d", what(side), index, (int)count);
    *ret_name = tensors_of(executor, side)[index].name;
    return 0;
}

int TVMAotExecutor_GetNumInputs(TVMAotExecutor *executor)
{
    return (int)aot_count(executor, AOT_INPUTS);
}

int TVMAotExecutor_GetNumOutputs(TVMAotExecutor *executor)
{
    return (int)aot_count(executor, AOT_OUTPUTS);
}

int TVMAotExecutor_GetInputIndex(TVMAotExecutor *executor, const char *name)
{
    return aot_index_of(executor, AOT_INPUTS, name);
}

int TVMAotExecutor_GetOutputIndex(TVMAotExecutor *executor, const char *name)
{
    return aot_index_of(executor, AOT_OUTPUTS, name);
}

int TVMAotExecutor_GetInputName(TVMAotExecutor *executor, int index, const char **name)
{
    return aot_name_of(executor, AOT_INPUTS, index, name);
}

int TVMAotExecutor_GetOutputName(TVMAotExecutor *executor, int index, const char **name)
{
    return aot_name_of(executor, AOT_OUTPUTS, index, name);
}

/* ---- making one ---- */

static int load_metadata(TVMAotExecutor *executor, const char *module_name)
{
    char name[TVM_CRT_MAX_STRLEN_FUNCTION_NAME];
    TVMFunctionHandle get_metadata;
    TVMValue args[1];
    TVMValue ret_val;
    int type_codes[1];
    int ret_type_code;
    int status = join_name(name, "tvmgen_", module_name, "_get_c_metadata");
    if (status != 0)
        return status;
    status = TVMModGetFunction(executor->module_handle, name, 0, &get_metadata);
    if (status == kTvmErrorFunctionNameNotFound)
        return crt_error(status,
                         "no function \"%s\": \"%s\" was not compiled for TVM's AOT executor with "
                         "packed functions, or by TVM before 0.10",
                         name, module_name);
    if (status != 0)
        return status;
    status = TVMFuncCall(get_metadata, args, type_codes, 0, &ret_val, &ret_type_code);
    if (status != 0)
        return status;
    if (!ret_val.v_handle)
        return crt_error(kTvmErrorFunctionCallInvalidArg, "\"%s\" returned no metadata", name);
    executor->metadata = ret_val.v_handle;
    return 0;
}

/* TVM 0.12 and later make a run function that brings its pools; before, the caller brought them. */
static int find_run_function(const TVMAotExecutor *executor, TVMFunctionHandle *ret_func,
                             bool *ret_wants_pools)
{
    char name[TVM_CRT_MAX_STRLEN_FUNCTION_NAME];
    TVMFunctionHandle func;
    const char *mod_name = executor->metadata->mod_name;
    bool wants_pools = false;
    int status = join_name(name, mod_name, "_run", "");
    if (status == 0)
        status = TVMModGetFunction(executor->module_handle, name, 0, &func);
    if (status == kTvmErrorFunctionNameNotFound) {
        wants_pools = true;
        status = join_name(name, mod_name, "___tvm_main__", "");
        if (status == 0)
            status = TVMModGetFunction(executor->module_handle, name, 0, &func);
    }
    if (status != 0)
        return status;
    if (wants_pools && executor->metadata->num_constant_pools > 0)
        return crt_error(kTvmErrorFunctionCallNotImplemented,
                         "\"%s\" wants constant pools: compile without usmp, or with TVM 0.12 or "
                         "later",
                         name);
    *ret_func = func;
    *ret_wants_pools = wants_pools;
    return 0;
}

static int add_tensors(TVMAotExecutor *executor, const struct TVMTensorInfo *tensors, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        TVMNDArray *array = &executor->args[executor->num_args];
        int status = TVMNDArray_Empty((int32_t)tensors[i].num_shape, tensors[i].shape,
                                      tensors[i].dtype, executor->device, array);
        if (status != 0)
            return status;
        TVMNDArray_IncrementReference(array);
        executor->num_args++;
    }
    return 0;
}

static int init(TVMAotExecutor *executor, const char *module_name)
{
    int status = load_metadata(executor, module_name);
    if (status != 0)
        return status;
    const TVMMetadata *metadata = executor->metadata;
    TVMFunctionHandle func = NULL;
    bool wants_pools = false;
    status = find_run_function(executor, &func, &wants_pools);
    if (status != 0)
        return status;
    int64_t pools = wants_pools ? metadata->num_workspace_pools : 0;
    int64_t count = metadata->num_inputs + metadata->num_outputs + pools;
    void *memory;
    status = crt_allocate((size_t)count * sizeof(TVMNDArray), "the model's tensors", &memory);
    if (status != 0)
        return status;
    executor->args = memory;
    status = add_tensors(executor, metadata->inputs, metadata->num_inputs);
    if (status == 0)
        status = add_tensors(executor, metadata->outputs, metadata->num_outputs);
    if (status == 0)
        status = add_tensors(executor, metadata->workspace_pools, pools);
    return status;
}

int TVMAotExecutor_Create(TVMModuleHandle module_handle, const DLDevice device,
                          TVMAotExecutor **executor, const char *module_name)
{
    void *memory;
    int status = crt_allocate(sizeof(TVMAotExecutor), "the executor", &memory);
    if (status != 0)
        return status;
    TVMAotExecutor *created = memory;
    created->module_handle = module_handle;
    created->device = device;
    status = init(created, module_name);
    if (status != 0) {
        (void)TVMAotExecutor_Release(created, device);
        return status;
    }
    *executor = created;
    return 0;
}

int TVMAotExecutor_Release(TVMAotExecutor *executor, const DLDevice device)
{
    (void)device;
    for (int64_t i = 0; i < executor->num_args; i++) {
        executor->args[i].reference_count = 0;
        (void)TVMNDArray_Release(&executor->args[i]);
    }
    crt_free(executor->args);
    crt_free(executor);
    return 0;
}

/* ---- running ---- */

int TVMAotExecutor_Run(TVMAotExecutor *executor)
{
    TVMFunctionHandle func = NULL;
    bool wants_pools = false;
    TVMValue ret_val;
    int ret_type_code;
    void *memory = NULL;
    int status = find_run_function(executor, &func, &wants_pools);
    if (status != 0)
        return status;
    size_t count = (size_t)executor->num_args;
    status = crt_allocate(count * (sizeof(TVMValue) + sizeof(int)), "arguments", &memory);
    if (status != 0)
        return status;
    TVMValue *values = memory;
    int *type_codes = (int *)(values + count);
    for (size_t i = 0; i < count; i++) {
        values[i].v_handle = &executor->args[i].dl_tensor;
        type_codes[i] = kTVMDLTensorHandle;
    }
    status = TVMFuncCall(func, values, type_codes, (int)count, &ret_val, &ret_type_code);
    crt_free(memory);
    return status;
}
