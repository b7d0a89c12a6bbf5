#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_reader.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>

/* ---- the whole graph ---- */

int graph_find_members(const char *text, size_t size_bytes, struct json_reader *ret_members)
{
    static const char *const names[GRAPH_MEMBERS] = {"nodes", "arg_nodes", "heads", "attrs",
                                                     "node_row_ptr"};
    struct json_reader reader = json_open(text, size_bytes);
    int status = json_find(&reader, names, ret_members, GRAPH_MEMBERS);
    if (status == 0)
        status = json_end(&reader);
    for (int i = 0; i < GRAPH_MEMBERS && status == 0; i++) {
        if (!ret_members[i].next)
            status = crt_error(kTvmErrorFunctionCallInvalidArg, "graph: no \"%s\" in it", names[i]);
    }
    return status;
}

int graph_read_word(struct json_reader reader, char *buffer, size_t size_bytes)
{
    size_t length = 0;
    int status = json_read_string(&reader, buffer, size_bytes, &length);
    if (status == 0 && length >= size_bytes)
        status = json_error(&reader, "a word that is too long");
    return status;
}

/* ---- node_row_ptr ---- */

static int read_rows(const struct graph_loader *loader, struct json_reader reader)
{
    bool more = true;
    int status = json_begin(&reader, '[');
    for (uint32_t i = 0; status == 0 && i <= loader->num_nodes; i++) {
        status = json_next(&reader, ']', &more);
        if (status == 0)
            status = json_read_uint32(&reader, &loader->rows[i]);
        if (status == 0 && (i == 0 ? loader->rows[i] != 0 : loader->rows[i] < loader->rows[i - 1]))
            status = json_error(&reader, "node_row_ptr does not go up from 0");
    }
    if (status == 0 && loader->rows[loader->num_nodes] != loader->executor->num_entries)
        status = json_error(&reader, "node_row_ptr does not end with the number of shapes");
    return status;
}

int graph_load_rows(struct graph_loader *loader, struct json_reader reader)
{
    struct json_reader counter = reader;
    uint32_t count = 0;
    void *memory = NULL;
    int status = json_count(&counter, &count);
    if (status == 0 && count != (uint64_t)loader->num_nodes + 1)
        status = json_error(&counter, "node_row_ptr has not one element more than there are nodes");
    if (status == 0)
        status = crt_allocate_temporary(count * sizeof(uint32_t), "rows", &memory);
    if (status != 0)
        return status;
    loader->rows = memory;
    return read_rows(loader, reader);
}

int graph_read_rows(struct graph_loader *loader, const char *text, size_t size_bytes)
{
    struct json_reader members[GRAPH_MEMBERS];
    int status = graph_find_members(text, size_bytes, members);
    if (status == 0)
        status = json_count(&members[GRAPH_NODES], &loader->num_nodes);
    return status == 0 ? graph_load_rows(loader, members[GRAPH_NODE_ROW_PTR]) : status;
}

/* ---- references to entries ---- */

int graph_read_entry(const struct graph_loader *loader, struct json_reader *reader, uint32_t limit,
                     uint32_t *ret_entry)
{
    uint32_t parts[3] = {0};
    uint32_t count = 0;
    bool more = true;
    int status = json_begin(reader, '[');
    while (status == 0 && (status = json_next(reader, ']', &more)) == 0 && more) {
        if (count == 3)
            return json_error(reader, "more than [node, index, version]");
        status = json_read_uint32(reader, &parts[count++]);
    }
    if (status != 0)
        return status;
    if (count < 2 || parts[0] >= limit ||
        parts[1] >= loader->rows[parts[0] + 1] - loader->rows[parts[0]])
        return json_error(reader, "no such entry, or one of a later node");
    *ret_entry = loader->rows[parts[0]] + parts[1];
    return 0;
}
