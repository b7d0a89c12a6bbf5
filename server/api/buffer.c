#include "api/buffer.h"

#include <stdlib.h>
#include <string.h>

enum { BUFFER_LEAST_BYTES = 4096 };

bool buffer_reserve(struct buffer *buffer, size_t extra_bytes, struct error *err)
{
    if (buffer->capacity_bytes - buffer->size_bytes >= extra_bytes)
        return true;
    size_t wanted = 0;
    size_t grown = buffer->capacity_bytes < BUFFER_LEAST_BYTES ? BUFFER_LEAST_BYTES
                                                               : buffer->capacity_bytes * 2;
    if (__builtin_add_overflow(buffer->size_bytes, extra_bytes, &wanted))
        return error_no_memory(err, "a buffer", extra_bytes);
    if (wanted < grown)
        wanted = grown;
    char *data = realloc(buffer->data, wanted);
    if (!data)
        return error_no_memory(err, "a buffer", wanted);
    buffer->data = data;
    buffer->capacity_bytes = wanted;
    return true;
}

bool buffer_append(struct buffer *buffer, const void *data, size_t size_bytes, struct error *err)
{
    if (!buffer_reserve(buffer, size_bytes, err))
        return false;
    if (size_bytes > 0)
        memcpy(buffer->data + buffer->size_bytes, data, size_bytes);
    buffer->size_bytes += size_bytes;
    return true;
}

bool buffer_append_text(struct buffer *buffer, const char *text, struct error *err)
{
    return buffer_append(buffer, text, strlen(text), err);
}

void buffer_dispose(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
