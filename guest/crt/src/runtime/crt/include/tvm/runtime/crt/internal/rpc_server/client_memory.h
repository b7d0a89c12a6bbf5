/* Memory that a client names by address: may it be read and written? Errors have a text. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_CLIENT_MEMORY_H_
#define TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_CLIENT_MEMORY_H_

#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/c_runtime_api.h>

/* A size as the wire carries it. No memory holds as many bytes as SIZE_MAX. */
static inline size_t rpc_size(uint64_t size_bytes)
{
    return size_bytes < SIZE_MAX ? (size_t)size_bytes : SIZE_MAX;
}

/* Are so many bytes behind a tensor inside memory that the client may use? */
int rpc_check_memory(const DLTensor *tensor, size_t size_bytes);
/* Is all of the tensor? */
int rpc_check_tensor(const DLTensor *tensor);

/* The error for memory that belongs to the module: "N bytes at ADDRESS: WHAT is linked into the
 * firmware and cannot be changed" and OR_WHAT. Returns its code. */
int rpc_refuse_linked(size_t size_bytes, const void *data, const char *what, const char *or_what);

#endif // TVM_RUNTIME_CRT_INTERNAL_RPC_SERVER_CLIENT_MEMORY_H_
