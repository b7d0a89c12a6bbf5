/* A board's definition as a file. cJSON takes more than JSON is: bytes that are no UTF-8, control
 * characters, a NUL, a key that is there twice, of which the server would take the first and the
 * firmware's build the last. */
#ifndef MICROTVM_QEMU_DEFINITION_DOCUMENT_H
#define MICROTVM_QEMU_DEFINITION_DOCUMENT_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Blocks as reading a file does. Errors: ERROR_USAGE `PATH:3: not JSON`, `PATH:3: not UTF-8`,
 * `PATH: "uart.base" is there twice`, too large; ERROR_SYSTEM. The caller deletes *ret_json. */
bool document_read(const char *path, cJSON **ret_json, struct error *err);

#endif
