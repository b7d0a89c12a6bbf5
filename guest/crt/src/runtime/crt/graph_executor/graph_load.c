#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_entries.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_load.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_operators.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>

/* ---- inputs ---- */

static int load_arg_nodes(const struct graph_loader *loader, struct json_reader reader)
{
    TVMGraphExecutor *executor = loader->executor;
    struct json_reader counter = reader;
    uint32_t count = 0;
    void *memory = NULL;
    int status = json_count(&counter, &count);
    if (status == 0)
        status = graph_allocate(count, sizeof(struct graph_input), "the graph's inputs", &memory);
    if (status != 0)
        return status;
    executor->inputs = memory;
    executor->num_inputs = count;
    bool more = true;
    status = json_begin(&reader, '[');
    for (uint32_t i = 0; status == 0 && i < count; i++) {
        struct graph_input *input = &executor->inputs[i];
        status = json_next(&reader, ']', &more);
        if (status == 0)
            status = json_read_uint32(&reader, &input->node);
        if (status == 0 && (input->node >= loader->num_nodes ||
                            loader->rows[input->node] == loader->rows[input->node + 1]))
            status = json_error(&reader, "arg_nodes: no such node, or one without an entry");
        if (status == 0)
            input->entry = loader->rows[input->node];
    }
    return status;
}

static int read_name(struct json_reader reader, char **ret_name)
{
    struct json_reader measured = reader;
    size_t length = 0;
    void *memory = NULL;
    int status = json_read_string(&measured, NULL, 0, &length);
    if (status == 0)
        status = crt_allocate(length + 1, "an input's name", &memory);
    if (status != 0)
        return status;
    *ret_name = memory;
    return json_read_string(&reader, memory, length + 1, &length);
}

static int load_input(const struct graph_loader *loader, const struct graph_node *node)
{
    TVMGraphExecutor *executor = loader->executor;
    int status = 0;
    for (uint32_t i = 0; status == 0 && i < executor->num_inputs; i++) {
        struct graph_input *input = &executor->inputs[i];
        if (input->node == node->id && !input->name)
            status = read_name(node->members[NODE_NAME], &input->name);
    }
    return status;
}

/* ---- nodes ---- */

static int load_node(const struct graph_loader *loader, struct json_reader *reader, uint32_t id)
{
    static const char *const names[NODE_MEMBERS] = {"op", "name", "attrs", "inputs"};
    struct graph_node node = {.id = id};
    char kind[GRAPH_WORD_SIZE];
    int status = json_find(reader, names, node.members, NODE_MEMBERS);
    if (status == 0 && (!node.members[NODE_OP].next || !node.members[NODE_NAME].next))
        status = json_error(reader, "a node without \"op\" or \"name\"");
    if (status == 0)
        status = graph_read_word(node.members[NODE_OP], kind, sizeof(kind));
    if (status == 0)
        status = load_input(loader, &node);
    if (status != 0 || strcmp(kind, "null") == 0)
        return status;
    if (strcmp(kind, "tvm_op") != 0)
        return json_error(&node.members[NODE_OP], "neither \"null\" nor \"tvm_op\"");
    return graph_load_operator(loader, &node);
}

static int load_nodes(const struct graph_loader *loader, struct json_reader reader)
{
    TVMGraphExecutor *executor = loader->executor;
    bool more = true;
    void *memory = NULL;
    int status = graph_allocate(loader->num_nodes, sizeof(struct graph_operator),
                                "the graph's operators", &memory);
    if (status != 0)
        return status;
    executor->operators = memory;
    status = json_begin(&reader, '[');
    for (uint32_t i = 0; status == 0 && i < loader->num_nodes; i++) {
        status = json_next(&reader, ']', &more);
        if (status == 0)
            status = load_node(loader, &reader, i);
    }
    if (status == 0)
        status = graph_allocate(executor->max_args, sizeof(TVMValue), "arguments", &memory);
    if (status != 0)
        return status;
    executor->values = memory;
    status = graph_allocate(executor->max_args, sizeof(int), "arguments", &memory);
    if (status == 0)
        executor->type_codes = memory;
    return status;
}

/* ---- outputs ---- */

static int load_heads(const struct graph_loader *loader, struct json_reader reader)
{
    TVMGraphExecutor *executor = loader->executor;
    struct json_reader counter = reader;
    bool more = true;
    uint32_t count = 0;
    void *memory = NULL;
    int status = json_count(&counter, &count);
    if (status == 0)
        status = graph_allocate(count, sizeof(uint32_t), "the graph's outputs", &memory);
    if (status != 0)
        return status;
    executor->outputs = memory;
    executor->num_outputs = count;
    status = json_begin(&reader, '[');
    for (uint32_t i = 0; status == 0 && i < count; i++) {
        status = json_next(&reader, ']', &more);
        if (status == 0)
            status = graph_read_entry(loader, &reader, loader->num_nodes, &executor->outputs[i]);
    }
    return status;
}

/* ---- the whole graph ---- */

int graph_load(TVMGraphExecutor *executor, const char *text, size_t size_bytes)
{
    struct graph_loader loader = {.executor = executor};
    struct json_reader members[GRAPH_MEMBERS];
    int status = graph_find_members(text, size_bytes, members);
    if (status == 0)
        status = graph_load_entries(executor, members[GRAPH_ATTRS]);
    struct json_reader counter = members[GRAPH_NODES];
    if (status == 0)
        status = json_count(&counter, &loader.num_nodes);
    if (status == 0)
        status = graph_load_rows(&loader, members[GRAPH_NODE_ROW_PTR]);
    if (status == 0)
        status = load_arg_nodes(&loader, members[GRAPH_ARG_NODES]);
    if (status == 0)
        status = load_nodes(&loader, members[GRAPH_NODES]);
    if (status == 0)
        status = load_heads(&loader, members[GRAPH_HEADS]);
    crt_free(loader.rows);
    return status;
}
