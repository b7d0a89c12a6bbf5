/* One QEMU process: its start, its life and its last words. */
#ifndef MICROTVM_QEMU_BOARD_EMULATOR_H
#define MICROTVM_QEMU_BOARD_EMULATOR_H

#include "base/child.h"
#include "base/deadline.h"
#include "base/error.h"
#include "board/line/line_ring.h"
#include "board/machine.h"
#include "board/qemu/command_line.h"
#include "board/qemu/cpu_seat.h"
#include "board/qemu/qmp.h"

#include <stdbool.h>
#include <stdint.h>

struct emulator {
    const struct machine *machine;
    struct child child;
    struct cpu_seat seat;
    char cookie[96]; /* an argument that only this QEMU has among our children; "": none yet */
    int exit_status; /* of wait(2), once ended */
    bool ended;
    bool debug;
    struct qmp qmp;
    int stderr_fd;           /* QEMU's stdout and stderr; non-blocking */
    struct line_ring output; /* stderr's last lines */
};

#define EMULATOR_NONE                                                                              \
    ((struct emulator){                                                                            \
        .child = CHILD_NONE, .seat = CPU_SEAT_NONE, .qmp = QMP_NONE, .stderr_fd = -1})

/* Start QEMU; its CPU runs from then on. Does not wait for any of its answers. *ret_emulator must
 * be EMULATOR_NONE; emulator_stop in any case. Errors: as child_start. */
bool emulator_start(const struct emulator_options *options, struct deadline deadline,
                    const struct interrupt *interrupt, struct emulator *ret_emulator,
                    struct error *err);

/* Take in stderr without blocking. */
void emulator_take_output(struct emulator *emulator);

/* Has QEMU ended? Then all that it wrote to stderr has been taken in, too. Does not block. */
bool emulator_ended(struct emulator *emulator);

/* "qemu-system-arm: killed by SIGABRT" or "qemu-system-arm: still runs", then QEMU's last lines,
 * each after a newline. */
void emulator_last_words(struct emulator *emulator, struct error *err);

/* TERM, a short wait, KILL, reap; closes everything. Safe on EMULATOR_NONE and twice; output
 * stays. */
void emulator_stop(struct emulator *emulator);

#endif
