/* One report of those of all shards of a suite. */
#ifndef MICROTVM_QEMU_REGRESS_REPORT_MERGE_H
#define MICROTVM_QEMU_REGRESS_REPORT_MERGE_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/* The cases of all of them, in the suite's order. names are the reports' files, for messages.
 * Errors: ERROR_USAGE: a shard is missing, is there twice, is of another suite or of other cases,
 * or is no report; ERROR_INTERNAL (memory). The caller deletes *ret_document. */
bool merge_reports(cJSON *const *reports, const char *const *names, size_t count,
                   cJSON **ret_document, struct error *err);

#endif
