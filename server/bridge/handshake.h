/* How a TVM RPC client and server greet each other over TCP, and how their packets are cut out of
 * the stream. All numbers are little-endian.
 *
 *   client: int32 0xff271, int32 length, key   "client:KEY[:RANDOM] [-timeout=SECONDS]"
 *   server: int32 0xff271 (+2: the key does not match), int32 length, key   "server:KEY"
 *   then packets both ways: uint64 length, int32 code, ...
 * (TVM's python/tvm/rpc/base.py and server.py, src/runtime/rpc/rpc_socket_impl.cc) */
#ifndef MICROTVM_QEMU_BRIDGE_HANDSHAKE_H
#define MICROTVM_QEMU_BRIDGE_HANDSHAKE_H

#include "bridge/socket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RPC_MAGIC = 0xff271,
    RPC_MISMATCH = RPC_MAGIC + 2,
    HANDSHAKE_KEY_SIZE = 512, /* longer keys are refused */
    HANDSHAKE_TIMEOUT_MS = 10 * 1000,
    PACKET_MAX_BYTES = 64 * 1024 * 1024,
    PACKET_STALL_MS = 60 * 1000, /* a packet that has begun goes on within that time */
};

struct greeting {
    double session_timeout_s; /* the client's "-timeout=", at most 1e9; 0: none */
};

/* Serve the greeting. match_key: what the client must say after "client:". server_key: what we are
 * registered as. Errors: ERROR_USAGE (no TVM RPC client, or another key; the client has been told),
 * those of socket_read. */
bool handshake_serve(struct socket *socket, const char *match_key, const char *server_key,
                     struct greeting *ret_greeting, struct error *err);

struct packet {
    uint8_t *data; /* owned; the whole packet, its length field included */
    size_t size_bytes;
    size_t capacity_bytes;
};

/* The next packet. Waits for its beginning without a limit of its own but `until`; a packet that
 * has begun must go on. Empty packets are skipped. Errors: ERROR_USAGE (longer than
 * PACKET_MAX_BYTES), ERROR_INTERNAL (memory), those of socket_read. After an error the stream is of
 * no more use. */
bool packet_receive(struct socket *socket, struct deadline until, struct packet *packet,
                    struct error *err);
void packet_dispose(struct packet *packet);

/* The code of a packet (TVM's RPCCode), 0 when it is too short to have one. */
int32_t packet_code(const struct packet *packet);

/* Tell the client that something failed; it raises it with this text. */
bool packet_send_exception(struct socket *socket, const char *text, struct deadline deadline,
                           struct error *err);

#endif
