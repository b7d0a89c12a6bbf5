/* For tests of what waits: another process that holds the lock of a folder. Each function aborts
 * the test when it fails. */
#ifndef MICROTVM_QEMU_TESTS_LOCK_HOLDER_H
#define MICROTVM_QEMU_TESTS_LOCK_HOLDER_H

#include <sys/types.h>

struct lock_holder {
    pid_t pid;
    int release_fd; /* -1: it has been told to let go */
};

#define LOCK_HOLDER_NONE ((struct lock_holder){.pid = 0, .release_fd = -1})

/* It has the lock when this returns. */
void lock_holder_start(const char *dir, struct lock_holder *ret_holder);
/* It lets go and ends with 0. Nothing happens to one that was told so before, or is none. */
void lock_holder_release(struct lock_holder *holder);

#endif
