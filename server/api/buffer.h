/* Bytes that grow at the end. A buffer is kept and used again, so that a request costs no
 * allocation once the largest has been seen. Zeroed, it is empty. */
#ifndef MICROTVM_QEMU_API_BUFFER_H
#define MICROTVM_QEMU_API_BUFFER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *data;
    size_t size_bytes;
    size_t capacity_bytes;
};

/* Room for extra_bytes behind the end. Errors: ERROR_INTERNAL (memory); the buffer stays. */
bool buffer_reserve(struct buffer *buffer, size_t extra_bytes, struct error *err);
bool buffer_append(struct buffer *buffer, const void *data, size_t size_bytes, struct error *err);
bool buffer_append_text(struct buffer *buffer, const char *text, struct error *err);
/* Frees; the buffer is empty afterwards. */
void buffer_dispose(struct buffer *buffer);

#endif
