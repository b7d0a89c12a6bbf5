#include "client/standalone.h"

#include "base/cleanup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_LEAST_BYTES = 4096, ERROR_TEXT_BYTES = 400 };

struct standalone {
    struct link_stream stream;
    int64_t timeout_ms;
    char *line; /* what came and was not yet taken */
    size_t size;
    size_t capacity;
    size_t taken; /* of the line that was handed out last, its newline included */
};

static bool grow(struct standalone *standalone, struct error *err)
{
    if (standalone->capacity - standalone->size >= LINE_LEAST_BYTES)
        return true;
    size_t capacity = 2 * standalone->capacity + LINE_LEAST_BYTES;
    char *line = realloc(standalone->line, capacity);
    if (!line)
        return error_no_memory(err, "a line of the firmware", capacity);
    standalone->line = line;
    standalone->capacity = capacity;
    return true;
}

/* The next line, NUL-terminated, good until the next call. */
static bool read_line(struct standalone *standalone, struct deadline deadline, char **ret_line,
                      size_t *ret_length, struct error *err)
{
    size_t looked = 0;
    standalone->size -= standalone->taken;
    if (standalone->size > 0)
        memmove(standalone->line, standalone->line + standalone->taken, standalone->size);
    standalone->taken = 0;
    for (;;) {
        char *newline = standalone->size > looked
                            ? memchr(standalone->line + looked, '\n', standalone->size - looked)
                            : NULL;
        if (newline) {
            *newline = '\0';
            *ret_line = standalone->line;
            *ret_length = (size_t)(newline - standalone->line);
            standalone->taken = *ret_length + 1;
            return true;
        }
        size_t got = 0;
        looked = standalone->size;
        if (!grow(standalone, err) ||
            !standalone->stream.read(
                standalone->stream.context, standalone->line + standalone->size,
                standalone->capacity - standalone->size, 1, &got, deadline, err))
            return false;
        standalone->size += got;
    }
}

static bool find_answer(struct standalone *standalone, const char *begin, struct deadline deadline,
                        char **ret_rest, size_t *ret_length, struct error *err)
{
    for (;;) {
        char *line = NULL;
        size_t length = 0;
        if (!read_line(standalone, deadline, &line, &length, err))
            return false;
        if (strncmp(line, begin, strlen(begin)) == 0) {
            *ret_rest = line + strlen(begin);
            *ret_length = length - strlen(begin);
            return true;
        }
        if (strncmp(line, "error:", strlen("error:")) == 0)
            return error_set(err, ERROR_DEVICE, 0, "the firmware says: %.*s", ERROR_TEXT_BYTES,
                             line);
        if (standalone->stream.log)
            standalone->stream.log(standalone->stream.context, line);
    }
}

/* The rest of the next line that begins so. Others are the firmware's log, but for errors. */
static bool await(struct standalone *standalone, const char *begin, char **ret_rest,
                  size_t *ret_length, struct error *err)
{
    struct deadline deadline =
        standalone->timeout_ms > 0 ? deadline_in_ms(standalone->timeout_ms) : deadline_never();
    if (find_answer(standalone, begin, deadline, ret_rest, ret_length, err))
        return true;
    if (err->kind != ERROR_TIMEOUT)
        return false;
    return error_set(err, ERROR_TIMEOUT, 0, "the firmware did not answer \"%s\" within %lld ms",
                     begin, (long long)standalone->timeout_ms);
}

static bool send(struct standalone *standalone, const char *command, struct error *err)
{
    struct deadline deadline =
        standalone->timeout_ms > 0 ? deadline_in_ms(standalone->timeout_ms) : deadline_never();
    return standalone->stream.write(standalone->stream.context, command, strlen(command), deadline,
                                    err);
}

bool standalone_open(const struct link_stream *stream, int64_t timeout_ms,
                     struct standalone **ret_standalone, struct error *err)
{
    struct standalone *standalone = calloc(1, sizeof(*standalone));
    char *rest = NULL;
    size_t length = 0;
    if (!standalone)
        return error_no_memory(err, "a talk with the firmware", sizeof(*standalone));
    standalone->stream = *stream;
    standalone->timeout_ms = timeout_ms;
    if (!send(standalone, "init%", err) || !await(standalone, "wakeup", &rest, &length, err)) {
        standalone_close(standalone);
        return false;
    }
    *ret_standalone = standalone;
    return true;
}

void standalone_close(struct standalone *standalone)
{
    if (standalone)
        free(standalone->line);
    free(standalone);
}

static const char HEX_DIGITS[] = "0123456789abcdef";

bool standalone_set_input(struct standalone *standalone, size_t index, const void *data,
                          size_t size_bytes, struct error *err)
{
    enum { FRAME_BYTES = 64 }; /* "input:N:", "%" */
    const uint8_t *bytes = data;
    char answer[FRAME_BYTES];
    char *rest = NULL;
    size_t length = 0;
    cleanup_free char *command = malloc(FRAME_BYTES + 2 * size_bytes);
    if (!command)
        return error_no_memory(err, "an input", FRAME_BYTES + 2 * size_bytes);
    int used = snprintf(command, FRAME_BYTES, "input:%zu:", index);
    char *at = command + used;
    for (size_t i = 0; i < size_bytes; i++) {
        *at++ = HEX_DIGITS[bytes[i] >> 4];
        *at++ = HEX_DIGITS[bytes[i] & 15];
    }
    *at++ = '%';
    *at = '\0';
    snprintf(answer, sizeof(answer), "input:%zu:%zu", index, size_bytes);
    return send(standalone, command, err) && await(standalone, answer, &rest, &length, err);
}

bool standalone_infer(struct standalone *standalone, uint64_t *ret_time_us, struct error *err)
{
    char *rest = NULL;
    char *end = NULL;
    size_t length = 0;
    if (!send(standalone, "infer%", err) || !await(standalone, "time_us:", &rest, &length, err))
        return false;
    uint64_t time_us = strtoull(rest, &end, 10);
    if (end == rest || *end != '\0')
        return error_set(err, ERROR_DEVICE, 0, "the firmware's time is no number: \"%.40s\"", rest);
    if (!await(standalone, "result:", &rest, &length, err))
        return false;
    *ret_time_us = time_us;
    return true;
}

static int hex_value(char character)
{
    const char *digit = character ? strchr(HEX_DIGITS, character) : NULL;
    return digit ? (int)(digit - HEX_DIGITS) : -1;
}

bool standalone_get_output(struct standalone *standalone, size_t index, void *data,
                           size_t size_bytes, struct error *err)
{
    uint8_t *bytes = data;
    char command[64];
    char answer[64];
    char *hex = NULL;
    size_t length = 0;
    snprintf(command, sizeof(command), "output:%zu%%", index);
    snprintf(answer, sizeof(answer), "output:%zu:", index);
    if (!send(standalone, command, err) || !await(standalone, answer, &hex, &length, err))
        return false;
    if (length != 2 * size_bytes)
        return error_set(err, ERROR_DEVICE, 0,
                         "output %zu: the firmware sent %zu hex digits for %zu bytes", index,
                         length, size_bytes);
    for (size_t i = 0; i < size_bytes; i++) {
        int high = hex_value(hex[2 * i]);
        int low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return error_set(err, ERROR_DEVICE, 0, "output %zu: byte %zu is not two hex digits",
                             index, i);
        bytes[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}
