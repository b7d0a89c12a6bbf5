/* Lines from a file descriptor, read in bulk; several requests may come with one read(2). */
#ifndef MICROTVM_QEMU_API_LINE_READER_H
#define MICROTVM_QEMU_API_LINE_READER_H

#include "api/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A write_transport of LINE_MAX_BYTES carries over 200 MB; no firmware takes so much. */
#define LINE_MAX_BYTES ((size_t)256 * 1024 * 1024)

struct line_reader {
    int fd; /* not owned */
    struct buffer buffer;
    size_t start;    /* where the next line begins */
    size_t searched; /* no newline between start and here */
    bool ended;      /* read(2) has reported the end */
};

/* A whole line that is there already, without its newline and with a NUL behind it, or false:
 * line_reader_fill, or the end when reader->ended. What stands behind the last newline at the end
 * of the file is a line, too. *ret_line may be written to and is valid until line_reader_fill. */
bool line_reader_next(struct line_reader *reader, char **ret_line, size_t *ret_size_bytes);

/* Would line_reader_next give a line, or is it the end? */
bool line_reader_has_line(struct line_reader *reader);

/* One read(2); blocks when the descriptor does and nothing is there. An interrupted or
 * would-block read is no error. Errors: ERROR_SYSTEM, ERROR_INTERNAL (memory), ERROR_PARSE (no
 * newline within LINE_MAX_BYTES). */
bool line_reader_fill(struct line_reader *reader, struct error *err);

void line_reader_dispose(struct line_reader *reader);

#endif
