/* Memory from the platform. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_MEMORY_ALLOCATE_H_
#define TVM_RUNTIME_CRT_INTERNAL_MEMORY_ALLOCATE_H_

#include <dlpack/dlpack.h>
#include <stddef.h>

/* The one device there is; memory of it comes from the platform. */
static const DLDevice cpu_device = {kDLCPU, 0};

/* Zeroed. Errors: crt_no_memory. */
int crt_allocate(size_t size_bytes, const char *what, void **ret_memory);
/* The same for what is given back before that which is allocated after it. */
int crt_allocate_temporary(size_t size_bytes, const char *what, void **ret_memory);
/* NULL is fine. */
void crt_free(void *memory);

#endif // TVM_RUNTIME_CRT_INTERNAL_MEMORY_ALLOCATE_H_
