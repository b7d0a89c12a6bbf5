/* The part of `run --count` that happens on boards: the inferences run on a firmware that counts,
 * and once more on one that tells operators apart. Without --count these do nothing, and are good.
 */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_COUNT_SESSION_H
#define MICROTVM_QEMU_COMMANDS_RUN_COUNT_SESSION_H

#include "base/error.h"
#include "commands/run/count/table.h"
#include "commands/run/run.h"

#include <stdbool.h>

/* After the build: choose the firmware, and a board whose time is its instructions. Errors: those
 * of counts_read_shift. */
bool count_prepare(struct run *run, struct error *err);

/* After the inferences, while the board is open. Errors: those of counts_read_inferences. */
bool count_inferences(struct run *run, struct error *err);

/* After that, with the board closed: run->counts gets its operators. What run_infer found out stays
 * as it is. Errors: those of board_open, run_infer and counts_read_operators. */
bool count_operators(struct run *run, struct error *err);

#endif
