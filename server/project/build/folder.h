/* The folder of a project that is built in: whether it can be, and what an earlier build left. */
#ifndef MICROTVM_QEMU_PROJECT_BUILD_FOLDER_H
#define MICROTVM_QEMU_PROJECT_BUILD_FOLDER_H

#include "base/error.h"

#include <stdbool.h>

/* Of guest/CMakeLists.txt: which of the board's toolchains is to be used. */
#define BUILD_TOOLCHAIN_VARIABLE "TOOLCHAIN_PREFIX:STRING"

/* Is it a folder that can be built in? To the build's programs some characters have a meaning of
 * their own: to CMake's lists and generator expressions, to ninja, ccache's variables and the
 * linker's -Wl. Errors: ERROR_USAGE with the characters that cannot be. */
bool build_path_check(const char *project_dir, struct error *err);

/* Where a build leaves the firmware of a project; the caller frees it. NULL: no memory. */
char *build_firmware_path(const char *project_dir);

/* Is there no room left on its disk? cmake does not say so, and may even end well with half its
 * files written; some that it could not finish it takes away again. */
bool build_folder_is_full(const char *project_dir);

/* Remove PROJECT/build where it was configured for another folder or compiler than these: CMake
 * refuses to go on in one that was moved, and does not change compilers. project_dir is absolute,
 * with links resolved. Errors: ERROR_SYSTEM. */
bool build_folder_drop_other(const char *project_dir, const char *toolchain_prefix,
                             struct error *err);

/* Has cmake seen the project's own inputs as they are now? ninja runs it anew by itself where a
 * CMakeLists.txt has changed; of ours it need not know. */
bool build_folder_is_configured(const char *project_dir);

#endif
