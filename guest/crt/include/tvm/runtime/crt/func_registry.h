/* Functions by name: what a generated module's table looks like. Layouts are TVM's. */
#ifndef TVM_RUNTIME_CRT_FUNC_REGISTRY_H_
#define TVM_RUNTIME_CRT_FUNC_REGISTRY_H_

#include <tvm/runtime/c_backend_api.h>
#include <tvm/runtime/crt/error_codes.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint16_t tvm_function_index_t;
typedef uint16_t tvm_module_index_t;

typedef struct TVMFuncRegistry {
    /* 2 bytes little-endian: how many (below 8192; 1 byte in code of TVM 0.8); then the names, each
     * with its NUL; then one more NUL. */
    const char *names;
    const TVMBackendPackedCFunc *funcs; /* in the order of the names */
} TVMFuncRegistry;

uint16_t TVMFuncRegistry_GetNumFuncs(const TVMFuncRegistry *reg);
int TVMFuncRegistry_SetNumFuncs(const TVMFuncRegistry *reg, uint16_t num_funcs);
const char *TVMFuncRegistry_Get0thFunctionName(const TVMFuncRegistry *reg);

/* Errors: kTvmErrorFunctionNameNotFound. */
tvm_crt_error_t TVMFuncRegistry_Lookup(const TVMFuncRegistry *reg, const char *name,
                                       tvm_function_index_t *function_index);
/* Errors: kTvmErrorFunctionIndexInvalid. */
tvm_crt_error_t TVMFuncRegistry_GetByIndex(const TVMFuncRegistry *reg, tvm_function_index_t index,
                                           TVMBackendPackedCFunc *out_func);

/* One that can grow, in memory of the caller. */
typedef struct TVMMutableFuncRegistry {
    TVMFuncRegistry registry;
    size_t max_functions;
} TVMMutableFuncRegistry;

/* The buffer is divided between names and functions as if names had this length. */
#define TVM_AVERAGE_FUNCTION_NAME_STRLEN_BYTES 10

static const size_t kTvmAverageFunctionNameStrlenBytes = TVM_AVERAGE_FUNCTION_NAME_STRLEN_BYTES;
static const size_t kTvmAverageFuncEntrySizeBytes =
    TVM_AVERAGE_FUNCTION_NAME_STRLEN_BYTES + 1 + sizeof(void *);

/* buffer must be aligned for pointers, its size a multiple of a pointer's.
 * Errors: kTvmErrorBufferTooSmall (not room for one function). */
tvm_crt_error_t TVMMutableFuncRegistry_Create(TVMMutableFuncRegistry *reg, uint8_t *buffer,
                                              size_t buffer_size_bytes);
/* Errors: kTvmErrorFunctionRegistryFull, kTvmErrorFunctionAlreadyDefined (unless override). */
tvm_crt_error_t TVMMutableFuncRegistry_Set(TVMMutableFuncRegistry *reg, const char *name,
                                           TVMBackendPackedCFunc func, int override);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_FUNC_REGISTRY_H_
