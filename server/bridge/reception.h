/* Where TVM's RPC clients are let in: each is greeted as soon as it comes, however many do at once
 * and whoever is being served, and waits for its turn. One that says nothing keeps nobody waiting.
 *
 * reception_run does all the work and never blocks; it is due whenever reception_fd is readable, so
 * it can go on beside other waits (struct background). */
#ifndef MICROTVM_QEMU_BRIDGE_RECEPTION_H
#define MICROTVM_QEMU_BRIDGE_RECEPTION_H

#include "bridge/socket.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    RECEPTION_VISITORS_MAX = 256, /* more wait in the kernel, ungreeted */
};

struct reception;

struct reception_options {
    int listen_fd;          /* not owned */
    const char *server_key; /* what we are called; not owned */
    /* For the sockets that are handed out; not owned. */
    const struct interrupt *interrupt;
    const struct socket_pump *pump;
    /* A line for a person: who was refused, who waits, who gave up. May be NULL. */
    void (*on_event)(void *context, const char *line);
    void *context;
};

/* A client that was greeted. */
struct visitor {
    struct socket socket;
    double session_timeout_s; /* 0: none */
};

/* Errors: ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool reception_open(const struct reception_options *options, struct reception **ret_reception,
                    struct error *err);
/* Those who wait are sent away. NULL is no reception. */
void reception_close(struct reception *reception);

int reception_fd(const struct reception *reception);
void reception_run(struct reception *reception);

/* What clients must say from now on; NULL: none is let in. `once`: the first one to say it is the
 * only one. The key is copied. */
void reception_set_key(struct reception *reception, const char *match_key, bool once);

/* Is somebody being served? Then a newcomer is said to wait. */
void reception_set_busy(struct reception *reception, bool busy);

/* The client that has waited longest; *ret_taken is false when there is none. The socket becomes
 * the caller's. Errors: ERROR_SYSTEM (no more clients can be let in, since reception_run found so).
 */
bool reception_next(struct reception *reception, struct visitor *ret_visitor, bool *ret_taken,
                    struct error *err);

#endif
