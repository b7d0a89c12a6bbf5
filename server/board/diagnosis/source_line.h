/* From addresses of code to lines of source, by TOOLCHAIN_PREFIXaddr2line on the ELF. */
#ifndef MICROTVM_QEMU_BOARD_SOURCE_LINE_H
#define MICROTVM_QEMU_BOARD_SOURCE_LINE_H

#include "base/child.h"
#include "base/deadline.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where to look; nothing of it is owned. */
struct source_code {
    const char *toolchain_prefix;
    const char *elf_path;
    const struct interrupt *interrupt;
};

enum { SOURCE_ADDRESSES_MOST = 128 };

/* A line to on_line for each address, in their order, and behind it one for each function that it
 * was inlined into: "main at src/main.c:12", "(inlined by) f at src/f.c:3". "??", where there is no
 * source line. At most SOURCE_ADDRESSES_MOST of count are asked for. Blocks until addr2line has
 * ended, for 5 s at most. Errors: ERROR_TOOL (no addr2line), ERROR_DEVICE (it failed, as on a file
 * that is no ELF), ERROR_TIMEOUT, ERROR_INTERRUPTED, ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool source_lines(const struct source_code *code, const uint64_t *addresses, size_t count,
                  child_line_fn on_line, void *context, struct error *err);

#endif
