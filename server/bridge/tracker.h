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
    TRACKER_REQUEST_SIZE = 1024,
};

/* What is under way. */
enum tracker_step {
    TRACKER_IDLE, /* nothing until `due` */
    TRACKER_CONNECT,
    TRACKER_GREET,
    TRACKER_DESCRIBE,
    TRACKER_PUT,
    TRACKER_ASK,
};

struct tracker {
    const char *host; /* not owned */
    int port;
    const char *key; /* "riscv": what clients ask for; not owned */
    int server_port;
    enum tracker_step step;
    struct dial dial;
    struct socket socket; /* SOCKET_NONE: not connected */
    struct deadline due;  /* when tracker_run has something to do, whatever comes: the next step, or
                           * the end of one that is not answered */
    uint8_t *reply;       /* owned; what has come of an answer */
    size_t reply_size_bytes;
    struct deadline unused; /* when a match key that was handed out is given up */
    bool handed_out;
    bool used;                        /* the key has brought a client: put up another */
    bool known;                       /* it has answered before: what fails from now on may pass */
    bool lost;                        /* said already that it is not there */
    bool offered;                     /* a match key of ours stands at the tracker */
    char match_key[TRACKER_KEY_SIZE]; /* what the next client must say */
    /* From now on this is what a client must say, and one client only. May be NULL. */
    void (*on_key)(void *context, const char *match_key);
    /* One line for a person: connected, lost. May be NULL. */
    void (*on_event)(void *context, const char *line);
    void *context;
};

/* key is at most 200 bytes without white space (checked by the caller). */
void tracker_init(struct tracker *tracker, const char *host, int port, const char *key,
                  int server_port);
void tracker_close(struct tracker *tracker);

/* Offer this server again: after a client has been served. */
void tracker_offer(struct tracker *tracker);

/* What to poll(2) for: tracker_run has something to do when it is ready, or when `due` has passed.
 * Its fd is negative when there is nothing to poll for. */
struct pollfd tracker_poll_fd(const struct tracker *tracker);

/* Do what can be done now: connect, put up a key, ask for it. Does not wait, but for the system to
 * look up the host's name. Errors: ERROR_USAGE when it has never answered and the host has no
 * address, or what listens there is no TVM RPC tracker. Everything else is said once and tried
 * again later. */
bool tracker_run(struct tracker *tracker, struct error *err);

#endif
