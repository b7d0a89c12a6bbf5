/* The option extra_files_tar: files of the user's own for a project. Sources among them are
 * compiled into the firmware, and PROJECT/include is on the include path. */
#ifndef MICROTVM_QEMU_PROJECT_EXTRA_H
#define MICROTVM_QEMU_PROJECT_EXTRA_H

#include "base/error.h"

#include <stdbool.h>

/* In the project: the extra files that are to be compiled, a path in each line, sorted. */
#define EXTRA_SOURCES_FILE "extra_sources.txt"

/* Unpack ARCHIVE_PATH (by archive.h's rules) into the folder PROJECT, which has all of its own
 * files by now, and write EXTRA_SOURCES_FILE. A file never replaces one of the project. NULL or "":
 * does nothing. Errors: ERROR_USAGE with the archive and the entry (bad archive, a name that the
 * project has or needs), ERROR_SYSTEM. */
bool extra_add(const char *archive_path, const char *project, struct error *err);

#endif
