/* TVM's RPC tracker as far as a server sees it, served by the pump of the tracker's client: it
 * answers while that waits. Its faults have names. */
#ifndef MICROTVM_QEMU_TESTS_FAKE_TRACKER_H
#define MICROTVM_QEMU_TESTS_FAKE_TRACKER_H

#include "bridge/socket.h"

#include <stdbool.h>
#include <stddef.h>

enum fake_tracker_fault {
    FAKE_TRACKER_NO_FAULT,
    FAKE_TRACKER_OTHER_MAGIC,
    FAKE_TRACKER_CLOSES,  /* instead of an answer */
    FAKE_TRACKER_REFUSES, /* answers -1 */
    FAKE_TRACKER_NO_JSON,
    FAKE_TRACKER_HUGE_REPLY,   /* a length of 2 GiB */
    FAKE_TRACKER_NO_LIST,      /* a number where a list of keys is asked for */
    FAKE_TRACKER_ODD_LIST,     /* a list of everything but keys */
    FAKE_TRACKER_BYTE_BY_BYTE, /* slow, but right */
};

struct fake_tracker {
    enum fake_tracker_fault fault;
    int after; /* the fault shows from the after-th request on; the magic is one */
    int listen_fd;
    int port;
    int fd; /* the one connection, -1: none */
    int connections;
    int requests;
    char last[1024]; /* the last request's JSON */
    char info[1024]; /* the last description */
    char key[256];   /* the match key that was put up last */
    bool pending;    /* nobody was sent there yet */
    size_t got_size_bytes;
    char got[1024];
    struct socket_pump pump;
};

void fake_tracker_start(struct fake_tracker *tracker, int port);
void fake_tracker_stop(struct fake_tracker *tracker);

#endif
