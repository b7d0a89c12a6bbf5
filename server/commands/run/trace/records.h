/* What a firmware's operators say that they gave: lines of its log, which
 * guest/platform/trace/trace.h describes. Of several inferences, one after the other. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TRACE_RECORDS_H
#define MICROTVM_QEMU_COMMANDS_RUN_TRACE_RECORDS_H

#include "base/error.h"
#include "client/tensor.h"

#include <stdbool.h>
#include <stddef.h>

struct trace_record {
    char *name;
    struct tensor *outputs;
    size_t outputs_count;
};

struct trace_records {
    struct trace_record *items; /* calls of operators, in their order */
    size_t count;
    size_t filled_bytes; /* of the last output */
    struct error fault;  /* the first that a line had; kind ERROR_NONE: none */
};

/* A line of the log. False: it is none of an operator's. */
bool trace_records_line(struct trace_records *records, const char *line);

/* Are they those of so many inferences, each with the same operators and types? *ret_operators is
 * how many each has. Errors: ERROR_DEVICE with what is wrong; ERROR_INTERNAL (memory). */
bool trace_records_check(const struct trace_records *records, size_t inferences,
                         size_t *ret_operators, struct error *err);

/* Safe on a zeroed struct and twice. */
void trace_records_dispose(struct trace_records *records);

#endif
