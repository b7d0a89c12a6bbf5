/* The compilers that a board definition offers for its firmware: its "toolchain", one object, or a
 * list of them in order of preference, since releases of a distribution have the C library for one
 * or another. */
#ifndef MICROTVM_QEMU_TOOLCHAIN_H
#define MICROTVM_QEMU_TOOLCHAIN_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct toolchain {
    char *prefix;    /* "arm-none-eabi-", in front of gcc */
    char **packages; /* Debian packages, that of the compiler first; NULL-terminated */
};

struct toolchain_list {
    struct toolchain *items;
    size_t count; /* at least 1, once it is read */
};

/* Of a definition, which file is the name of. Errors: ERROR_USAGE
 * `FILE: "toolchain[1].prefix" is 5, but must be a text`, ERROR_INTERNAL (memory). In any case the
 * caller disposes of the list. */
bool toolchain_list_read(const char *file, const cJSON *definition, struct toolchain_list *ret_list,
                         struct error *err);

/* The one to use here: the first whose gcc has the firmware's C library; where none has, the first
 * whose gcc is there; else the first. Where there is a choice, each gcc is asked, which blocks for
 * milliseconds; one that does not answer has no C library. */
const struct toolchain *toolchain_choose(const struct toolchain_list *list);

/* `apt-get install --no-install-recommends gcc-a picolibc-a`; of several,
 * ` (or, where the distribution has not all of these: gcc-b picolibc-b)` behind it. The caller
 * frees it; NULL: no memory. */
char *toolchain_remedy(const struct toolchain_list *list);

/* Safe on a zeroed list and twice. */
void toolchain_list_dispose(struct toolchain_list *list);

#endif
