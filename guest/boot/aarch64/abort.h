/* What AArch64 and AArch32 say alike of an access that went wrong, in the long format of their
 * fault status. */
#ifndef BOOT_AARCH64_ABORT_H
#define BOOT_AARCH64_ABORT_H

#include <stdint.h>

/* By the status code. */
static inline const char *abort_reason(uint32_t status)
{
    switch (status & 0x3c) {
    case 0x04:
        return ", not mapped";
    case 0x0c:
        return ", not permitted";
    case 0x10:
        return ", nothing there";
    case 0x20:
        return ", misaligned";
    default:
        return "";
    }
}

/* A store that moves the stack pointer, too, has not done so when it is what fails at address. */
static inline uintptr_t abort_stack_pointer(uintptr_t stack_pointer, uintptr_t address)
{
    enum { MOVE_MAX_BYTES = 512 };
    return address < stack_pointer && stack_pointer - address <= MOVE_MAX_BYTES ? address
                                                                                : stack_pointer;
}

#endif
