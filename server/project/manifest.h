/* project.json: what a generated project is made of. guest/CMakeLists.txt reads it too.
 *
 * {
 *   "format": 1,
 *   "generator": "microtvm-qemu 0.1.0",
 *   "crt_source": "given" or "bundled",
 *   "debug_executor": true where the firmware has TVM's debug executor of graphs, too,
 *   "model": { "name", "executor", "version", "tvm_version", "c_interface", "system_lib",
 *              "io_size_bytes", "c_metadata", "linked_params",
 *              "inputs": [{"name", "dtype", "size_bytes", "shape"}, ...], "outputs": [likewise, and
 *              "unwritten"], "inputs_note", "outputs_note",
 *              "modules": [{"name", "executor"}, ...] },
 *   "memory": { "heap_size_bytes", "workspace_bytes", "ndim_most",
 *               "placement": { "code", "constants", "data", "workspace", "heap": a region's name }
 * }, "options": { ... as in settings.h: what the firmware is built with ... }, "generated": { ...
 * those chosen when the project was generated, where null leads back to ... }
 * }
 */
#ifndef MICROTVM_QEMU_PROJECT_MANIFEST_H
#define MICROTVM_QEMU_PROJECT_MANIFEST_H

#include "base/error.h"
#include "definition/placement.h"
#include "memory/need.h"
#include "model/model.h"
#include "project/settings.h"

/* The memory of the board that each part of the firmware goes into; "": not chosen yet. */
struct part_regions {
    char names[PARTS][REGION_NAME_SIZE];
};

struct manifest {
    char *crt_source;    /* whose C runtime crt/ holds: "given" or "bundled" */
    bool debug_executor; /* for the next build: with TVM's debug executor, where there is a graph */
    struct model model;
    struct memory_need need; /* for whoever builds it; of the last build, workspace_bytes alone */
    struct part_regions placement; /* for whoever builds it: saved, never read */
    struct settings settings;      /* of the last build, and of the next one unless changed */
    struct settings generated;     /* chosen when the project was generated */
    bool is_generated;             /* false: not generated yet; settings will be both */
};

/* PROJECT_DIR/project.json. Errors: ERROR_USAGE (malformed, with the key), ERROR_SYSTEM. */
bool manifest_load(const char *project_dir, struct manifest *ret_manifest, struct error *err);
/* A file that says the same already is left alone, so that a build need not configure anew. */
bool manifest_save(const char *project_dir, const struct manifest *manifest, struct error *err);
/* settings become those that were chosen when the project was generated. Only for a manifest that
 * was loaded. Errors: ERROR_INTERNAL (memory). */
bool manifest_forget_build(struct manifest *manifest, struct error *err);
bool manifest_exists(const char *project_dir);
/* Safe on a zeroed struct and twice. */
void manifest_dispose(struct manifest *manifest);

#endif
