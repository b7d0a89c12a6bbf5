/* The serial line of a firmware that talks in text: commands to it, lines from it. */
#ifndef MICROTVM_QEMU_CLIENT_TEXT_LINE_H
#define MICROTVM_QEMU_CLIENT_TEXT_LINE_H

#include "base/error.h"
#include "client/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_line {
    struct link_stream stream; /* its context is not owned */
    int64_t timeout_ms;        /* of each command and its answer; 0: none */
    char *text;                /* owned: what came and was not yet taken */
    size_t size;
    size_t capacity;
    size_t taken; /* of the line that was handed out last, its newline included */
};

/* For what is asked now. */
struct deadline text_line_deadline(const struct text_line *line);

/* Errors: the stream's own. */
bool text_line_send(struct text_line *line, const char *command, struct error *err);

/* The next line without its end ("\n" or "\r\n"), NUL-terminated, good until the next call. Errors:
 * the stream's own; ERROR_INTERNAL (memory). */
bool text_line_read(struct text_line *line, struct deadline deadline, char **ret_text,
                    size_t *ret_length, struct error *err);

/* A line that is no answer goes to the stream's log. */
void text_line_log(const struct text_line *line, const char *text);

/* Safe on a zeroed struct and twice. */
void text_line_dispose(struct text_line *line);

#endif
