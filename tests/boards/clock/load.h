/* Every core of this machine kept busy by processes that do nothing else. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_CLOCK_LOAD_H
#define MICROTVM_QEMU_TESTS_BOARDS_CLOCK_LOAD_H

#include "base/child.h"
#include "base/error.h"

#include <stdbool.h>

enum { LOAD_MAX = 64 };

struct load {
    struct child children[LOAD_MAX];
    int count;
};

/* So many processes for each core (LOAD_MAX at most); they end with this process at the latest.
 * load_stop also after an error. */
bool load_start(int per_core, struct load *ret_load, struct error *err);
void load_stop(struct load *load);

#endif
