#include "boot/cortex_m/cause.h"
#include "boot/fatal.h"

#include <stdbool.h>
#include <stddef.h>

struct bit {
    uint8_t number;
    char text[31];
};

static const struct bit hard_faults[] = {
    {1, "vector table unreadable"},
    {30, "escalated"},
    {31, "debug event"},
};

/* MMARVALID (7) and BFARVALID (15) are no causes. */
static const struct bit configurable_faults[] = {
    {0, "instruction access violation"},
    {1, "data access violation"},
    {3, "unstacking access violation"},
    {4, "stacking access violation"},
    {5, "FPU stacking access violation"},
    {8, "instruction bus error"},
    {9, "precise data bus error"},
    {10, "imprecise data bus error"},
    {11, "unstacking bus error"},
    {12, "stacking bus error"},
    {13, "FPU stacking bus error"},
    {16, "undefined instruction"},
    {17, "invalid instruction set state"},
    {18, "invalid exception return"},
    {19, "no such coprocessor"},
    {20, "stack limit exceeded"}, /* ARMv8-M */
    {24, "unaligned access"},
    {25, "division by zero"},
};

/* Returns whether any was told, now or before. */
static bool tell(const struct bit *bits, size_t size_bytes, uint32_t value, bool told)
{
    for (const struct bit *bit = bits; bit < bits + size_bytes / sizeof *bit; ++bit) {
        if ((value >> bit->number & 1) == 0)
            continue;
        fatal_text(told ? ", " : " (");
        fatal_text(bit->text);
        told = true;
    }
    return told;
}

void cause_tell(uint32_t hfsr, uint32_t cfsr)
{
    bool told = tell(hard_faults, sizeof hard_faults, hfsr, false);
    told = tell(configurable_faults, sizeof configurable_faults, cfsr, told);
    if (told)
        fatal_text(")");
}
