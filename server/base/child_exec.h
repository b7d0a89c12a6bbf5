/* The child's side of child_start: from fork to exec. */
#ifndef MICROTVM_QEMU_BASE_CHILD_EXEC_H
#define MICROTVM_QEMU_BASE_CHILD_EXEC_H

#include "base/child_options.h"
#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* What failed in the child; sent through a pipe to the parent. */
struct exec_failure {
    enum { STEP_SETUP, STEP_WORKING_DIR, STEP_EXEC } step;
    int os;
};

/* Become the program. report_fd is CLOEXEC: that it closes tells of the exec, and a struct
 * exec_failure in it of what failed. */
void child_exec(const struct child_options *options, pid_t parent, int report_fd)
    __attribute__((noreturn));

/* Errors: as child_start's. Returns false. */
bool child_exec_error(const struct child_options *options, const struct exec_failure *failure,
                      struct error *err);

#endif
