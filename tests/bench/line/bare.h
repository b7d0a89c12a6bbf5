/* A QEMU with nothing of the server around it: its pty, and poll, read and write on that. */
#ifndef MICROTVM_QEMU_TESTS_BENCH_LINE_BARE_H
#define MICROTVM_QEMU_TESTS_BENCH_LINE_BARE_H

#include "base/child.h"
#include "base/error.h"
#include "board/machine.h"

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

struct bare {
    struct child qemu;
    int fd; /* -1: none */
};

#define BARE_NONE ((struct bare){.qemu = CHILD_NONE, .fd = -1})

/* Boot an ELF; cpus are where QEMU's threads may run, NULL: anywhere. It takes a second until QEMU
 * looks whether somebody is at the pty. bare_close in any case. */
bool bare_open(const struct machine *machine, const char *elf_path, const cpu_set_t *cpus,
               struct bare *ret_bare, struct error *err);
void bare_close(struct bare *bare);

/* All of it, or ERROR_TIMEOUT when not a byte moves for seconds. */
bool bare_write(struct bare *bare, const void *data, size_t size_bytes, struct error *err);
bool bare_read(struct bare *bare, void *data, size_t size_bytes, struct error *err);

#endif
