/* Temporary folders that do not pile up. One that is in use is locked by the process that uses it
 * (lock.h), so that a folder whose process was killed is known by nobody's holding it: whoever
 * makes the next one beside it removes it. */
#ifndef MICROTVM_QEMU_BASE_TEMP_DIR_H
#define MICROTVM_QEMU_BASE_TEMP_DIR_H

#include "base/error.h"

/* Of all of ours: no one else may make such folders. */
#define TEMP_DIR_PREFIX "microtvm-qemu-tmp-"

struct temp_dir {
    char *path;  /* owned; NULL: none */
    int lock_fd; /* where there is one */
};

/* A new folder PARENT/PREFIXxxxxxx. The prefix is of these alone: a folder that nobody locks is
 * taken for left behind. Folders of that form that are ours and that nobody holds are removed.
 * Errors: ERROR_SYSTEM. */
bool temp_dir_make(const char *parent, const char *prefix, struct temp_dir *ret_dir,
                   struct error *err);

/* $TMPDIR, or /tmp. */
const char *temp_dir_parent(void);

/* With all that is in it. Safe on a zeroed struct and twice. Errors: ERROR_SYSTEM (what is left).
 */
bool temp_dir_remove(struct temp_dir *dir, struct error *err);

#endif
