#include "client/text/standalone.h"

#include "base/cleanup.h"
#include "client/text/hex.h"
#include "client/text/line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ERROR_TEXT_BYTES = 400 };

struct standalone {
    struct text_line line;
};

static bool find_answer(struct standalone *standalone, const char *begin, struct deadline deadline,
                        char **ret_rest, size_t *ret_length, struct error *err)
{
    for (;;) {
        char *line = NULL;
        size_t length = 0;
        if (!text_line_read(&standalone->line, deadline, &line, &length, err))
            return false;
        if (strncmp(line, begin, strlen(begin)) == 0) {
            *ret_rest = line + strlen(begin);
            *ret_length = length - strlen(begin);
            return true;
        }
        if (strncmp(line, "error:", strlen("error:")) == 0)
            return error_set(err, ERROR_DEVICE, 0, "the firmware says: %.*s", ERROR_TEXT_BYTES,
                             line);
        text_line_log(&standalone->line, line);
    }
}

/* The rest of the next line that begins so. Others are the firmware's log, but for errors. */
static bool await(struct standalone *standalone, const char *begin, char **ret_rest,
                  size_t *ret_length, struct error *err)
{
    struct deadline deadline = text_line_deadline(&standalone->line);
    if (find_answer(standalone, begin, deadline, ret_rest, ret_length, err))
        return true;
    if (err->kind != ERROR_TIMEOUT)
        return false;
    return error_set(err, ERROR_TIMEOUT, 0, "the firmware did not answer \"%s\" within %lld ms",
                     begin, (long long)standalone->line.timeout_ms);
}

static bool send(struct standalone *standalone, const char *command, struct error *err)
{
    return text_line_send(&standalone->line, command, err);
}

bool standalone_open(const struct link_stream *stream, int64_t timeout_ms,
                     struct standalone **ret_standalone, struct error *err)
{
    struct standalone *standalone = calloc(1, sizeof(*standalone));
    char *rest = NULL;
    size_t length = 0;
    if (!standalone)
        return error_no_memory(err, "a talk with the firmware", sizeof(*standalone));
    standalone->line.stream = *stream;
    standalone->line.timeout_ms = timeout_ms;
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
        text_line_dispose(&standalone->line);
    free(standalone);
}

bool standalone_set_input(struct standalone *standalone, size_t index, const void *data,
                          size_t size_bytes, struct error *err)
{
    enum { FRAME_BYTES = 64 }; /* "input:N:", "%" */
    char answer[FRAME_BYTES];
    char *rest = NULL;
    size_t length = 0;
    cleanup_free char *command = malloc(FRAME_BYTES + 2 * size_bytes);
    if (!command)
        return error_no_memory(err, "an input", FRAME_BYTES + 2 * size_bytes);
    int used = snprintf(command, FRAME_BYTES, "input:%zu:", index);
    char *at = hex_write(command + used, data, size_bytes);
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
        int byte = hex_read_byte(hex + 2 * i);
        if (byte < 0)
            return error_set(err, ERROR_DEVICE, 0, "output %zu: byte %zu is not two hex digits",
                             index, i);
        bytes[i] = (uint8_t)byte;
    }
    return true;
}
