/* One TVM RPC client, who was greeted, and one freshly booted board, until it leaves.
 *
 * TVM's messages are the same on a socket and on a serial line; only their envelope differs. So
 * each packet is carried over as it is, and its answer back, but for clients that speak another
 * dialect than the runtime on the board (bridge/dialect). */
#ifndef MICROTVM_QEMU_COMMANDS_RPC_SERVER_SESSION_H
#define MICROTVM_QEMU_COMMANDS_RPC_SERVER_SESSION_H

#include "base/deadline.h"
#include "base/error.h"
#include "board/board.h"
#include "bridge/dialect/sequence.h"
#include "bridge/reception.h"

#include <stdbool.h>
#include <stdint.h>

struct rpc_session {
    struct board *board; /* flashed, not open */
    const char *board_name;
    uint64_t packet_size_bytes;  /* the largest message that its firmware takes */
    enum rpc_dialect dialect;    /* of the client; unknown: it is found out */
    int64_t timeout_ms;          /* of one message and its answer; 0: none */
    struct interrupt *interrupt; /* the board's and the socket's; its peer_fd is set meanwhile */
    /* The firmware's log, a line at a time; may be NULL. */
    void (*on_log)(void *context, const char *line);
    /* A line for a person: who came, who left and why. */
    void (*on_event)(void *context, const char *line);
    void *context;
};

/* Serve the client and close its socket. What goes wrong with the client or the board is told to
 * both, the client and on_event, and is no error here; the board is off in any case. Errors:
 * ERROR_INTERRUPTED. */
bool rpc_session_serve(const struct rpc_session *session, struct visitor *visitor,
                       struct error *err);

#endif
