#include "regress/suite/measure.h"

static const struct {
    const char *key;
    const char *unit;
} MEASURES[MEASURE_COUNT] = {
    [MEASURE_INSTRUCTIONS] = {"instructions", "instructions per inference"},
    [MEASURE_ROM] = {"rom_bytes", "bytes of ROM"},
    [MEASURE_RAM] = {"ram_bytes", "bytes of RAM"},
    [MEASURE_STACK] = {"stack_bytes", "bytes of stack"},
};

const char *measure_key(enum measure measure)
{
    return MEASURES[measure].key;
}

const char *measure_unit(enum measure measure)
{
    return MEASURES[measure].unit;
}
