/* A suite from its document. */
#ifndef MICROTVM_QEMU_REGRESS_SUITE_LOAD_H
#define MICROTVM_QEMU_REGRESS_SUITE_LOAD_H

#include "base/error.h"
#include "regress/suite/checks.h"
#include "regress/suite/mistakes.h"
#include "regress/suite/suite.h"

#include <stdbool.h>

/* Read it, and every file's name in it. With mistakes in it (*ret_mistakes, which the caller prints
 * and disposes of), *ret_document is the text that they are in, which the caller frees, and the
 * error is ERROR_USAGE with their number. Other errors: ERROR_SYSTEM, ERROR_INTERNAL (memory).
 * Paths of a case are told from the working folder. */
bool suite_load(const char *path, const struct suite_checks *checks, struct suite *ret_suite,
                struct mistakes *ret_mistakes, char **ret_document, struct error *err);

#endif
