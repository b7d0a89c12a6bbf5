#include "regress/suite/measure.h"

#include "regress/json.h"

static const struct {
    const char *key;
    const char *unit;
    const char *path; /* in a run's document */
} MEASURES[MEASURE_COUNT] = {
    [MEASURE_INSTRUCTIONS] = {"instructions", "instructions per inference",
                              "counts.instructions_per_inference"},
    [MEASURE_ROM] = {"rom_bytes", "bytes of ROM", "memory.flash.used_bytes"},
    [MEASURE_RAM] = {"ram_bytes", "bytes of RAM", "memory.ram.used_bytes"},
    [MEASURE_STACK] = {"stack_bytes", "bytes of stack", "memory.peak.stack_bytes"},
};

const char *measure_key(enum measure measure)
{
    return MEASURES[measure].key;
}

const char *measure_unit(enum measure measure)
{
    return MEASURES[measure].unit;
}

bool measure_of_run(const cJSON *run, enum measure measure, double *ret_value)
{
    return json_number_at(run, MEASURES[measure].path, ret_value);
}
