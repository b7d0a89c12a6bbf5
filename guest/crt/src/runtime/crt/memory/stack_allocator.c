#include <string.h>
#include <tvm/runtime/crt/stack_allocator.h>

enum { ALIGNMENT = TVM_RUNTIME_ALLOC_ALIGNMENT_BYTES };

#ifdef TVM_CRT_STACK_ALLOCATOR_ENABLE_LIFO_CHECK
enum { LIFO_CHECK = 1 };
#else
enum { LIFO_CHECK = 0 };
#endif

tvm_crt_error_t StackMemoryManager_Init(tvm_workspace_t *tvm_runtime_workspace,
                                        uint8_t *g_aot_memory, size_t workspace_size)
{
    size_t skipped = (ALIGNMENT - (uintptr_t)g_aot_memory % ALIGNMENT) % ALIGNMENT;
    if (skipped > workspace_size)
        skipped = workspace_size;
    tvm_runtime_workspace->workspace = g_aot_memory + skipped;
    tvm_runtime_workspace->next_alloc = tvm_runtime_workspace->workspace;
    tvm_runtime_workspace->workspace_size = workspace_size - skipped;
    return kTvmErrorNoError;
}

tvm_crt_error_t StackMemoryManager_Allocate_Body(tvm_workspace_t *tvm_runtime_workspace,
                                                 int32_t nbytes, void **current_alloc,
                                                 uint8_t do_lifo_check)
{
    if (nbytes < 0)
        return kTvmErrorPlatformNoMemory;
    size_t used = (size_t)(tvm_runtime_workspace->next_alloc - tvm_runtime_workspace->workspace);
    size_t room = tvm_runtime_workspace->workspace_size - used;
    size_t block = (size_t)nbytes + (ALIGNMENT - (size_t)nbytes % ALIGNMENT) % ALIGNMENT;
    size_t total = block + (do_lifo_check ? STACK_ALLOCATOR_TAG_SIZE_BYTES : 0);
    if (total > room)
        return kTvmErrorPlatformNoMemory;
    *current_alloc = tvm_runtime_workspace->next_alloc;
    if (do_lifo_check) {
        uint32_t tag = (uint32_t)total ^ STACK_ALLOCATOR_TAG;
        memcpy(tvm_runtime_workspace->next_alloc + block, &tag, sizeof(tag));
    }
    tvm_runtime_workspace->next_alloc += total;
    return kTvmErrorNoError;
}

tvm_crt_error_t StackMemoryManager_Allocate(tvm_workspace_t *tvm_runtime_workspace, int32_t nbytes,
                                            void **current_alloc)
{
    return StackMemoryManager_Allocate_Body(tvm_runtime_workspace, nbytes, current_alloc,
                                            LIFO_CHECK);
}

tvm_crt_error_t StackMemoryManager_Free_Body(tvm_workspace_t *tvm_runtime_workspace, void *ptr,
                                             uint8_t do_lifo_check)
{
    uint8_t *block = ptr;
    if (block < tvm_runtime_workspace->workspace || block > tvm_runtime_workspace->next_alloc)
        return kTvmErrorPlatformStackAllocBadFree;
    size_t size_bytes = (size_t)(tvm_runtime_workspace->next_alloc - block);
    if (do_lifo_check) {
        uint32_t tag;
        if (size_bytes < sizeof(tag))
            return kTvmErrorPlatformStackAllocBadFree;
        memcpy(&tag, tvm_runtime_workspace->next_alloc - sizeof(tag), sizeof(tag));
        if ((tag ^ STACK_ALLOCATOR_TAG) != size_bytes)
            return kTvmErrorPlatformStackAllocBadFree;
    }
    tvm_runtime_workspace->next_alloc = block;
    return kTvmErrorNoError;
}

tvm_crt_error_t StackMemoryManager_Free(tvm_workspace_t *tvm_runtime_workspace, void *ptr)
{
    return StackMemoryManager_Free_Body(tvm_runtime_workspace, ptr, LIFO_CHECK);
}
