#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/graph_executor/graph.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>

int graph_allocate(size_t count, size_t each_bytes, const char *what, void **ret_memory)
{
    size_t size_bytes;
    if (__builtin_mul_overflow(count, each_bytes, &size_bytes))
        return crt_no_memory(SIZE_MAX, what);
    return crt_allocate(size_bytes, what, ret_memory);
}

int graph_check_writable(const TVMGraphExecutor *executor, uint32_t entry, const char *name)
{
    if (!executor->storages[executor->storage_ids[entry]].linked)
        return 0;
    return crt_error(kTvmErrorFunctionCallInvalidArg,
                     "input \"%.100s\" is linked into the firmware and cannot be changed", name);
}

int graph_find_input(const TVMGraphExecutor *executor, const char *name, size_t length)
{
    for (uint32_t i = 0; i < executor->num_inputs; i++) {
        const char *other = executor->inputs[i].name;
        if (strlen(other) == length && memcmp(other, name, length) == 0)
            return (int)i;
    }
    return -1;
}
