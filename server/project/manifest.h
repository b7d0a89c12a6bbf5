/* project.json: what a generated project is made of. guest/CMakeLists.txt reads it too.
 *
 * {
 *   "format": 1,
 *   "generator": "microtvm-qemu 0.1.0",
 *   "model": { "name", "executor", "c_interface", "workspace_on_heap", "workspace_size_bytes",
 *              "constants_size_bytes", "io_size_bytes",
 *              "inputs": [{"name", "dtype", "size_bytes"}, ...], "outputs": [...] },
 *   "options": { ... as in settings.h ... }
 * }
 */
#ifndef MICROTVM_QEMU_PROJECT_MANIFEST_H
#define MICROTVM_QEMU_PROJECT_MANIFEST_H

#include "base/error.h"
#include "project/model.h"
#include "project/settings.h"

struct manifest {
    struct model model;
    struct settings settings;
};

/* PROJECT_DIR/project.json. Errors: ERROR_USAGE (malformed, with the key), ERROR_SYSTEM. */
bool manifest_load(const char *project_dir, struct manifest *ret_manifest, struct error *err);
bool manifest_save(const char *project_dir, const struct manifest *manifest, struct error *err);
bool manifest_exists(const char *project_dir);
void manifest_dispose(struct manifest *manifest);

#endif
