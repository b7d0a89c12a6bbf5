/* The boards of qemu-machines, as test_guest and test_clock see them: every *.json there. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_GUEST_MACHINE_H
#define MICROTVM_QEMU_TESTS_BOARDS_GUEST_MACHINE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUEST_NAME_SIZE = 64 };

struct guest_machine {
    char name[GUEST_NAME_SIZE];
    char uart_driver[GUEST_NAME_SIZE];
    char timer_driver[GUEST_NAME_SIZE];
    uint64_t timer_clock_hz;
    uint64_t ram_size_bytes;
    bool is_armv6m;  /* a Cortex-M0: no memory protection, and GCC makes no jump of a last call */
    bool is_missing; /* the QEMU of this computer has no such machine */
    /* The first by name, of those that are not missing, that has its driver. */
    bool is_first_of_uart;
    bool is_first_of_timer;
};

struct guest_machines {
    struct guest_machine *items; /* sorted by name */
    size_t count;
};

/* A QEMU that is not installed is an error; one without the machine is not. */
bool guest_machines_find(struct guest_machines *ret_machines, struct error *err);

/* Also after an error, and twice. */
void guest_machines_dispose(struct guest_machines *machines);

#endif
