/* Where the reports go: a folder, GitHub, the terminal. */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_REPORTS_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_REPORTS_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Make DIR, and see that files can be written there. Errors: ERROR_SYSTEM with the folder. */
bool reports_prepare(const char *dir, struct error *err);

/* report.json, junit.xml, summary.md and report.html: each whole or not at all.
 * Errors: ERROR_SYSTEM with the first that could not be written, ERROR_INTERNAL (memory). */
bool reports_write(const char *dir, const cJSON *document, struct error *err);

/* In a step of GitHub's (GITHUB_ACTIONS=true): annotations on standard output, and the summary at
 * the end of $GITHUB_STEP_SUMMARY. Elsewhere nothing. Errors: ERROR_SYSTEM. */
bool reports_tell_github(const cJSON *document, struct error *err);

#endif
