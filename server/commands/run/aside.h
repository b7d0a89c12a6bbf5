/* The inferences of a `run` once more, for what else its board can tell: --count's operators,
 * --trace. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_ASIDE_H
#define MICROTVM_QEMU_COMMANDS_RUN_ASIDE_H

#include "base/error.h"
#include "commands/run/run.h"

#include <stdbool.h>
#include <stdint.h>

/* work flashes the board, opens it and calls run_infer, as often as it wants. What these inferences
 * give is known, and what there is to say of them has been said: outputs, model and report are
 * those of the inferences before again when it is done, and the board is closed.
 *
 * inferences: the first so many; 0: all. Errors: ERROR_SYSTEM, and those of work. */
bool run_aside(struct run *run, int64_t inferences,
               bool (*work)(struct run *run, struct error *err), struct error *err);

#endif
