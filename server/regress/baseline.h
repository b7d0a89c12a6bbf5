/* What each case took when the suite was last updated, in a file beside the suite:
 *
 * { "format": "microtvm-qemu baseline", "version": 1,
 *   "cases": { "digits@mps2_an385": { "instructions": N, "rom_bytes": N, "ram_bytes": N,
 *              "stack_bytes": N, "compiler": "TEXT", "qemu": "TEXT",
 *              "operators": { "NAME": instructions, ... } }, ... } }
 *
 * What was not measured is left out. */
#ifndef MICROTVM_QEMU_REGRESS_BASELINE_H
#define MICROTVM_QEMU_REGRESS_BASELINE_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

#define BASELINE_FORMAT "microtvm-qemu baseline"

/* A file that is not there is an empty baseline. The caller deletes *ret_baseline.
 * Errors: ERROR_USAGE (it is none), ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool baseline_load(const char *path, cJSON **ret_baseline, struct error *err);

/* Of one case; NULL: there is none. */
const cJSON *baseline_find(const cJSON *baseline, const char *case_name);

/* What a run's document tells, as an entry. The caller deletes it; NULL: no memory. */
cJSON *baseline_entry(const cJSON *run);

/* Of all operators, that whose instructions have grown most since ENTRY: ", most in operator ..."
 * into a caller's buffer, "" for none. Returns the buffer. */
const char *baseline_worst_operator(const cJSON *run, const cJSON *entry, char *buffer,
                                    size_t size);

/* Likewise, of what numbers hang on, that which is another one than ENTRY's: "; the baseline is of
 * compiler ...". */
const char *baseline_other_versions(const cJSON *run, const cJSON *entry, char *buffer,
                                    size_t size);

/* Put an entry (owned from now on) in. False: no memory. */
bool baseline_set(cJSON *baseline, const char *case_name, cJSON *entry);

#endif
