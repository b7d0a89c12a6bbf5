/* TVM's RPC from the host's side: functions of the device's runtime, called by handle. */
#ifndef MICROTVM_QEMU_CLIENT_RPC_CLIENT_H
#define MICROTVM_QEMU_CLIENT_RPC_CLIENT_H

#include "base/deadline.h"
#include "base/error.h"
#include "client/link.h"
#include "client/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many bytes of a tensor have gone over the line. */
typedef void (*rpc_copied_fn)(void *context, size_t size_bytes);

/* The text of an error that the device gave no text with. */
#define RPC_NO_REASON "the device reports an error and no text with it"

struct rpc_client {
    struct link *link;       /* not owned */
    rpc_copied_fn on_copied; /* set by the caller once it is open; NULL: nobody wants to know */
    void *context;
    int64_t timeout_ms; /* of one call; 0: none */
    uint64_t module_get_function;
    uint64_t
        packet_max_bytes; /* the largest packet that the device takes, its length field aside */
    struct wire_writer packet;
};

/* Greet the device's RPC server and ask for what its limits are. The caller closes the client, also
 * when this failed. Errors, of every function here: those of link_request; ERROR_DEVICE with the
 * device's own text when it answers with an exception, or with what is wrong in its answer. */
bool rpc_open(struct link *link, int64_t timeout_ms, struct rpc_client *client, struct error *err);
void rpc_close(struct rpc_client *client);

/* A function that the runtime registered under a name. *ret_handle is 0 when it has none. */
bool rpc_find_global(struct rpc_client *client, const char *name, uint64_t *ret_handle,
                     struct error *err);

/* A function of a module. *ret_handle is 0 when it has none of that name. */
bool rpc_find_in_module(struct rpc_client *client, uint64_t module, const char *name,
                        uint64_t *ret_handle, struct error *err);

/* Call a function; name is for errors. An NDArray comes back as RPC_NDARRAY with its tensor set and
 * its handle in *ret_ndarray (may be NULL), to be freed with rpc_free. A text that comes back is
 * valid until the next call. */
bool rpc_call(struct rpc_client *client, const char *name, uint64_t function,
              const struct rpc_value *args, int args_count, struct rpc_value *ret_value,
              uint64_t *ret_ndarray, struct error *err);

/* The same, and the answer's type must be TYPE. */
bool rpc_call_for(struct rpc_client *client, const char *name, uint64_t function,
                  const struct rpc_value *args, int args_count, enum rpc_type type,
                  struct rpc_value *ret_value, struct error *err);

bool rpc_free(struct rpc_client *client, uint64_t handle, enum rpc_type type, struct error *err);

/* A tensor's bytes, in as many packets as the device's limit asks for. */
bool rpc_copy_to(struct rpc_client *client, const struct rpc_tensor *tensor, const void *data,
                 size_t size_bytes, struct error *err);
bool rpc_copy_from(struct rpc_client *client, const struct rpc_tensor *tensor, void *data,
                   size_t size_bytes, struct error *err);

/* Memory of the device for an array of bytes, which becomes *ret_tensor; rpc_release gives it back.
 */
bool rpc_allocate(struct rpc_client *client, size_t size_bytes, struct rpc_tensor *ret_tensor,
                  struct error *err);
bool rpc_release(struct rpc_client *client, const struct rpc_tensor *tensor, struct error *err);

/* One packet: send the one that was begun in client->packet and take the reply, which must be of
 * code WANTED; *ret_reader stands behind that code and is valid until the next call. */
bool rpc_exchange(struct rpc_client *client, enum rpc_code wanted, struct wire_reader *ret_reader,
                  struct error *err);

/* Shorthands for arguments. */
static inline struct rpc_value rpc_integer(int64_t integer)
{
    return (struct rpc_value){.type = RPC_INT, .integer = integer};
}

struct rpc_value rpc_string(const char *string);

#endif
