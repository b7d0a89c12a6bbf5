/* What a case takes, as it is limited and compared. */
#ifndef MICROTVM_QEMU_REGRESS_SUITE_MEASURE_H
#define MICROTVM_QEMU_REGRESS_SUITE_MEASURE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

enum measure { MEASURE_INSTRUCTIONS, MEASURE_ROM, MEASURE_RAM, MEASURE_STACK, MEASURE_COUNT };

/* "instructions", "rom_bytes": the key in suites, baselines and reports. */
const char *measure_key(enum measure measure);
/* What it is called in a message, "bytes of ROM". */
const char *measure_unit(enum measure measure);

/* What a run's document tells of it. False: it does not. */
bool measure_of_run(const cJSON *run, enum measure measure, double *ret_value);

#endif
