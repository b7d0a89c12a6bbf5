/* Did a case pass? If not, all that is wrong with it. */
#ifndef MICROTVM_QEMU_REGRESS_VERDICT_H
#define MICROTVM_QEMU_REGRESS_VERDICT_H

#include "regress/schedule.h"
#include "regress/suite/suite.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

enum verdict_status {
    VERDICT_PASSED,
    VERDICT_FAILED,  /* it ran, and something is not as it should be */
    VERDICT_ERROR,   /* it could not run to its end */
    VERDICT_NOT_RUN, /* not begun, or interrupted */
};

/* "passed", "failed", "error", "not run" */
const char *verdict_text(enum verdict_status status);

/* baseline: of this case (baseline.h); NULL: none. failures: an array to which an object {"kind",
 * "message"} is added for each; NULL: only the status is wanted. */
enum verdict_status verdict(const struct outcome *outcome, const cJSON *baseline, cJSON *failures);

/* Does this exit code of `run` say that the surroundings kept it from running (6: a program is
 * missing, 7: disk full and the like)? */
bool verdict_is_environment(int exit_code);

#endif
