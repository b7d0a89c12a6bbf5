/* A TVM RPC tracker, seen from a server that offers itself there.
 *
 * The tracker hands out servers by key. A server says PUT with a match key that is good for one
 * client; when that key is no longer pending a client has been sent our way. One that never comes
 * leaves the server waiting, so after a while a new match key is put up.
 *   both: int32 0x2f271 as a greeting; then int32 length and JSON, a list [code, ...] each way
 * (TVM's python/tvm/rpc/tracker.py and server.py)
 *
 * A tracker that goes away is no error here: it is tried again until it is back. */
#ifndef MICROTVM_QEMU_BRIDGE_TRACKER_H
#define MICROTVM_QEMU_BRIDGE_TRACKER_H

#include "bridge/socket.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    TRACKER_MAGIC = 0x2f271,
    TRACKER_PING_MS = 2000,  /* how often it is asked whether our key still waits */
    TRACKER_RETRY_MS = 1000, /* how soon it is tried again */
    TRACKER_CALL_TIMEOUT_MS = 5000,
    TRACKER_UNUSED_MS = 6000, /* a client that was sent to us has so long to come */
    TRACKER_KEY_SIZE = 256,
};

struct tracker {
    const char *host; /* not owned */
    int port;
    const char *key; /* "riscv": what clients ask for; not owned */
    int server_port;
    const struct interrupt *interrupt;
    const struct socket_pump *pump;
    struct socket socket;   /* SOCKET_NONE: not connected */
    struct deadline next;   /* when tracker_poll has something to do */
    struct deadline unused; /* when a match key that was handed out is given up */
    bool handed_out;
    bool known;                       /* it has answered before: what fails from now on may pass */
    bool lost;                        /* said already that it is not there */
    bool offered;                     /* a match key of ours stands at the tracker */
    char match_key[TRACKER_KEY_SIZE]; /* what the next client must say */
    /* One line for a person: connected, lost. */
    void (*on_event)(void *context, const char *line);
    void *context;
};

/* key is at most 200 bytes without white space (checked by the caller). interrupt and pump: as for
 * a socket. */
void tracker_init(struct tracker *tracker, const char *host, int port, const char *key,
                  int server_port, const struct interrupt *interrupt,
                  const struct socket_pump *pump);
void tracker_close(struct tracker *tracker);

/* Offer this server again: after a client has been served. */
void tracker_offer(struct tracker *tracker);

/* Do what is due: connect, put up a key, ask for it. Blocks for an answer of the tracker, at most
 * TRACKER_CALL_TIMEOUT_MS. Errors: ERROR_INTERRUPTED; ERROR_USAGE when it has never answered and
 * the host has no address, or what listens there is no TVM RPC tracker. Everything else is said
 * once and tried again later. */
bool tracker_poll(struct tracker *tracker, struct error *err);

#endif
