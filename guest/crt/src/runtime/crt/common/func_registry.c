#include <stdbool.h>
#include <string.h>
#include <tvm/runtime/crt/func_registry.h>

enum { COUNT_SIZE = sizeof(uint16_t) };

/* TVM 0.8 generates a count of one byte: then the second one begins a name, and names begin with no
 * control character. */
static bool has_short_count(const TVMFuncRegistry *reg)
{
    return (uint8_t)reg->names[1] > ' ';
}

uint16_t TVMFuncRegistry_GetNumFuncs(const TVMFuncRegistry *reg)
{
    uint16_t num_funcs;
    if (has_short_count(reg))
        return (uint8_t)reg->names[0];
    memcpy(&num_funcs, reg->names, sizeof(num_funcs));
    return num_funcs;
}

int TVMFuncRegistry_SetNumFuncs(const TVMFuncRegistry *reg, uint16_t num_funcs)
{
    memcpy((char *)reg->names, &num_funcs, sizeof(num_funcs));
    return 0;
}

const char *TVMFuncRegistry_Get0thFunctionName(const TVMFuncRegistry *reg)
{
    return reg->names + (has_short_count(reg) ? 1 : COUNT_SIZE);
}

tvm_crt_error_t TVMFuncRegistry_Lookup(const TVMFuncRegistry *reg, const char *name,
                                       tvm_function_index_t *function_index)
{
    const char *candidate = TVMFuncRegistry_Get0thFunctionName(reg);
    uint16_t num_funcs = TVMFuncRegistry_GetNumFuncs(reg);
    for (tvm_function_index_t i = 0; i < num_funcs && *candidate; i++) {
        if (strcmp(candidate, name) == 0) {
            *function_index = i;
            return kTvmErrorNoError;
        }
        candidate += strlen(candidate) + 1;
    }
    return kTvmErrorFunctionNameNotFound;
}

tvm_crt_error_t TVMFuncRegistry_GetByIndex(const TVMFuncRegistry *reg, tvm_function_index_t index,
                                           TVMBackendPackedCFunc *out_func)
{
    if (index >= TVMFuncRegistry_GetNumFuncs(reg))
        return kTvmErrorFunctionIndexInvalid;
    *out_func = reg->funcs[index];
    return kTvmErrorNoError;
}

tvm_crt_error_t TVMMutableFuncRegistry_Create(TVMMutableFuncRegistry *reg, uint8_t *buffer,
                                              size_t buffer_size_bytes)
{
    if (buffer_size_bytes < kTvmAverageFuncEntrySizeBytes)
        return kTvmErrorBufferTooSmall;
    /* Names grow from the front, functions stand at the back. */
    size_t pointers_end = buffer_size_bytes / sizeof(void *) * sizeof(void *);
    reg->max_functions = buffer_size_bytes / kTvmAverageFuncEntrySizeBytes;
    reg->registry.funcs =
        (TVMBackendPackedCFunc *)(buffer + pointers_end - reg->max_functions * sizeof(void *));
    reg->registry.names = (const char *)buffer;
    memset(buffer, 0, COUNT_SIZE + 1);
    return kTvmErrorNoError;
}

/* The NUL behind the last name. */
static char *names_end(const TVMFuncRegistry *reg)
{
    const char *end = TVMFuncRegistry_Get0thFunctionName(reg);
    while (*end)
        end += strlen(end) + 1;
    return (char *)end;
}

tvm_crt_error_t TVMMutableFuncRegistry_Set(TVMMutableFuncRegistry *reg, const char *name,
                                           TVMBackendPackedCFunc func, int override)
{
    /* Create made both from writable memory. */
    TVMBackendPackedCFunc *funcs = (TVMBackendPackedCFunc *)reg->registry.funcs;
    tvm_function_index_t index;
    if (TVMFuncRegistry_Lookup(&reg->registry, name, &index) == kTvmErrorNoError) {
        if (!override)
            return kTvmErrorFunctionAlreadyDefined;
        funcs[index] = func;
        return kTvmErrorNoError;
    }
    index = TVMFuncRegistry_GetNumFuncs(&reg->registry);
    char *end = names_end(&reg->registry);
    size_t name_size = strlen(name) + 1;
    size_t room = (size_t)((const char *)funcs - end);
    if (index >= reg->max_functions || name_size + 1 > room)
        return kTvmErrorFunctionRegistryFull;
    memcpy(end, name, name_size);
    end[name_size] = '\0';
    funcs[index] = func;
    TVMFuncRegistry_SetNumFuncs(&reg->registry, (uint16_t)(index + 1));
    return kTvmErrorNoError;
}
