/* The project type aot_standalone_demo: the firmware calls the model itself. */
#ifndef MICROTVM_QEMU_PROJECT_STANDALONE_H
#define MICROTVM_QEMU_PROJECT_STANDALONE_H

#include "base/error.h"
#include "model/model.h"

/* With project_type "aot_standalone_demo": can a model of the archive be built so? Another type, or
 * NULL: true. Errors: ERROR_MODEL with the archive's path and what to export instead. */
bool standalone_check(const char *project_type, const struct model *model, const char *archive_path,
                      struct error *err);

#endif
