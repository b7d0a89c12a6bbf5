/* One microTVM session with a device: frames and session (the wire format) over any byte stream.
 *
 * A request is answered by exactly one message. Nothing that a device sends is trusted: a message
 * that is too large, damaged, unasked for or an end of the session fails the request at once
 * instead of letting it run into its deadline. */
#ifndef MICROTVM_QEMU_CLIENT_LINK_H
#define MICROTVM_QEMU_CLIENT_LINK_H

#include "base/deadline.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINK_MESSAGE_MAX_BYTES = 128 * 1024 }; /* the largest message that a device may send */

/* The byte stream: a board in this process, or an API server's transport methods. */
struct link_stream {
    void *context;
    /* Between 1 and capacity_bytes. least_bytes (at least 1) are known to be on their way: a stream
     * that can only read exact amounts asks for so many. */
    bool (*read)(void *context, void *data, size_t capacity_bytes, size_t least_bytes,
                 size_t *ret_size_bytes, struct deadline deadline, struct error *err);
    /* All of it. */
    bool (*write)(void *context, const void *data, size_t size_bytes, struct deadline deadline,
                  struct error *err);
    /* A log message or console line of the firmware, without its newline; may be NULL. */
    void (*log)(void *context, const char *line);
};

struct link; /* opaque */

/* Start a session; blocks until the device agreed. stream is copied, its context is not owned.
 * Errors: the stream's own; ERROR_TIMEOUT with what was missing; ERROR_INTERNAL (memory). */
bool link_open(const struct link_stream *stream, struct deadline deadline, struct link **ret_link,
               struct error *err);

/* Frees; the device hears nothing of it. NULL is fine. */
void link_close(struct link *link);

/* Send one message and wait for the one that answers it. *ret_reply belongs to the link and is
 * valid until the next request. Errors: the stream's own; ERROR_DEVICE when the device ended the
 * session or its reply was damaged, too large or doubled. */
bool link_request(struct link *link, const void *body, size_t body_size_bytes,
                  struct deadline deadline, const uint8_t **ret_reply, size_t *ret_size_bytes,
                  struct error *err);

#endif
