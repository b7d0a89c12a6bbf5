#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_executor.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_load.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/internal/memory/memory_map.h>

/* ---- making one ---- */

int graph_create(const char *text, size_t size_bytes, TVMModuleHandle module_handle,
                 TVMGraphExecutor **executor)
{
    void *memory = NULL;
    int status = crt_allocate(sizeof(TVMGraphExecutor), "the executor", &memory);
    if (status != 0)
        return status;
    TVMGraphExecutor *created = memory;
    created->module_handle = module_handle;
    created->device = cpu_device;
    status = graph_load(created, text, size_bytes);
    if (status != 0) {
        (void)TVMGraphExecutor_Release(&created);
        return status;
    }
    *executor = created;
    return 0;
}

int TVMGraphExecutor_Create(const char *sym_json, TVMModuleHandle module_handle,
                            const DLDevice *devices, TVMGraphExecutor **executor)
{
    if (devices->device_type != kDLCPU)
        return crt_wrong_device(kTvmErrorExecutorModuleBadContext, devices->device_type);
    return graph_create(sym_json, strlen(sym_json), module_handle, executor);
}

static void release_storages(TVMGraphExecutor *executor)
{
    for (uint32_t i = 0; executor->storages && i < executor->num_storages; i++) {
        const struct graph_storage *storage = &executor->storages[i];
        if (!storage->data)
            continue;
        memory_map_remove(storage->data);
        if (!storage->linked)
            crt_free(storage->data);
    }
    crt_free(executor->storages);
}

int TVMGraphExecutor_Release(TVMGraphExecutor **pptr)
{
    TVMGraphExecutor *executor = *pptr;
    release_storages(executor);
    for (uint32_t i = 0; i < executor->num_inputs; i++)
        crt_free(executor->inputs[i].name);
    for (uint32_t i = 0; i < executor->num_operators; i++)
        crt_free(executor->operators[i].args);
    crt_free(executor->inputs);
    crt_free(executor->operators);
    crt_free(executor->outputs);
    crt_free(executor->values);
    crt_free(executor->type_codes);
    crt_free(executor->entries);
    crt_free(executor->storage_ids);
    crt_free(executor->shapes);
    crt_free(executor);
    *pptr = NULL;
    return 0;
}

/* ---- inputs and outputs ---- */

int TVMGraphExecutor_GetNumInputs(TVMGraphExecutor *executor)
{
    return (int)executor->num_inputs;
}

int TVMGraphExecutor_GetNumOutputs(TVMGraphExecutor *executor)
{
    return (int)executor->num_outputs;
}

int TVMGraphExecutor_GetInputIndex(TVMGraphExecutor *executor, const char *name)
{
    int index = graph_find_input(executor, name, strlen(name));
    if (index < 0)
        (void)crt_error(-1, "no input \"%.100s\" (the graph has %d; the first is \"%.100s\")", name,
                        (int)executor->num_inputs,
                        executor->num_inputs > 0 ? executor->inputs[0].name : "");
    return index;
}

int TVMGraphExecutor_SetInput(TVMGraphExecutor *executor, const char *name, DLTensor *data_in)
{
    int index = TVMGraphExecutor_GetInputIndex(executor, name);
    if (index < 0)
        return kTvmErrorExecutorModuleNoSuchInput;
    uint32_t entry = executor->inputs[index].entry;
    int status = graph_check_writable(executor, entry, name);
    return status == 0 ? TVMDeviceCopyDataFromTo(data_in, &executor->entries[entry], NULL) : status;
}

int TVMGraphExecutor_GetOutput(TVMGraphExecutor *executor, const int32_t index, DLTensor *out)
{
    if (index < 0 || (uint32_t)index >= executor->num_outputs)
        return crt_error(kTvmErrorExecutorModuleNoSuchInput, "no output %d: the graph has %d",
                         (int)index, (int)executor->num_outputs);
    return TVMDeviceCopyDataFromTo(&executor->entries[executor->outputs[index]], out, NULL);
}

/* ---- running ---- */

static int copy_entry(const TVMGraphExecutor *executor, const struct graph_operator *operator_)
{
    const DLTensor *from = &executor->entries[operator_->args[0]];
    const DLTensor *to = &executor->entries[operator_->args[1]];
    size_t size_bytes = 0;
    /* Mostly the graph's plan has both in the same place. */
    if (from->data != to->data && tensor_size_bytes(from, &size_bytes))
        memcpy(to->data, from->data, size_bytes);
    return 0;
}

void graph_set_arguments(TVMGraphExecutor *executor, const struct graph_operator *operator_)
{
    for (uint32_t i = 0; i < operator_->num_args; i++) {
        executor->values[i].v_handle = &executor->entries[operator_->args[i]];
        executor->type_codes[i] = kTVMDLTensorHandle;
    }
}

int graph_run_operator(TVMGraphExecutor *executor, const struct graph_operator *operator_)
{
    TVMValue ret_val;
    int ret_type_code;
    if (!operator_->func)
        return copy_entry(executor, operator_);
    graph_set_arguments(executor, operator_);
    return TVMFuncCall(operator_->func, executor->values, executor->type_codes,
                       (int)operator_->num_args, &ret_val, &ret_type_code);
}

int TVMGraphExecutor_Run(TVMGraphExecutor *executor)
{
    int status = 0;
    for (uint32_t i = 0; status == 0 && i < executor->num_operators; i++)
        status = graph_run_operator(executor, &executor->operators[i]);
    return status;
}
