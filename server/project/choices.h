/* Options whose choices are what lies in a folder: boards, project types. */
#ifndef MICROTVM_QEMU_PROJECT_CHOICES_H
#define MICROTVM_QEMU_PROJECT_CHOICES_H

#include "base/error.h"
#include "base/name_list.h"

#include <stdbool.h>

/* Is value one of the names in that place? Errors: ERROR_USAGE
 * `board "qemu_cortex_m4": no such board (have: mps2_an385, ...)`, also for NULL and for a value
 * that is a path; ERROR_SYSTEM when the folder cannot be read. */
bool choice_check(const char *option, const char *value, const struct name_place *place,
                  struct error *err);

#endif
