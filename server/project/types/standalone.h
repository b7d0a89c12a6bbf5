/* Project types whose firmware calls the model itself: aot_standalone_demo and mlperftiny. */
#ifndef MICROTVM_QEMU_PROJECT_TYPES_STANDALONE_H
#define MICROTVM_QEMU_PROJECT_TYPES_STANDALONE_H

#include "base/error.h"
#include "model/model.h"
#include "project/settings.h"

#include <stdbool.h>

/* NULL: it is not, as PROJECT_TYPE_DEFAULT is not. */
bool standalone_is_type(const char *project_type);

/* With settings of such a type: can the model be built so? Others: true. Errors: ERROR_MODEL with
 * what to export instead; those of mlperftiny_check. */
bool standalone_check(const struct settings *settings, const struct model *model,
                      struct error *err);

#endif
