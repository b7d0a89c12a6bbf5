#include <string.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_operators.h>

#include "crt_config.h"

enum { ATTR_FUNCTION, ATTR_OUTPUTS, ATTR_FLATTEN, ATTRS };

static int find_function(const struct graph_loader *loader, const struct json_reader *attrs,
                         TVMFunctionHandle *ret_func)
{
    char name[TVM_CRT_MAX_STRLEN_FUNCTION_NAME];
    int status = graph_read_word(attrs[ATTR_FUNCTION], name, sizeof(name));
    if (status != 0)
        return status;
    *ret_func = NULL;
    if (strcmp(name, "__nop") == 0 || strcmp(name, "__copy") == 0)
        return 0;
    return TVMModGetFunction(loader->executor->module_handle, name, 0, ret_func);
}

/* The attributes' numbers are strings. */
static int check_attributes(const struct graph_loader *loader, const struct graph_node *node,
                            const struct json_reader *attrs)
{
    uint32_t outputs = loader->rows[node->id + 1] - loader->rows[node->id];
    uint32_t number = 0;
    char word[GRAPH_WORD_SIZE];
    int status = graph_read_word(attrs[ATTR_OUTPUTS], word, sizeof(word));
    struct json_reader reader = json_open(word, strlen(word));
    if (status == 0 && (json_read_uint32(&reader, &number) != 0 || number != outputs))
        status = json_error(&attrs[ATTR_OUTPUTS], "num_outputs is not what node_row_ptr says");
    if (status != 0 || !attrs[ATTR_FLATTEN].next)
        return status;
    status = graph_read_word(attrs[ATTR_FLATTEN], word, sizeof(word));
    if (status == 0 && strcmp(word, "0") != 0)
        status = json_error(&attrs[ATTR_FLATTEN], "flatten_data is not supported");
    return status;
}

/* Another shape of a tensor, where it lies. */
static bool is_in_place(const TVMGraphExecutor *executor, const struct graph_operator *operator_)
{
    const uint32_t *ids = executor->storage_ids;
    return !operator_->func && operator_->num_args == 2 &&
           ids[operator_->args[0]] == ids[operator_->args[1]];
}

static int load_args(const struct graph_loader *loader, const struct graph_node *node,
                     uint32_t num_inputs, struct graph_operator *operator_)
{
    struct json_reader reader = node->members[NODE_INPUTS];
    uint32_t row = loader->rows[node->id];
    uint32_t num_outputs = loader->rows[node->id + 1] - row;
    bool more = true;
    void *memory = NULL;
    int status = graph_allocate(num_inputs + num_outputs, sizeof(uint32_t), "arguments", &memory);
    if (status != 0)
        return status;
    operator_->args = memory;
    operator_->num_args = num_inputs + num_outputs;
    status = json_begin(&reader, '[');
    for (uint32_t i = 0; status == 0 && i < num_inputs; i++) {
        status = json_next(&reader, ']', &more);
        if (status == 0)
            status = graph_read_entry(loader, &reader, node->id, &operator_->args[i]);
    }
    for (uint32_t i = 0; status == 0 && i < num_outputs; i++) {
        operator_->args[num_inputs + i] = row + i;
        if (!is_in_place(loader->executor, operator_))
            status = graph_check_writable(loader->executor, row + i, "an operator's output");
    }
    return status;
}

/* Without a function: one input, one output, of the same size. */
static int check_copy(const TVMGraphExecutor *executor, const struct graph_node *node,
                      const struct graph_operator *operator_)
{
    if (operator_->func)
        return 0;
    size_t input_size = 0;
    size_t output_size = 1;
    if (operator_->num_args == 2) {
        (void)tensor_size_bytes(&executor->entries[operator_->args[0]], &input_size);
        (void)tensor_size_bytes(&executor->entries[operator_->args[1]], &output_size);
    }
    return input_size == output_size
               ? 0
               : json_error(&node->members[NODE_OP], "a copy between tensors of other sizes");
}

int graph_load_operator(const struct graph_loader *loader, const struct graph_node *node)
{
    static const char *const names[ATTRS] = {"func_name", "num_outputs", "flatten_data"};
    TVMGraphExecutor *executor = loader->executor;
    struct graph_operator *operator_ = &executor->operators[executor->num_operators++];
    struct json_reader attrs_reader = node->members[NODE_ATTRS];
    struct json_reader counter = node->members[NODE_INPUTS];
    struct json_reader attrs[ATTRS];
    uint32_t num_inputs = 0;
    if (!attrs_reader.next || !counter.next)
        return json_error(&node->members[NODE_OP], "an operator without \"attrs\" or \"inputs\"");
    int status = json_find(&attrs_reader, names, attrs, ATTRS);
    if (status == 0 && (!attrs[ATTR_FUNCTION].next || !attrs[ATTR_OUTPUTS].next))
        status = json_error(&attrs_reader, "an operator without func_name or num_outputs");
    if (status == 0)
        status = check_attributes(loader, node, attrs);
    if (status == 0)
        status = json_count(&counter, &num_inputs);
    if (status == 0)
        status = find_function(loader, attrs, &operator_->func);
    if (status == 0)
        status = load_args(loader, node, num_inputs, operator_);
    if (status == 0 && operator_->num_args > executor->max_args)
        executor->max_args = operator_->num_args;
    return status == 0 ? check_copy(executor, node, operator_) : status;
}
