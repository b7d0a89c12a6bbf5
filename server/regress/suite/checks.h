/* What a suite is checked by, beside its document. */
#ifndef MICROTVM_QEMU_REGRESS_SUITE_CHECKS_H
#define MICROTVM_QEMU_REGRESS_SUITE_CHECKS_H

#include "base/error.h"
#include "regress/suite/suite.h"

#include <stdbool.h>

struct suite_checks {
    char *const *boards; /* known names, NULL-terminated */
    /* Is it a project option with a value that it can have? Errors: ERROR_USAGE. */
    bool (*option)(const char *text, struct error *err);
    /* Does all that the case says go together? Errors: ERROR_USAGE. */
    bool (*run)(const struct suite_case *item, struct error *err);
    bool writes_expected; /* files of "expected" need not be there yet */
};

#endif
