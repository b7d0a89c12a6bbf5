/* Choices that are data on disk: boards are qemu-machines/NAME.json, project types are folders,
 * drivers files of the firmware. A name there has no '.': board.schema.json, of which an editor
 * knows what is in a board's file, is no board. */
#ifndef MICROTVM_QEMU_BASE_NAME_LIST_H
#define MICROTVM_QEMU_BASE_NAME_LIST_H

#include "base/error.h"

#include <stdbool.h>

/* Where they lie: prefix and ending are put around a name. An ending "/" is that of folders. */
struct name_place {
    const char *dir;
    const char *prefix;
    const char *ending;
};

/* The names there, sorted: a NULL-terminated list for name_list_free.
 * Errors: ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool name_list_load(const struct name_place *place, char ***ret_names, struct error *err);
void name_list_free(char **names); /* NULL is fine */

/* Is value one of the names in that place? Errors: ERROR_USAGE
 * `board "qemu_cortex_m4": no such board (have: mps2_an385, ...)`, also for NULL and for a value
 * that is a path; ERROR_SYSTEM when the folder cannot be read. */
bool name_list_check(const char *option, const char *value, const struct name_place *place,
                     struct error *err);

/* "a, b, c"; "none" of an empty list. The caller frees it; NULL: no memory. */
char *name_list_join(char *const *names);

static inline void name_list_cleanup(char ***names)
{
    name_list_free(*names);
}
#define cleanup_name_list __attribute__((cleanup(name_list_cleanup)))

#endif
