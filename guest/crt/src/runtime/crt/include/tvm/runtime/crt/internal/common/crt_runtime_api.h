/* What the runtime's modules and functions are, beside those of TVM's C runtime API. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_COMMON_CRT_RUNTIME_API_H_
#define TVM_RUNTIME_CRT_INTERNAL_COMMON_CRT_RUNTIME_API_H_

#include <tvm/runtime/c_backend_api.h>
#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/func_registry.h>

/* The table of global functions, empty. Call once, before all else here. Errors: no memory (with
 * text), or TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES is too small. */
int crt_create_global_registry(void);

/* The handle of the system library, made at first use. Errors: no slot is free. */
int crt_system_library(TVMModuleHandle *ret_handle);

/* A function that is made while the firmware runs: the beginning of what its maker allocated with
 * crt_allocate. */
struct made_function {
    struct made_function *next;
    TVMBackendPackedCFunc call; /* its resource_handle is the made_function */
    tvm_function_index_t id;
};

/* All but call is zero. The function is a client's from now on: TVMFuncFree of the handle gives its
 * memory back. */
TVMFunctionHandle crt_add_function(struct made_function *function);

#endif // TVM_RUNTIME_CRT_INTERNAL_COMMON_CRT_RUNTIME_API_H_
