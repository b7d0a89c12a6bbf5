/* Counts as text, and for the document of `run --json`. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_COUNT_TABLE_H
#define MICROTVM_QEMU_COMMANDS_RUN_COUNT_TABLE_H

#include "client/report.h"
#include "commands/run/count/counts.h"

#include <cjson/cJSON.h>

/* A line for all and one for each operator, no wider than the terminal, there with a bar for its
 * share. Without counts nothing is said. */
void counts_report(const struct counts *counts, struct report *report);

/* "counts"; NULL when memory ran out. */
cJSON *counts_document(const struct counts *counts);

#endif
