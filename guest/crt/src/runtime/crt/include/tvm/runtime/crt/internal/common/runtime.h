/* What the files of common/ need of each other. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_COMMON_RUNTIME_H_
#define TVM_RUNTIME_CRT_INTERNAL_COMMON_RUNTIME_H_

#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/func_registry.h>

/* The one device there is; memory of it comes from the platform. */
static const DLDevice cpu_device = {kDLCPU, 0};

/* Handles are numbers in disguise: TVM's ABI wants pointers. */
static inline void *crt_handle(uintptr_t number)
{
    return (void *)number; /* NOLINT(performance-no-int-to-ptr) */
}

/* Memory from the platform, zeroed. Errors: crt_no_memory. */
int crt_allocate(size_t size_bytes, const char *what, void **ret_memory);
/* The same for what is given back before that which is allocated after it. */
int crt_allocate_temporary(size_t size_bytes, const char *what, void **ret_memory);
/* NULL is fine. */
void crt_free(void *memory);

/* Registers runtime.SystemLib and the other functions that clients look for. */
tvm_crt_error_t crt_register_functions(void);
/* The handle of the system library, made at first use. Errors: no slot is free. */
int crt_system_library(TVMModuleHandle *ret_handle);

/* The function behind a time evaluator's id. */
TVMFunctionHandle crt_time_evaluator_handle(tvm_function_index_t id);
int time_evaluator_call(tvm_function_index_t id, TVMValue *args, int *type_codes, int num_args,
                        TVMValue *ret_val, int *ret_type_code);
void time_evaluator_free(tvm_function_index_t id);

/* "runtime.RPCTimeEvaluator". */
int crt_create_time_evaluator(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                              int *ret_type_code, void *resource_handle);

#endif // TVM_RUNTIME_CRT_INTERNAL_COMMON_RUNTIME_H_
