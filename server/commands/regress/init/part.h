/* A first suite whose boards do not give the same. */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_INIT_PART_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_INIT_PART_H

#include "base/error.h"
#include "commands/regress/args.h"
#include "commands/regress/update/golden.h"
#include "regress/suite/suite.h"

#include <stdbool.h>

/* Where boards give different outputs for a file of the suite that init_suite wrote, which is
 * loaded as SUITE, name one for each board in its document, and tell of each. Errors: ERROR_SYSTEM,
 * ERROR_INTERNAL. */
bool init_part(const struct regress_args *args, const struct suite *suite,
               const struct goldens *goldens, struct error *err);

#endif
