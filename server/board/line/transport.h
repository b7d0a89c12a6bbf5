/* The host's end of the board's serial line: a pty's master, never blocking. QEMU takes the slave,
 * raw, as its serial port. So it can be written to before QEMU is there, QEMU need not look for us
 * (at a pty of its own it does so once a second), and Linux keeps what the board has sent when QEMU
 * ends, which it does not where QEMU has the master.
 *
 * What comes is taken in whether anybody asked or not, and kept until it is taken out, in order.
 * The same bytes are shown to a listener as they come. */
#ifndef MICROTVM_QEMU_BOARD_TRANSPORT_H
#define MICROTVM_QEMU_BOARD_TRANSPORT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void (*transport_listener_fn)(void *context, const uint8_t *data, size_t size_bytes);

enum { TRANSPORT_PATH_BYTES = 32 };

struct transport {
    int fd;                          /* -1: none */
    int slave_fd;                    /* until it is handed over; -1: none */
    char path[TRANSPORT_PATH_BYTES]; /* of the slave: "/dev/pts/3" */
    bool hung_up;    /* nobody has the slave open; what is kept here can still be taken */
    bool overflowed; /* more than limit_bytes are kept: nobody reads */
    bool no_memory;  /* likewise, but the machine's limit came first */
    size_t limit_bytes;
    uint64_t received_bytes;        /* since open */
    transport_listener_fn listener; /* may be NULL */
    void *context;
    uint8_t *data; /* kept: data[start .. end) */
    size_t start;
    size_t end;
    size_t capacity_bytes;
};

#define TRANSPORT_NONE ((struct transport){.fd = -1, .slave_fd = -1})

/* Make a pty. Errors: ERROR_SYSTEM. *ret_transport must be TRANSPORT_NONE. */
bool transport_open(size_t limit_bytes, transport_listener_fn listener, void *context,
                    struct transport *ret_transport, struct error *err);
/* Somebody else has the slave open now: when the last one closes it, that is a hang-up. */
void transport_hand_over(struct transport *transport);
/* Forgets the bytes it kept, too. Safe twice. */
void transport_close(struct transport *transport);

/* Take in what is there, without blocking; problems set the flags above. */
void transport_pump(struct transport *transport);
/* The same of a line that nobody sends to any more: all that was sent, to its end. */
void transport_drain(struct transport *transport);

static inline size_t transport_kept(const struct transport *transport)
{
    return transport->end - transport->start;
}

/* Move size_bytes, at most transport_kept, out. No system call. */
void transport_take(struct transport *transport, void *data, size_t size_bytes);

/* Write what the pty accepts now, and return how many bytes that was: 0 when it is full. Linux
 * takes bytes of a line that hung up, too: reading it tells. */
size_t transport_write(struct transport *transport, const void *data, size_t size_bytes);

#endif
