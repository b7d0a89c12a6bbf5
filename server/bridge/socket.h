/* TCP for one thread: every wait has a deadline, ends on an interrupt and keeps a board drained. */
#ifndef MICROTVM_QEMU_BRIDGE_SOCKET_H
#define MICROTVM_QEMU_BRIDGE_SOCKET_H

#include "base/deadline.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addrinfo;

enum { SOCKET_PUMP_FDS = 4, SOCKET_NAME_SIZE = 300 };

/* Something else that has to be served while this module waits; a board, say. */
struct socket_pump {
    void *context;
    /* Fill in at most SOCKET_PUMP_FDS entries; returns how many. */
    int (*fds)(void *context, struct pollfd *fds);
    /* One of them is ready. */
    void (*run)(void *context);
};

struct socket {
    int fd;                            /* non-blocking, CLOEXEC; -1: none */
    const struct interrupt *interrupt; /* not owned; may be NULL */
    const struct socket_pump *pump;    /* not owned; may be NULL */
    char peer[SOCKET_NAME_SIZE];       /* "127.0.0.1:41234" */
};

#define SOCKET_NONE ((struct socket){.fd = -1})

/* Listen on HOST (a name or an address; the first of its addresses that this machine has) and PORT
 * (0: one that is free). *ret_port is the one taken. Errors: ERROR_USAGE (no such host, or it is
 * not this machine; port in use, with what to do), ERROR_SYSTEM. */
bool socket_listen(const char *host, int port, int *ret_fd, int *ret_port, struct error *err);

/* Take the next connection of a listening socket, which must be readable. *ret_taken is false when
 * it went away in between. interrupt and pump are handed on to ret_socket. A peer that vanishes
 * without a word (its machine lost power) is noticed after two minutes. Errors: ERROR_SYSTEM. */
bool socket_accept(int listen_fd, const struct interrupt *interrupt, const struct socket_pump *pump,
                   struct socket *ret_socket, bool *ret_taken, struct error *err);

/* A connection that is being made. */
struct dial {
    struct addrinfo *list; /* owned: what the host's name stands for */
    struct addrinfo *next; /* in it: to be tried after the one under way */
};

/* Begin to connect. Looking up a host's name is the system's and blocks as long as that takes;
 * nothing else here does. *ret_socket is connected when socket_dialled says so, which is to be
 * asked whenever it is ready for POLLOUT. Errors: ERROR_USAGE (no such host), ERROR_CLOSED
 * (refused, unreachable: all of its addresses), ERROR_SYSTEM. */
bool socket_dial(const char *host, int port, struct dial *ret_dial, struct socket *ret_socket,
                 struct error *err);
/* The next address is tried where one fails. Errors: ERROR_CLOSED. */
bool socket_dialled(struct dial *dial, struct socket *socket, bool *ret_connected,
                    struct error *err);
/* Safe on a zeroed struct and twice. */
void dial_dispose(struct dial *dial);

/* Close; safe on SOCKET_NONE and twice. */
void socket_close(struct socket *socket);

/* Close so that the peer gets all that was sent to it: closing at once, with bytes of the peer's
 * unread, would make TCP throw those away that the peer has not read either. Waits until the peer
 * closes its side, at most until the deadline. Safe as socket_close. */
void socket_finish(struct socket *socket, struct deadline deadline);

/* Wait for poll(2) events, POLLIN or POLLOUT; *ret_ready is false when the deadline passed. The
 * pump is served meanwhile. Errors: ERROR_INTERRUPTED, ERROR_SYSTEM. */
bool socket_wait(struct socket *socket, short events, struct deadline deadline, bool *ret_ready,
                 struct error *err);

/* Exactly size_bytes. Errors: ERROR_CLOSED (the peer went away), ERROR_TIMEOUT,
 * ERROR_INTERRUPTED, ERROR_SYSTEM. */
bool socket_read(struct socket *socket, void *data, size_t size_bytes, struct deadline deadline,
                 struct error *err);
bool socket_write(struct socket *socket, const void *data, size_t size_bytes,
                  struct deadline deadline, struct error *err);

/* What is there now, at most size_bytes; 0 when nothing is. Errors: ERROR_CLOSED, ERROR_SYSTEM. */
bool socket_read_some(struct socket *socket, void *data, size_t size_bytes, size_t *ret_size_bytes,
                      struct error *err);

/* All of a few bytes, without waiting: for a peer that has not been sent more than its line holds.
 * Errors: ERROR_CLOSED (also when the line is full), ERROR_SYSTEM. */
bool socket_write_now(struct socket *socket, const void *data, size_t size_bytes,
                      struct error *err);

/* True when HOST is this machine's loopback ("localhost", 127.x.x.x, ::1). */
bool socket_is_loopback(const char *host);

#endif
