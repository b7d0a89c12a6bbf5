#include "boot/cortex_m/cause.h"
#include "boot/fatal.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Each is the number of a bit and then the text; the end of an array is the last NUL. */
/* clang-format off */
static const char hard_faults[] =
    "\x01" "vector table unreadable\0"
    "\x1e" "escalated\0"
    "\x1f" "debug event";

/* Of each byte of the register all causes are of one kind, which their texts leave out. MMARVALID
 * (0x07) and BFARVALID (0x0f) are no causes. */
static const char *const configurable_kinds[] = {" access violation", " bus error", "", ""};
static const char configurable_faults[] =
    "\x00" "instruction\0"
    "\x01" "data\0"
    "\x03" "unstacking\0"
    "\x04" "stacking\0"
    "\x05" "FPU stacking\0"
    "\x08" "instruction\0"
    "\x09" "precise data\0"
    "\x0a" "imprecise data\0"
    "\x0b" "unstacking\0"
    "\x0c" "stacking\0"
    "\x0d" "FPU stacking\0"
    "\x10" "undefined instruction\0"
    "\x11" "invalid instruction set state\0"
    "\x12" "invalid exception return\0"
    "\x13" "no such coprocessor\0"
    "\x14" "stack limit exceeded\0" /* ARMv8-M */
    "\x18" "unaligned access\0"
    "\x19" "division by zero";
/* clang-format on */

/* Returns whether any was told, now or before. */
static bool tell(const char *bits, size_t size_bytes, const char *const *kinds, uint32_t value,
                 bool told)
{
    const char *end = bits + size_bytes;
    while (bits < end) {
        const char *text = bits + 1;
        if ((value >> *bits & 1) != 0) {
            fatal_text(told ? ", " : " (");
            fatal_text(text);
            fatal_text(kinds ? kinds[*bits / 8] : "");
            told = true;
        }
        bits = text + strlen(text) + 1;
    }
    return told;
}

void cause_tell(uint32_t hfsr, uint32_t cfsr)
{
    bool told = tell(hard_faults, sizeof hard_faults, NULL, hfsr, false);
    told = tell(configurable_faults, sizeof configurable_faults, configurable_kinds, cfsr, told);
    if (told)
        fatal_text(")");
}
