/* The programs that a build runs. They are looked for before it starts, so that a missing one is
 * named with the package that brings it. */
#ifndef MICROTVM_QEMU_PROJECT_BUILD_TOOLS_H
#define MICROTVM_QEMU_PROJECT_BUILD_TOOLS_H

#include "base/error.h"

#include <stdbool.h>

/* Are there cmake, ninja and a cross compiler of those that PROJECT_DIR/board.json offers?
 * *ret_prefix is what stands in front of the name of that to use; the caller frees it. Errors:
 * ERROR_TOOL; ERROR_USAGE (board.json is malformed); ERROR_SYSTEM. */
bool build_tools_check(const char *project_dir, char **ret_prefix, struct error *err);

/* The compiler is there, but not the C library that it was told to use. Sets ERROR_TOOL; always
 * returns false. */
bool build_tools_no_libc(const char *project_dir, struct error *err);

/* The same for the C++ compiler, which not every project needs. */
bool build_tools_no_cxx(const char *project_dir, struct error *err);

#endif
