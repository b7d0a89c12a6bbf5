/* A model from its archive. */
#ifndef MICROTVM_QEMU_MODEL_LOAD_H
#define MICROTVM_QEMU_MODEL_LOAD_H

#include "base/error.h"
#include "model/model.h"

#include <stdbool.h>

/* From an unpacked archive: the model that is called module, or with NULL the first. Errors:
 * ERROR_MODEL: metadata.json missing, not JSON, of an unknown version (says which are known), no
 * code in it, an executor we cannot run; ERROR_USAGE: no such module; ERROR_SYSTEM. */
bool model_load_dir(const char *dir, const char *module, struct model *ret_model,
                    struct error *err);

#endif
