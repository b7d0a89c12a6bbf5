/* parameters/NAME.params: the parameters of a graph, as TVM's save_param_dict writes them. */
#ifndef MICROTVM_QEMU_MODEL_PARAMS_FILE_H
#define MICROTVM_QEMU_MODEL_PARAMS_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct params_entry {
    const char *name; /* name_length bytes, no NUL */
    size_t name_length;
    size_t offset_bytes; /* of the data in the file */
    size_t size_bytes;
};

struct params_file {
    char *data; /* NULL: there is no such file */
    size_t size_bytes;
    struct params_entry *entries;
    size_t count;
};

/* DIR/parameters/MODEL_NAME.params; where it is missing there are no parameters. Errors:
 * ERROR_MODEL (damaged), ERROR_SYSTEM, ERROR_INTERNAL (memory). On success the caller disposes of
 * it. */
bool params_file_load(const char *dir, const char *model_name, struct params_file *ret_file,
                      struct error *err);
/* Safe on a zeroed struct and twice. */
void params_file_dispose(struct params_file *file);

/* NULL: there is no parameter of this name. */
const struct params_entry *params_file_find(const struct params_file *file, const char *name);

#endif
