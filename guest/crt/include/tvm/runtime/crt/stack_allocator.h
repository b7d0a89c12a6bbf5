/* Workspace memory for the C interface: last allocated, first freed. Layouts are TVM's. */
#ifndef TVM_RUNTIME_CRT_STACK_ALLOCATOR_H_
#define TVM_RUNTIME_CRT_STACK_ALLOCATOR_H_

#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/crt/error_codes.h>

#include "crt_config.h"

/* In check mode each block is followed by its size xor this. */
#define STACK_ALLOCATOR_TAG 0xabcd1234
#define STACK_ALLOCATOR_TAG_SIZE_BYTES 4

#ifndef TVM_RUNTIME_ALLOC_ALIGNMENT_BYTES
#define TVM_RUNTIME_ALLOC_ALIGNMENT_BYTES 16
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint8_t *next_alloc;
    uint8_t *workspace;
    size_t workspace_size; /* bytes */
} tvm_workspace_t;

/* The start is moved up to the alignment. */
tvm_crt_error_t StackMemoryManager_Init(tvm_workspace_t *tvm_runtime_workspace,
                                        uint8_t *g_aot_memory, size_t workspace_size);

/* Errors: kTvmErrorPlatformNoMemory; *current_alloc is untouched then. The LIFO check is on when
 * TVM_CRT_STACK_ALLOCATOR_ENABLE_LIFO_CHECK is defined. */
tvm_crt_error_t StackMemoryManager_Allocate(tvm_workspace_t *tvm_runtime_workspace, int32_t nbytes,
                                            void **current_alloc);
tvm_crt_error_t StackMemoryManager_Allocate_Body(tvm_workspace_t *tvm_runtime_workspace,
                                                 int32_t nbytes, void **current_alloc,
                                                 uint8_t do_lifo_check);

/* Errors: kTvmErrorPlatformStackAllocBadFree (check mode: not the newest block; always: a pointer
 * outside what is allocated). */
tvm_crt_error_t StackMemoryManager_Free(tvm_workspace_t *tvm_runtime_workspace, void *ptr);
tvm_crt_error_t StackMemoryManager_Free_Body(tvm_workspace_t *tvm_runtime_workspace, void *ptr,
                                             uint8_t do_lifo_check);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_STACK_ALLOCATOR_H_
