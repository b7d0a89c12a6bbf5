/* How a TVM RPC client and server greet each other over TCP. Numbers are little-endian.
 *
 *   client: int32 0xff271, int32 length, key   "client:KEY[:RANDOM] [-timeout=SECONDS]"
 *   server: int32 0xff271 (+2: the key does not match), int32 length, key   "server:KEY"
 * (TVM's python/tvm/rpc/base.py and server.py, src/runtime/rpc/rpc_socket_impl.cc)
 *
 * Nothing here waits: many clients may be greeted at once. */
#ifndef MICROTVM_QEMU_BRIDGE_GREETING_H
#define MICROTVM_QEMU_BRIDGE_GREETING_H

#include "bridge/socket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RPC_MAGIC = 0xff271,
    RPC_MISMATCH = RPC_MAGIC + 2,
    GREETING_KEY_SIZE = 512, /* longer keys are refused */
    GREETING_TIMEOUT_MS = 10 * 1000,
};

/* What a client has said so far; zeroed before the first byte. */
struct greeting {
    uint8_t bytes[8 + GREETING_KEY_SIZE];
    size_t size_bytes;
};

/* Take in what has come, and no byte behind the greeting. *ret_whole: it is all there. Errors:
 * ERROR_USAGE (no TVM RPC client), ERROR_CLOSED (it left), ERROR_SYSTEM. */
bool greeting_receive(struct greeting *greeting, struct socket *socket, bool *ret_whole,
                      struct error *err);

/* Answer a whole greeting. match_key: what the client must say after "client:"; NULL: nobody is let
 * in. server_key: what we are registered as. *ret_timeout_s is the client's "-timeout=", at most
 * 1e9; 0: none. Errors: ERROR_USAGE (another key; the client has been told), ERROR_CLOSED. */
bool greeting_answer(const struct greeting *greeting, struct socket *socket, const char *match_key,
                     const char *server_key, double *ret_timeout_s, struct error *err);

#endif
