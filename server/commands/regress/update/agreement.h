/* Are two outputs the same by a case's tolerance, and if not, by which would they be? */
#ifndef MICROTVM_QEMU_COMMANDS_REGRESS_UPDATE_AGREEMENT_H
#define MICROTVM_QEMU_COMMANDS_REGRESS_UPDATE_AGREEMENT_H

#include "client/tensor.h"
#include "regress/suite/suite.h"

#include <stdbool.h>
#include <stdint.h>

/* What has to be allowed for outputs to be the same as another. Begins zeroed. */
struct allowance {
    double atol; /* enough by itself; infinite: nothing is */
    double rtol; /* enough beside the usual atol; infinite: it is not */
};

/* *ret_change: how they differ, in words, a new string (NULL: no memory). The two are of so many
 * inferences. The allowance, where they do not match, grows to what these two need. */
bool outputs_match(const struct tensor *now, const struct tensor *before, int64_t inferences,
                   const struct suite_tolerance *rule, char **ret_change,
                   struct allowance *allowance);

/* What to give for it, "" where it is zero, into a caller's buffer. Returns the buffer. */
const char *allowance_text(const struct allowance *allowance, char *buffer, size_t size);

#endif
