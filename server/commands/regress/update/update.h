/* Goldens and baseline brought to what the models give and take now. */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_UPDATE_UPDATE_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_UPDATE_UPDATE_H

#include "commands/regress/session.h"

#include <stdbool.h>

/* Can the baseline be written, as far as can be told before all cases run? Errors: ERROR_SYSTEM. */
bool update_check(const struct session *session, struct error *err);

/* After session_run in a mode that keeps outputs. Files of expected outputs that still match, by
 * their case's tolerance, stay as they are; each that is written is told on standard output, with
 * what changed. Nothing is written where a case could not run: *ret_updated is false then. Errors:
 * ERROR_USAGE (a case expects something that the model does not give, or two cases do not agree on
 * what a file is to hold), ERROR_SYSTEM, ERROR_INTERNAL. */
bool update_files(struct session *session, bool *ret_updated, struct error *err);

#endif
