#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/handle.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/internal/rpc_server/reader.h>

/* A client's reference to one of its own objects, as TVM numbers types of objects. */
enum { OBJECT_REFERENCE_TYPE = 9 };

static const char ARGUMENT[] = "an argument";
static const char ARGUMENTS[] = "the list of arguments";

int rpc_truncated(const char *where)
{
    return crt_error(kTvmErrorFunctionCallInvalidArg, "message is damaged: it ends in %s", where);
}

static uint8_t *take(struct rpc_reader *reader, size_t size_bytes)
{
    if (size_bytes > reader->left_bytes)
        return NULL;
    uint8_t *data = reader->next;
    reader->next += size_bytes;
    reader->left_bytes -= size_bytes;
    return data;
}

bool rpc_read(struct rpc_reader *reader, void *value, size_t size_bytes)
{
    const uint8_t *data = take(reader, size_bytes);
    if (data)
        memcpy(value, data, size_bytes);
    return data != NULL;
}

bool rpc_read_u64(struct rpc_reader *reader, uint64_t *ret_value)
{
    return rpc_read(reader, ret_value, sizeof(*ret_value));
}

bool rpc_read_i32(struct rpc_reader *reader, int32_t *ret_value)
{
    return rpc_read(reader, ret_value, sizeof(*ret_value));
}

bool rpc_read_bytes(struct rpc_reader *reader, uint8_t **ret_data, size_t *ret_size_bytes)
{
    struct rpc_reader ahead = *reader;
    uint64_t size_bytes;
    if (!rpc_read_u64(&ahead, &size_bytes) || size_bytes > ahead.left_bytes)
        return false;
    *ret_data = take(&ahead, (size_t)size_bytes);
    *ret_size_bytes = (size_t)size_bytes;
    *reader = ahead;
    return true;
}

int rpc_read_handle(struct rpc_reader *reader, void **ret_handle)
{
    uint64_t handle;
    if (!rpc_read_u64(reader, &handle))
        return rpc_truncated("a handle");
    if (handle > UINTPTR_MAX)
        return crt_error(kTvmErrorFunctionCallInvalidArg,
                         "handle 0x%lx%.8lx has more bits than this board",
                         (unsigned long)(handle >> 32), (unsigned long)(handle & 0xffffffff));
    *ret_handle = crt_handle((uintptr_t)handle);
    return 0;
}

static bool read_device(struct rpc_reader *reader, DLDevice *device)
{
    int32_t device_type; /* an enum has another size on some targets */
    if (!rpc_read_i32(reader, &device_type) || !rpc_read_i32(reader, &device->device_id))
        return false;
    device->device_type = (DLDeviceType)device_type;
    return true;
}

int rpc_read_tensor(struct rpc_reader *reader, DLTensor *tensor)
{
    memset(tensor, 0, sizeof(*tensor));
    int status = rpc_read_handle(reader, &tensor->data);
    if (status != 0)
        return status;
    if (!read_device(reader, &tensor->device) || !rpc_read_i32(reader, &tensor->ndim) ||
        !rpc_read(reader, &tensor->dtype, sizeof(tensor->dtype)))
        return rpc_truncated("a tensor");
    if (tensor->ndim < 0 || (size_t)tensor->ndim > reader->left_bytes / sizeof(int64_t))
        return crt_error(kTvmErrorFunctionCallInvalidArg,
                         "message is damaged: a tensor of %ld dimensions", (long)tensor->ndim);
    /* The 24 bytes before the shape have been read: room to align it. */
    size_t shape_size = (size_t)tensor->ndim * sizeof(int64_t);
    uint8_t *shape = take(reader, shape_size);
    uint8_t *aligned = shape - (uintptr_t)shape % _Alignof(int64_t);
    memmove(aligned, shape, shape_size);
    tensor->shape = (int64_t *)(void *)aligned;
    if (!rpc_read_u64(reader, &tensor->byte_offset))
        return rpc_truncated("a tensor");
    return 0;
}

static int read_string(struct rpc_reader *reader, const char **ret_string)
{
    uint8_t *data;
    size_t size_bytes;
    if (!rpc_read_bytes(reader, &data, &size_bytes))
        return rpc_truncated(ARGUMENT);
    /* Over the length in front of it: room for the NUL. */
    uint8_t *string = data - 1;
    memmove(string, data, size_bytes);
    string[size_bytes] = '\0';
    *ret_string = (const char *)string;
    return 0;
}

static int read_object(struct rpc_reader *reader, TVMValue *value)
{
    uint32_t type_index;
    if (!rpc_read(reader, &type_index, sizeof(type_index)))
        return rpc_truncated(ARGUMENT);
    if (type_index != OBJECT_REFERENCE_TYPE)
        return crt_error(kTvmErrorFunctionCallWrongArgType,
                         "object of type %lu: only references (%d) can be sent to a board",
                         (unsigned long)type_index, OBJECT_REFERENCE_TYPE);
    return rpc_read_handle(reader, &value->v_handle);
}

/* Not inlined: in a larger function the table of its cases takes four times as much. */
static __attribute__((noinline)) int read_argument(struct rpc_reader *reader, int type_code,
                                                   TVMValue *value, union rpc_argument *storage)
{
    uint8_t *data;
    switch (type_code) {
    case kDLInt:
    case kDLUInt:
    case kDLFloat:
    case kTVMArgBool:
    case kTVMDataType: /* 4 bytes, and 4 of padding */
        return rpc_read(reader, value, sizeof(int64_t)) ? 0 : rpc_truncated(ARGUMENT);
    case kDLDevice:
        return read_device(reader, &value->v_device) ? 0 : rpc_truncated(ARGUMENT);
    case kTVMPackedFuncHandle:
    case kTVMModuleHandle:
    case kTVMOpaqueHandle:
        return rpc_read_handle(reader, &value->v_handle);
    case kTVMNullptr:
        return 0;
    case kTVMStr:
        return read_string(reader, &value->v_str);
    case kTVMBytes:
        value->v_handle = &storage->bytes;
        if (!rpc_read_bytes(reader, &data, &storage->bytes.size))
            return rpc_truncated(ARGUMENT);
        storage->bytes.data = (const char *)data;
        return 0;
    case kTVMDLTensorHandle:
        value->v_handle = &storage->tensor;
        return rpc_read_tensor(reader, &storage->tensor);
    case kTVMObjectHandle:
        return read_object(reader, value);
    default:
        return crt_error(kTvmErrorFunctionCallWrongArgType,
                         "argument of type %d cannot be sent to a board", type_code);
    }
}

void rpc_arguments_dispose(struct rpc_arguments *arguments)
{
    crt_free(arguments->storage);
    memset(arguments, 0, sizeof(*arguments));
}

/* Room for count arguments. Some more are zeroed too: generated code reads as many as it was
 * compiled for, however few there are. */
static int reserve(struct rpc_arguments *arguments, int count)
{
    enum { CAPACITY_MIN = 16 };
    int capacity = count > CAPACITY_MIN ? count : CAPACITY_MIN;
    if (capacity > arguments->capacity) {
        void *memory;
        size_t each = sizeof(union rpc_argument) + sizeof(TVMValue) + sizeof(int);
        rpc_arguments_dispose(arguments);
        int status = crt_allocate((size_t)capacity * each, "arguments", &memory);
        if (status != 0)
            return status;
        arguments->storage = memory;
        arguments->values = (TVMValue *)(arguments->storage + capacity);
        arguments->type_codes = (int *)(arguments->values + capacity);
        arguments->capacity = capacity;
    }
    memset(arguments->values, 0, (size_t)arguments->capacity * sizeof(TVMValue));
    memset(arguments->type_codes, 0, (size_t)arguments->capacity * sizeof(int));
    arguments->num_args = count;
    return 0;
}

int rpc_read_arguments(struct rpc_reader *reader, struct rpc_arguments *arguments)
{
    int32_t count;
    if (!rpc_read_i32(reader, &count))
        return rpc_truncated(ARGUMENTS);
    if (count < 0 || (size_t)count > reader->left_bytes / sizeof(int32_t))
        return crt_error(kTvmErrorFunctionCallNumArguments, "message is damaged: %ld arguments",
                         (long)count);
    int status = reserve(arguments, (int)count);
    for (int i = 0; i < count && status == 0; i++) {
        int32_t type_code = 0;
        if (!rpc_read_i32(reader, &type_code))
            status = rpc_truncated(ARGUMENTS);
        arguments->type_codes[i] = (int)type_code;
    }
    for (int i = 0; i < count && status == 0; i++)
        status = read_argument(reader, arguments->type_codes[i], &arguments->values[i],
                               &arguments->storage[i]);
    return status;
}
