/* Parameters as TVM's save_param_dict writes them: a mark, the names, then the tensors. */
#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/tensor.h>
#include <tvm/runtime/crt/internal/graph_executor/graph.h>

static const uint64_t LIST_MARK = 0xf7e58d4f05049cb7;
static const uint64_t TENSOR_MARK = 0xdd5e40f096b4a13f;

struct blob {
    const char *next;
    size_t left_bytes;
};

static int damaged(const char *where)
{
    return crt_error(kTvmErrorFunctionCallInvalidArg, "parameters are damaged: %s", where);
}

/* NULL: it is not all there. */
static const char *take(struct blob *blob, uint64_t size_bytes)
{
    const char *data = blob->next;
    if (size_bytes > blob->left_bytes)
        return NULL;
    blob->next += size_bytes;
    blob->left_bytes -= (size_t)size_bytes;
    return data;
}

static bool take_value(struct blob *blob, void *value, size_t size_bytes)
{
    const char *data = take(blob, size_bytes);
    if (data)
        memcpy(value, data, size_bytes);
    return data != NULL;
}

static bool take_mark(struct blob *blob, uint64_t wanted)
{
    uint64_t mark;
    uint64_t reserved;
    return take_value(blob, &mark, sizeof(mark)) && mark == wanted &&
           take_value(blob, &reserved, sizeof(reserved));
}

struct name {
    const char *data;
    size_t length;
};

static bool take_name(struct blob *blob, struct name *name)
{
    uint64_t length;
    if (!take_value(blob, &length, sizeof(length)))
        return false;
    name->data = take(blob, length);
    name->length = (size_t)length;
    return name->data != NULL;
}

/* ---- one tensor ---- */

/* What stands in front of a tensor's data. */
struct header {
    int32_t device[2];
    int32_t ndim;
    DLDataType dtype;
    const char *shape; /* ndim int64_t, not aligned */
    const char *data;
    size_t size_bytes;
};

static bool take_tensor(struct blob *blob, struct header *header)
{
    uint64_t size_bytes;
    if (!take_mark(blob, TENSOR_MARK) ||
        !take_value(blob, header->device, sizeof(header->device)) ||
        !take_value(blob, &header->ndim, sizeof(header->ndim)) ||
        !take_value(blob, &header->dtype, sizeof(header->dtype)) || header->ndim < 0)
        return false;
    header->shape = take(blob, (uint64_t)header->ndim * sizeof(int64_t));
    if (!header->shape || !take_value(blob, &size_bytes, sizeof(size_bytes)))
        return false;
    header->data = take(blob, size_bytes);
    header->size_bytes = (size_t)size_bytes;
    return header->data != NULL;
}

static bool is_same_kind(const struct header *header, const DLTensor *entry)
{
    size_t size_bytes = 0;
    return header->ndim == entry->ndim &&
           memcmp(&header->dtype, &entry->dtype, sizeof(entry->dtype)) == 0 &&
           memcmp(header->shape, entry->shape, (size_t)entry->ndim * sizeof(int64_t)) == 0 &&
           tensor_size_bytes(entry, &size_bytes) && size_bytes == header->size_bytes;
}

static int load_tensor(const TVMGraphExecutor *executor, const struct name *name,
                       const struct header *header)
{
    int index = graph_find_input(executor, name->data, name->length);
    if (index < 0)
        return 0;
    const struct graph_input *input = &executor->inputs[index];
    const DLTensor *entry = &executor->entries[input->entry];
    if (!is_same_kind(header, entry))
        return crt_error(kTvmErrorFunctionCallInvalidArg,
                         "parameter \"%s\": its shape or type is not the graph's", input->name);
    bool linked = executor->storages[executor->storage_ids[input->entry]].linked;
    if (linked && memcmp(entry->data, header->data, header->size_bytes) == 0)
        return 0;
    int status = graph_check_writable(executor, input->entry, input->name);
    if (status == 0)
        memcpy(entry->data, header->data, header->size_bytes);
    return status;
}

/* ---- all of them ---- */

/* Goes over the names; *ret_count of them are there then. */
static bool skip_names(struct blob *blob, uint64_t *ret_count)
{
    struct name name;
    uint64_t count;
    uint64_t tensors;
    if (!take_value(blob, &count, sizeof(count)))
        return false;
    for (uint64_t i = 0; i < count; i++) {
        if (!take_name(blob, &name))
            return false;
    }
    *ret_count = count;
    return take_value(blob, &tensors, sizeof(tensors)) && tensors == count;
}

int TVMGraphExecutor_LoadParams(TVMGraphExecutor *executor, const char *param_blob,
                                const uint32_t param_size)
{
    struct blob blob = {param_blob, param_size};
    uint64_t count = 0;
    if (!take_mark(&blob, LIST_MARK))
        return damaged("their first bytes are not TVM's");
    struct blob names = blob;
    (void)take(&names, sizeof(count));
    if (!skip_names(&blob, &count))
        return damaged("the list of names");
    for (uint64_t i = 0; i < count; i++) {
        struct name name;
        struct header header;
        if (!take_name(&names, &name) || !take_tensor(&blob, &header))
            return damaged("a tensor");
        int status = load_tensor(executor, &name, &header);
        if (status != 0)
            return status;
    }
    return 0;
}
