#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/internal/graph_executor/graph_entries.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/internal/memory/memory_map.h>

enum { TYPE_NAME_SIZE = 24 };

/* An attribute is ["list_...", [values]]: go to the values. */
static int enter_list(struct json_reader *reader, const char *name)
{
    bool more = false;
    if (!reader->next)
        return crt_error(kTvmErrorFunctionCallInvalidArg, "graph: no \"%s\" in its \"attrs\"",
                         name);
    int status = json_begin(reader, '[');
    if (status == 0)
        status = json_next(reader, ']', &more);
    if (status == 0 && more)
        status = json_skip(reader);
    if (status == 0 && more)
        status = json_next(reader, ']', &more);
    return status != 0 || more ? status : json_error(reader, "wanted a type and a list");
}

/* ---- shapes ---- */

static int count_dimensions(struct json_reader reader, uint32_t *ret_dimensions)
{
    uint32_t sum = 0;
    bool more = true;
    int status = json_begin(&reader, '[');
    while (status == 0 && (status = json_next(&reader, ']', &more)) == 0 && more) {
        uint32_t ndim = 0;
        status = json_count(&reader, &ndim);
        sum += ndim;
    }
    *ret_dimensions = sum;
    return status;
}

static int read_shape(struct json_reader *reader, int64_t *shape, DLTensor *entry)
{
    bool more = true;
    int status = json_begin(reader, '[');
    entry->shape = shape;
    while (status == 0 && (status = json_next(reader, ']', &more)) == 0 && more)
        status = json_read_integer(reader, &shape[entry->ndim++]);
    return status;
}

static int load_shapes(TVMGraphExecutor *executor, struct json_reader reader)
{
    uint32_t dimensions = 0;
    void *memory = NULL;
    int status = count_dimensions(reader, &dimensions);
    if (status == 0)
        status = graph_allocate(dimensions, sizeof(int64_t), "the graph's shapes", &memory);
    if (status != 0)
        return status;
    executor->shapes = memory;
    int64_t *shape = executor->shapes;
    bool more = true;
    status = json_begin(&reader, '[');
    for (uint32_t i = 0; status == 0 && i < executor->num_entries; i++) {
        status = json_next(&reader, ']', &more);
        if (status == 0)
            status = read_shape(&reader, shape, &executor->entries[i]);
        shape += executor->entries[i].ndim;
    }
    return status;
}

/* ---- types ---- */

static int load_types(TVMGraphExecutor *executor, struct json_reader reader)
{
    char name[TYPE_NAME_SIZE];
    size_t length = 0;
    bool more = true;
    int status = json_begin(&reader, '[');
    for (uint32_t i = 0; status == 0 && i < executor->num_entries; i++) {
        status = json_next(&reader, ']', &more);
        if (status == 0)
            status = json_read_string(&reader, name, sizeof(name), &length);
        if (status != 0)
            return status;
        DLDataType type = String2DLDataType(name);
        if (length >= sizeof(name) || type.bits == 0 || type.lanes == 0)
            return json_error(&reader, "a type that is not known");
        executor->entries[i].dtype = type;
        executor->entries[i].device = executor->device;
    }
    return status;
}

/* ---- storages ---- */

/* Storages are numbered from 0, and none is without an entry: so there are no more of them. */
static int load_storage_ids(TVMGraphExecutor *executor, struct json_reader reader)
{
    bool more = true;
    int status = json_begin(&reader, '[');
    for (uint32_t i = 0; status == 0 && i < executor->num_entries; i++) {
        uint32_t *id = &executor->storage_ids[i];
        status = json_next(&reader, ']', &more);
        if (status == 0)
            status = json_read_uint32(&reader, id);
        if (status == 0 && *id >= executor->num_entries)
            status = json_error(&reader, "a storage_id that is out of range");
        if (status == 0 && *id >= executor->num_storages)
            executor->num_storages = *id + 1;
    }
    return status;
}

static int size_storages(TVMGraphExecutor *executor)
{
    for (uint32_t i = 0; i < executor->num_entries; i++) {
        struct graph_storage *storage = &executor->storages[executor->storage_ids[i]];
        size_t size_bytes;
        if (!tensor_size_bytes(&executor->entries[i], &size_bytes))
            return crt_error(kTvmErrorFunctionCallInvalidArg, "graph: shape %lu has no size",
                             (unsigned long)i);
        if (size_bytes > storage->size_bytes)
            storage->size_bytes = size_bytes;
    }
    return 0;
}

/* TVM up to 0.9 links parameters as data of the module, to be asked for by storage. Later ones make
 * them part of the functions. */
static int find_linked(TVMFunctionHandle lookup, uint32_t id, struct graph_storage *storage)
{
    TVMValue arg = {.v_int64 = id};
    TVMValue ret_val;
    int type_code = kTVMArgInt;
    int ret_type_code;
    int status = TVMFuncCall(lookup, &arg, &type_code, 1, &ret_val, &ret_type_code);
    if (status != 0 || ret_type_code == kTVMNullptr || !ret_val.v_handle)
        return status;
    storage->data = ret_val.v_handle;
    storage->linked = true;
    return memory_map_add(storage->data, storage->size_bytes, NULL, MEMORY_LINKED);
}

static int allocate_storage(struct graph_storage *storage)
{
    void *memory = NULL;
    int status = crt_allocate(storage->size_bytes, "the graph's tensors", &memory);
    if (status != 0)
        return status;
    status = memory_map_add(memory, storage->size_bytes, NULL, MEMORY_OF_ARRAY);
    if (status != 0) {
        crt_free(memory);
        return status;
    }
    storage->data = memory;
    return 0;
}

static int make_storages(TVMGraphExecutor *executor)
{
    TVMFunctionHandle lookup;
    bool links =
        TVMModGetFunction(executor->module_handle, "_lookup_linked_param", 0, &lookup) == 0;
    for (uint32_t i = 0; i < executor->num_storages; i++) {
        struct graph_storage *storage = &executor->storages[i];
        int status = links ? find_linked(lookup, i, storage) : 0;
        if (status == 0 && !storage->linked)
            status = allocate_storage(storage);
        if (status != 0)
            return status;
    }
    for (uint32_t i = 0; i < executor->num_entries; i++)
        executor->entries[i].data = executor->storages[executor->storage_ids[i]].data;
    return 0;
}

static int load_storages(TVMGraphExecutor *executor, struct json_reader storage_id)
{
    void *memory = NULL;
    int status = load_storage_ids(executor, storage_id);
    if (status == 0)
        status = graph_allocate(executor->num_storages, sizeof(struct graph_storage),
                                "the graph's storages", &memory);
    if (status != 0)
        return status;
    executor->storages = memory;
    status = size_storages(executor);
    return status == 0 ? make_storages(executor) : status;
}

/* ---- all of them ---- */

static int check_counts(const struct json_reader *lists, size_t count, uint32_t *ret_entries)
{
    uint32_t entries = 0;
    for (size_t i = 0; i < count; i++) {
        struct json_reader counter = lists[i];
        uint32_t length = 0;
        int status = json_count(&counter, &length);
        if (status != 0)
            return status;
        if (i > 0 && length != entries)
            return crt_error(kTvmErrorFunctionCallInvalidArg,
                             "graph: %lu shapes, but another list of \"attrs\" has %lu elements",
                             (unsigned long)entries, (unsigned long)length);
        entries = length;
    }
    *ret_entries = entries;
    return 0;
}

int graph_load_entries(TVMGraphExecutor *executor, struct json_reader attrs)
{
    enum { SHAPE, DLTYPE, STORAGE_ID, LISTS };
    static const char *const names[LISTS] = {"shape", "dltype", "storage_id"};
    struct json_reader lists[LISTS];
    void *memory = NULL;
    int status = json_find(&attrs, names, lists, LISTS);
    for (int i = 0; i < LISTS && status == 0; i++)
        status = enter_list(&lists[i], names[i]);
    if (status == 0)
        status = check_counts(lists, LISTS, &executor->num_entries);
    if (status == 0)
        status =
            graph_allocate(executor->num_entries, sizeof(DLTensor), "the graph's entries", &memory);
    if (status != 0)
        return status;
    executor->entries = memory;
    status = graph_allocate(executor->num_entries, sizeof(uint32_t), "storage numbers", &memory);
    if (status != 0)
        return status;
    executor->storage_ids = memory;
    status = load_shapes(executor, lists[SHAPE]);
    if (status == 0)
        status = load_types(executor, lists[DLTYPE]);
    return status == 0 ? load_storages(executor, lists[STORAGE_ID]) : status;
}
