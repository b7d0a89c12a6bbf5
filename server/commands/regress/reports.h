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

/* In a step of GitHub's (GITHUB_ACTIONS=true) a line of output may be a command to its runner;
 * names and messages here are anybody's. From reports_hush_github to reports_resume_github, or
 * reports_tell_github, all is text. Elsewhere nothing is done. Errors: ERROR_SYSTEM (no random
 * numbers). */
struct github_hush {
    char token[33]; /* "": not hushed */
};
bool reports_hush_github(struct github_hush *ret_hush, struct error *err);
void reports_resume_github(struct github_hush *hush);

/* There: annotations on standard output, and the summary at the end of $GITHUB_STEP_SUMMARY.
 * Elsewhere nothing. Errors: ERROR_SYSTEM. */
bool reports_tell_github(struct github_hush *hush, const cJSON *document, struct error *err);

#endif
