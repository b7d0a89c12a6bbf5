/* What the inputs of a `run` really are (option --labels), and how often the model said so. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TENSORS_LABELS_H
#define MICROTVM_QEMU_COMMANDS_RUN_TENSORS_LABELS_H

#include "base/error.h"
#include "client/report.h"
#include "client/tensor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct labels {
    int64_t *classes; /* owned; NULL: no labels */
    int64_t count;
    /* 0 is normal and 1 is not, and the output is how far from normal an input is; a label may
     * stand for several inputs in a row, whose mean counts. Else: the output has a number for each
     * class, and the largest wins. */
    bool are_anomalies;
};

/* Integers along one axis. Errors: those of run_file_load; ERROR_USAGE. */
bool labels_load(const char *path, struct labels *ret_labels, struct error *err);

/* Do they fit so many inferences, with such a first output (of one of them)? NULL: there is no
 * output. Without labels: true. Errors: ERROR_USAGE. */
bool labels_check(const struct labels *labels, int64_t inferences, const struct tensor *output,
                  struct error *err);

/* How well the model did. */
struct labels_score {
    bool is_known;    /* false: there are no labels, or the output was never written */
    double value;     /* 0 to 1: the share of labels that the model found (top-1; of equal numbers
                       * the first counts), or the area under the ROC curve for anomalies */
    int64_t right;    /* top-1: how many it found */
    int64_t normal;   /* anomalies: labels that are 0, */
    int64_t abnormal; /* and that are 1 */
};

/* output is that of all inferences; NULL: there is none. Errors: ERROR_INTERNAL (memory). */
bool labels_score(const struct labels *labels, int64_t inferences, const struct tensor *output,
                  struct labels_score *ret_score, struct error *err);

/* A line with a score; of one that is not known nothing is said. */
void labels_report(const struct labels *labels, int64_t inferences,
                   const struct labels_score *score, struct report *report);

/* Safe on a zeroed struct and twice. */
void labels_dispose(struct labels *labels);

#endif
