/* cpu_call_before (boot/cpu.h) for Thumb code, which every Arm core of 32 bits runs here. */
#ifndef BOOT_THUMB_CALL_H
#define BOOT_THUMB_CALL_H

#include "boot/cpu.h"

static inline enum cpu_call thumb_call_before(uintptr_t return_address)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
    const uint16_t *next = (const uint16_t *)(return_address & ~1U);
    if ((return_address & 1) == 0)
        return CPU_NO_CALL;            /* not Thumb's mark */
    if ((next[-1] & 0xff87) == 0x4780) /* blx */
        return CPU_CALL_BY_POINTER;
    /* bl, or blx of code that is not Thumb */
    bool is_call = (next[-2] & 0xf800) == 0xf000 && (next[-1] & 0xc000) == 0xc000;
    return is_call ? CPU_CALL : CPU_NO_CALL;
}

#endif
