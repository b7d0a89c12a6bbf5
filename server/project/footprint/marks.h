/* Where a firmware that runs leaves how much of its stack and heap it ever used: guest/boot/start.c
 * fills the stack with paint, guest/platform/heap.c counts. The firmware does nothing more for it:
 * whoever can read the board's memory sees. */
#ifndef MICROTVM_QEMU_PROJECT_FOOTPRINT_MARKS_H
#define MICROTVM_QEMU_PROJECT_FOOTPRINT_MARKS_H

#include "base/error.h"
#include "project/footprint/elf.h"

#include <stddef.h>
#include <stdint.h>

struct memory_marks {
    uint64_t stack_address; /* its bottom; it grows towards that */
    uint64_t stack_size_bytes;
    uint64_t heap_most_address; /* a little-endian uint32_t: bytes that were allocated at most at
                                 * once, with what each block takes besides */
};

/* Errors: ERROR_INTERNAL (a firmware without them; ours all have). */
bool memory_marks_find(const struct elf *elf, struct memory_marks *ret_marks, struct error *err);

/* How many bytes of a stack were used, counted from its top: up to the lowest that is not paint.
 * Less than 512 is told as 512: there is no paint. */
size_t memory_stack_used_bytes(const uint8_t *stack, size_t size_bytes);

#endif
