/* The value of one option, as a client sent it: checked, and brought to the option's type. */
#ifndef MICROTVM_QEMU_API_OPTION_VALUE_H
#define MICROTVM_QEMU_API_OPTION_VALUE_H

#include "api/option_table.h"
#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* *ret_typed: a bool, number, string or array by the option's shape, which the caller deletes; NULL
 * where none was given, by null or "". Errors: ERROR_USAGE with name and value; memory. */
bool option_value_convert(const struct option_spec *spec, const cJSON *value, cJSON **ret_typed,
                          struct error *err);

/* Sets the error `option "NAME": want WANTED, got VALUE`, and returns false. */
bool option_value_refuse(const struct option_spec *spec, const cJSON *value, const char *wanted,
                         struct error *err);

#endif
