/* Choices that are data on disk: boards are qemu-machines/NAME.json, project types are folders. */
#ifndef MICROTVM_QEMU_API_NAME_LIST_H
#define MICROTVM_QEMU_API_NAME_LIST_H

#include "base/error.h"

#include <stdbool.h>

/* Names in DIR that end in `suffix`, without it; with suffix NULL, names of folders. Sorted; those
 * that begin with '.' are left out. A NULL-terminated list for name_list_free.
 * Errors: ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool name_list_load(const char *dir, const char *suffix, char ***ret_names, struct error *err);
void name_list_free(char **names); /* NULL is fine */

#endif
