/* What a client holds of a module, a function or memory. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_COMMON_HANDLE_H_
#define TVM_RUNTIME_CRT_INTERNAL_COMMON_HANDLE_H_

#include <stdint.h>

/* Handles are numbers in disguise: TVM's ABI wants pointers. */
static inline void *crt_handle(uintptr_t number)
{
    return (void *)number; /* NOLINT(performance-no-int-to-ptr) */
}

#endif // TVM_RUNTIME_CRT_INTERNAL_COMMON_HANDLE_H_
