/* A client's RPC packets in the dialect of the board's runtime (CRT), and the answers in the
 * client's. TVM's clients since 0.21 greet and begin as those before did, under the same version,
 * and then write their packets otherwise: sequence.h.
 *
 * Which dialect a client speaks is told by the first packet with arguments that can be read in one
 * alone: in TVM's clients the first lookup of a function. The packet before, which begins the
 * session, is the same in both; its answer has no values until then, which both take.
 *
 * Beside the form of packets, two things differ: a handle is freed without its type, so the types
 * of those that the board gave away are kept; and the system library has another name. */
#ifndef MICROTVM_QEMU_BRIDGE_DIALECT_DIALECT_H
#define MICROTVM_QEMU_BRIDGE_DIALECT_DIALECT_H

#include "bridge/dialect/sequence.h"
#include "bridge/packet.h"

enum { DIALECT_MAX_HANDLES = 4096 }; /* that a client holds at a time */

struct dialect_handle {
    uint64_t handle;
    enum rpc_value_code code;
    unsigned count; /* how often it was given away */
};

struct dialect {
    enum rpc_dialect speaks; /* the client; unknown until a packet tells */
    int32_t request;         /* the code of the last packet to the board; 0: it was answered */
    struct packed_sequence values; /* of the packet at hand; owned */
    struct packet packet;          /* what was translated last; owned */
    uint8_t result_type[8]; /* of what a call returned: the value that the board's is replaced by */
    struct dialect_handle *held; /* owned */
    size_t held_count;
};

/* speaks: RPC_DIALECT_UNKNOWN to find out. */
void dialect_init(struct dialect *dialect, enum rpc_dialect speaks);
/* Safe on a zeroed struct and twice. */
void dialect_dispose(struct dialect *dialect);

/* A packet of the client's for the board: *ret_packet is that packet, or one of dialect's, which is
 * good until the next call. Errors: ERROR_USAGE (a value that can't be said in CRT; a packet that
 * is none), ERROR_INTERNAL (memory). */
bool dialect_request(struct dialect *dialect, const struct packet *packet,
                     const struct packet **ret_packet, struct error *err);

/* The board's answer to it for the client; lives as long as that of dialect_request, or as the
 * answer itself. Errors: ERROR_DEVICE (it is no answer of TVM's, or more than DIALECT_MAX_HANDLES
 * handles), ERROR_INTERNAL (memory). */
bool dialect_reply(struct dialect *dialect, const uint8_t *reply, size_t size_bytes,
                   const uint8_t **ret_reply, size_t *ret_size_bytes, struct error *err);

/* Was the packet that a session begins with taken and not answered? Then it may be answered without
 * the board. */
bool dialect_owes_beginning(const struct dialect *dialect);
bool dialect_send_beginning(struct dialect *dialect, struct socket *socket,
                            struct deadline deadline, struct error *err);

/* Tell the client that something failed; it raises it with this text. One whose dialect is not
 * known is told in CRT. */
bool dialect_send_exception(const struct dialect *dialect, struct socket *socket, const char *text,
                            struct deadline deadline, struct error *err);

#endif
