#if CRT_GRAPH_EXECUTOR_DEBUG
#include <string.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_reader.h>
#include <tvm/runtime/crt/internal/graph_executor_module/graph_debug.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/internal/time_evaluator/time_evaluator.h>

/* Of the executor that there is; rows is NULL where it is none for debugging. */
static struct {
    TVMGraphExecutor *executor;
    uint32_t *rows; /* the first entry of each node, and the number of all at the end */
    uint32_t num_nodes;
    int64_t last_node; /* that was executed; -1: none */
} debug;

void graph_debug_end(void)
{
    crt_free(debug.rows);
    memset(&debug, 0, sizeof(debug));
}

int graph_debug_begin(TVMGraphExecutor *executor, const char *text, size_t size_bytes)
{
    struct graph_loader loader = {.executor = executor};
    graph_debug_end();
    int status = graph_read_rows(&loader, text, size_bytes);
    if (status != 0) {
        crt_free(loader.rows);
        return status;
    }
    debug.executor = executor;
    debug.rows = loader.rows;
    debug.num_nodes = loader.num_nodes;
    debug.last_node = -1;
    return 0;
}

/* ---- nodes ---- */

static int read_number(const struct module_call *call, int index, uint32_t count,
                       uint32_t *ret_number)
{
    if (call->type_codes[index] != kTVMArgInt)
        return crt_wrong_type(call->name, index, call->type_codes[index], kTVMArgInt);
    int64_t number = call->args[index].v_int64;
    if (number < 0 || number >= count)
        return crt_error(kTvmErrorFunctionCallInvalidArg, "%s: no number %ld: there are %ld",
                         call->name, (long)number, (long)count);
    *ret_number = (uint32_t)number;
    return 0;
}

static int read_node(const struct module_call *call, uint32_t *ret_node)
{
    if (!debug.rows)
        return crt_error(kTvmErrorFunctionCallInvalidArg,
                         "%s: only of an executor that tvm.graph_executor_debug.create made",
                         call->name);
    return read_number(call, 0, debug.num_nodes, ret_node);
}

static uint32_t outputs_of(uint32_t node)
{
    return debug.rows[node + 1] - debug.rows[node];
}

/* Its arguments end with the node's entries. NULL: the node is an input. */
static const struct graph_operator *operator_of(uint32_t node)
{
    const TVMGraphExecutor *executor = debug.executor;
    uint32_t outputs = outputs_of(node);
    for (uint32_t i = 0; outputs > 0 && i < executor->num_operators; i++) {
        const struct graph_operator *operator_ = &executor->operators[i];
        if (operator_->num_args >= outputs &&
            operator_->args[operator_->num_args - outputs] == debug.rows[node])
            return operator_;
    }
    return NULL;
}

/* Those from first on, up to the node with it. */
static int run_nodes(uint32_t first, uint32_t node)
{
    int status = 0;
    for (uint32_t i = first; status == 0 && i <= node; i++) {
        const struct graph_operator *operator_ = operator_of(i);
        if (operator_)
            status = graph_run_operator(debug.executor, operator_);
    }
    return status;
}

/* ---- times ---- */

static int measure_node(const struct timing *wanted, uint32_t node, double *results)
{
    const struct graph_operator *operator_ = operator_of(node);
    struct timing timing = *wanted;
    struct measurement measurement = {.timing = &timing, .number = wanted->number};
    memset(results, 0, (size_t)wanted->repeat * sizeof(*results));
    if (!operator_ || !operator_->func)
        return 0;
    timing.func = operator_->func;
    graph_set_arguments(debug.executor, operator_);
    measurement.args = debug.executor->values;
    measurement.type_codes = debug.executor->type_codes;
    measurement.num_args = (int)operator_->num_args;
    return time_measure(&measurement, results);
}

/* Of so many nodes from first on. */
static int fill_times(const struct timing *wanted, uint32_t first, uint32_t count, double *results)
{
    int status = 0;
    for (uint32_t i = 0; status == 0 && i < count; i++)
        status = measure_node(wanted, first + i, results + (size_t)i * (size_t)wanted->repeat);
    return status;
}

/* Bytes: so much of the number of nodes, then their times. */
static int return_times(const struct module_call *call, const struct timing *wanted, uint32_t first,
                        uint32_t count, size_t header_bytes)
{
    const int64_t header = count;
    void *data = NULL;
    void *bytes = NULL;
    uint64_t size_bytes =
        (uint64_t)count * (uint32_t)wanted->repeat * sizeof(double) + header_bytes;
    if (size_bytes > SIZE_MAX)
        return crt_no_memory(SIZE_MAX, "times");
    int status = crt_allocate((size_t)size_bytes, "times", &data);
    if (status != 0)
        return status;
    memcpy(data, &header, header_bytes);
    status = fill_times(wanted, first, count, (double *)((char *)data + header_bytes));
    if (status == 0)
        status = crt_allocate(sizeof(TVMByteArray), "times", &bytes);
    if (status != 0) {
        crt_free(data);
        return status;
    }
    *(TVMByteArray *)bytes = (TVMByteArray){.data = data, .size = (size_t)size_bytes};
    call->ret_val->v_handle = bytes;
    *call->ret_type_code = kTVMBytes;
    return 0;
}

int graph_debug_run_individual(const struct module_call *call)
{
    struct timing wanted;
    uint32_t node = 0;
    struct module_call first = *call;
    first.args = &(const TVMValue){.v_int64 = 0};
    first.type_codes = &(const int){kTVMArgInt};
    int status = read_node(&first, &node);
    if (status == 0)
        status = time_evaluator_read(call->args, call->type_codes, call->num_args, &wanted);
    /* What a node reads is there, then. */
    if (status == 0)
        status = TVMGraphExecutor_Run(debug.executor);
    return status == 0 ? return_times(call, &wanted, 0, debug.num_nodes, sizeof(int64_t)) : status;
}

int graph_debug_run_individual_node(const struct module_call *call)
{
    struct timing wanted;
    uint32_t node = 0;
    int status = call->num_args > 0 ? read_node(call, &node) : module_call_check(call, 7);
    if (status == 0)
        status =
            time_evaluator_read(call->args + 1, call->type_codes + 1, call->num_args - 1, &wanted);
    return status == 0 ? return_times(call, &wanted, node, 1, 0) : status;
}

int graph_debug_profile(const struct module_call *call)
{
    return crt_error(kTvmErrorFunctionCallNotImplemented,
                     "%s: a board makes no report: run_individual tells the time of each node",
                     call->name);
}

/* ---- outputs ---- */

int graph_debug_execute_node(const struct module_call *call)
{
    uint32_t node = 0;
    int status = read_node(call, &node);
    if (status != 0 || node == debug.last_node)
        return status;
    uint32_t first = node < debug.last_node ? 0 : (uint32_t)(debug.last_node + 1);
    debug.last_node = -1;
    status = run_nodes(first, node);
    if (status == 0)
        debug.last_node = node;
    return status;
}

/* A copy: the next node may write where this one did. */
static int return_copy(const struct module_call *call, const DLTensor *entry)
{
    TVMArrayHandle copy;
    int status = TVMArrayAlloc(entry->shape, entry->ndim, entry->dtype.code, entry->dtype.bits,
                               entry->dtype.lanes, entry->device.device_type,
                               entry->device.device_id, &copy);
    if (status != 0)
        return status;
    status = TVMDeviceCopyDataFromTo((DLTensor *)entry, copy, NULL);
    if (status != 0) {
        (void)TVMArrayFree(copy);
        return status;
    }
    call->ret_val->v_handle = copy;
    *call->ret_type_code = kTVMNDArrayHandle;
    return 0;
}

int graph_debug_get_node_output(const struct module_call *call)
{
    uint32_t node = 0;
    uint32_t output = 0;
    int status = read_node(call, &node);
    if (status == 0 && node != debug.last_node)
        status = crt_error(kTvmErrorFunctionCallInvalidArg,
                           "%s: node %ld was not the last that execute_node ran", call->name,
                           (long)node);
    if (status == 0)
        status = read_number(call, 1, outputs_of(node), &output);
    return status == 0 ? return_copy(call, &debug.executor->entries[debug.rows[node] + output])
                       : status;
}

int graph_debug_get_output(const struct module_call *call)
{
    uint32_t node = 0;
    bool copies = call->num_args == 2;
    int status = copies ? 0 : module_call_check(call, 1);
    if (status == 0)
        status = read_node(call, &node);
    if (status == 0 && copies && call->type_codes[1] != kTVMDLTensorHandle)
        status = crt_wrong_type(call->name, 1, call->type_codes[1], kTVMDLTensorHandle);
    if (status == 0)
        status = outputs_of(node) > 0 ? run_nodes(0, node) : read_number(call, 0, 0, &node);
    if (status != 0)
        return status;
    DLTensor *entry = &debug.executor->entries[debug.rows[node]];
    return copies ? TVMDeviceCopyDataFromTo(entry, call->args[1].v_handle, NULL)
                  : return_copy(call, entry);
}
#endif
