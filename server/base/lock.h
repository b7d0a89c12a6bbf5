/* A folder for one process at a time. The lock is the kernel's (flock(2) on the folder itself): it
 * leaves no file, and ends with its process, however that ends. */
#ifndef MICROTVM_QEMU_BASE_LOCK_H
#define MICROTVM_QEMU_BASE_LOCK_H

#include "base/deadline.h"
#include "base/error.h"

#include <stdbool.h>

/* Waits while another process has it; on_wait, which may be NULL, is called before that and again
 * and again, many times a second, while it lasts. *ret_fd holds the lock until it is closed. On a
 * file system that knows no locks, nobody is kept out. Errors: ERROR_SYSTEM, ERROR_INTERRUPTED. */
bool lock_folder(const char *path, const struct interrupt *interrupt,
                 void (*on_wait)(void *context), void *context, int *ret_fd, struct error *err);

/* The same without waiting; *ret_taken is false when another process has it. */
bool lock_folder_now(const char *path, int *ret_fd, bool *ret_taken, struct error *err);

#endif
