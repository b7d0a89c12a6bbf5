/* What a run's document says of every run. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TELL_H
#define MICROTVM_QEMU_COMMANDS_RUN_TELL_H

#include "base/error.h"
#include "commands/exit_code.h"
#include "commands/run/run.h"

/* Fill what the document says of every run, once that has ended with code, and err where it
 * failed: its text is made what both tell. */
void run_tell(struct run *run, struct error *err, enum exit_code code);

#endif
