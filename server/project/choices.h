/* Options whose choices are what lies in a folder: boards, project types. */
#ifndef MICROTVM_QEMU_PROJECT_CHOICES_H
#define MICROTVM_QEMU_PROJECT_CHOICES_H

#include "base/error.h"

#include <stdbool.h>

/* Is value the name of something in DIR, with `ending` added? Errors: ERROR_USAGE
 * `board "qemu_cortex_m4": no such board (have: mps2_an385, ...)`, also for NULL and for a value
 * that is a path; ERROR_SYSTEM when DIR cannot be read. */
bool choice_check(const char *option, const char *value, const char *dir, const char *ending,
                  struct error *err);

#endif
