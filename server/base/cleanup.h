/* Clean-up by scope. Declare an owner with a cleanup_ attribute; hand its value on with steal_. */
#ifndef MICROTVM_QEMU_BASE_CLEANUP_H
#define MICROTVM_QEMU_BASE_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Frees the pointer that *owner holds (owner is the address of any object pointer). */
static inline void cleanup_free_pointer(void *owner)
{
    free(*(void **)owner);
}

/* Closes *fd unless it is negative; errno survives. */
static inline void cleanup_close_fd(const int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    errno = saved;
}

static inline void cleanup_close_file(FILE **file)
{
    int saved = errno;
    if (*file)
        fclose(*file);
    errno = saved;
}

static inline void cleanup_close_dir(DIR **dir)
{
    int saved = errno;
    if (*dir)
        closedir(*dir);
    errno = saved;
}

#define cleanup_free __attribute__((cleanup(cleanup_free_pointer)))
#define cleanup_fd __attribute__((cleanup(cleanup_close_fd)))
#define cleanup_file __attribute__((cleanup(cleanup_close_file)))
#define cleanup_dir __attribute__((cleanup(cleanup_close_dir)))

/* The value of *fd, which becomes -1: ownership moves to the caller. */
static inline int steal_fd(int *fd)
{
    int value = *fd;
    *fd = -1;
    return value;
}

/* The value of the pointer at OWNER, which becomes NULL. */
#define steal_pointer(owner)                                                                       \
    (__extension__({                                                                               \
        __typeof__(owner) stolen_ = (owner);                                                       \
        (owner) = NULL;                                                                            \
        stolen_;                                                                                   \
    }))

#endif
