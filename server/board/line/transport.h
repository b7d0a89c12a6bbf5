/* The host's end of the board's serial line: the slave side of QEMU's pty, raw, never blocking.
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

struct transport {
    int fd;          /* -1: none */
    bool hung_up;    /* QEMU's end is closed; what is kept here can still be taken */
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

#define TRANSPORT_NONE ((struct transport){.fd = -1})

/* Errors: ERROR_SYSTEM. *ret_transport must be TRANSPORT_NONE. */
bool transport_open(const char *path, size_t limit_bytes, transport_listener_fn listener,
                    void *context, struct transport *ret_transport, struct error *err);
/* Forgets the bytes it kept, too. Safe twice. */
void transport_close(struct transport *transport);

/* Take in all that is there, without blocking; problems set the flags above. */
void transport_pump(struct transport *transport);

/* Bytes that came by another way than the pty, after all that came through it. */
void transport_add(struct transport *transport, const uint8_t *data, size_t size_bytes);

static inline size_t transport_kept(const struct transport *transport)
{
    return transport->end - transport->start;
}

/* Move size_bytes, at most transport_kept, out. No system call. */
void transport_take(struct transport *transport, void *data, size_t size_bytes);

/* Write what the pty accepts now, and return how many bytes that was: 0 when it is full or hung
 * up. */
size_t transport_write(struct transport *transport, const void *data, size_t size_bytes);

#endif
