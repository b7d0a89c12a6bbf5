/* TVM's RPC packets, cut out of a TCP stream: uint64 length, int32 code, ...; numbers are
 * little-endian (TVM's src/runtime/rpc/rpc_endpoint.cc). */
#ifndef MICROTVM_QEMU_BRIDGE_PACKET_H
#define MICROTVM_QEMU_BRIDGE_PACKET_H

#include "bridge/socket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PACKET_MAX_BYTES = 64 * 1024 * 1024,
    PACKET_STALL_MS = 60 * 1000, /* a packet that has begun goes on within that time */
};

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

/* Room for a packet of that size, of which what there is stays. Errors: ERROR_INTERNAL (memory). */
bool packet_reserve(struct packet *packet, size_t size_bytes, struct error *err);
void packet_dispose(struct packet *packet);

/* The code of a packet (TVM's RPCCode), 0 when it is too short to have one. */
int32_t packet_code(const struct packet *packet);

#endif
