/* The project type host_driven: the host calls functions in the firmware over RPC. */
#ifndef MICROTVM_QEMU_PROJECT_TYPES_DRIVEN_H
#define MICROTVM_QEMU_PROJECT_TYPES_DRIVEN_H

#include "base/error.h"
#include "model/model.h"

/* With project_type "host_driven", or NULL: can a host find what is in the model? Of another type:
 * true. A project is generated from any model, as TVM's own templates do; its build asks. Errors:
 * ERROR_MODEL with what to export instead. */
bool driven_check(const char *project_type, const struct model *model, struct error *err);

#endif
