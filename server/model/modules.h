/* The models in one archive: TVM can export several at once, and they share metadata.json. */
#ifndef MICROTVM_QEMU_MODEL_MODULES_H
#define MICROTVM_QEMU_MODEL_MODULES_H

#include "base/error.h"
#include "model/model.h"

#include <cjson/cJSON.h>

/* From metadata.json: fills model's modules (all of them, in its order), and its name and executor
 * with those of the wanted one (NULL: the first), of which *ret_module is the description. What it
 * filled on an error is model_dispose's. Errors: ERROR_MODEL, ERROR_USAGE (wanted is not there;
 * says which are), ERROR_INTERNAL (memory). */
bool model_modules_read(const cJSON *json, const char *wanted, struct model *model,
                        const cJSON **ret_module, struct error *err);

#endif
