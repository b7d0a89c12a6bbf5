/* build: CMake + Ninja in PROJECT/build, with ccache when it is there and works. One process at a
 * time builds a project; a second one waits.
 * Leaves build/firmware.elf, build/firmware.map and build/compile_commands.json. */
#ifndef MICROTVM_QEMU_PROJECT_BUILD_H
#define MICROTVM_QEMU_PROJECT_BUILD_H

#include "base/child.h"
#include "base/deadline.h"
#include "base/error.h"
#include "project/manifest.h"

struct build_options {
    const char *project_dir;
    const struct manifest *manifest; /* with this call's options applied */
    bool has_device_graph; /* the board's own graph executor is to run a graph, as `run` has it */
    bool with_counts; /* also build/firmware_count.elf and build/firmware_operators.elf, which count
                       * instructions (guest/platform/count) */
    bool with_trace;  /* also build/firmware_trace.elf, whose operators tell what they give
                       * (guest/platform/trace); not where what they give is not known */
    const struct interrupt *interrupt;
    child_line_fn on_line;   /* every line of cmake's and ninja's output; may be NULL */
    child_line_fn on_notice; /* what a user should see in any case: that another build is waited
                              * for, that nothing confines the compiler; may be NULL */
    void *context;
    struct memory_need *ret_need; /* what the model needs of the board's memory; may be NULL */
};

/* project.json is brought to say what the manifest says first, since the build reads it. Builds
 * only what changed; a project that was moved or copied since its last build is built from scratch.
 *
 * Where it fails no firmware.elf is left, not even that of an earlier build.
 *
 * Blocks until done. Errors: ERROR_MODEL (host_driven, and no host could call what is in the model:
 * says what to export instead), those of standalone_check, ERROR_TOOL (cmake, ninja or the cross
 * compiler is missing: names the package), ERROR_BUILD (the compiler's first error lines; a limit
 * that was reached, with its option; or what the model needs, what the board has and the boards
 * that would hold it), ERROR_SYSTEM, ERROR_INTERRUPTED (ninja and its compilers are stopped). */
bool build_project(const struct build_options *options, struct error *err);

#endif
