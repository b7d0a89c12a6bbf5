/* One QEMU process: its command line, its life and its last words. */
#ifndef MICROTVM_QEMU_BOARD_EMULATOR_H
#define MICROTVM_QEMU_BOARD_EMULATOR_H

#include "base/child.h"
#include "base/deadline.h"
#include "base/error.h"
#include "board/line/line_ring.h"
#include "board/machine.h"
#include "board/qemu/cpu_seat.h"
#include "board/qemu/qmp.h"

#include <stdbool.h>
#include <stdint.h>

struct emulator_options {
    const struct machine *machine; /* outlives the emulator */
    const char *firmware_path;     /* an ELF */
    int gdbserver_port;            /* 0: none */
    int icount_shift;              /* -1: off */
    const char *const *extra_args; /* NULL-terminated or NULL */
    bool debug;                    /* command line, QMP and QEMU's stderr to our stderr */
};

struct emulator {
    const struct machine *machine;
    struct child child;
    struct cpu_seat seat;
    char cookie[96]; /* an argument that only this QEMU has among our children; "": none yet */
    int exit_status; /* of wait(2), once ended */
    bool ended;
    bool debug;
    struct qmp qmp;
    int stderr_fd; /* QEMU's stdout and stderr; non-blocking */
    /* QEMU's own record of all that the firmware sent (its chardev logfile, in memory). When QEMU
     * ends, the kernel throws away what waits in the pty, a fault report with it; this keeps it. */
    int record_fd;
    uint64_t record_released_bytes; /* whose memory was given back */
    struct line_ring output;        /* stderr's last lines */
};

#define EMULATOR_NONE                                                                              \
    ((struct emulator){.child = CHILD_NONE,                                                        \
                       .seat = CPU_SEAT_NONE,                                                      \
                       .qmp = QMP_NONE,                                                            \
                       .stderr_fd = -1,                                                            \
                       .record_fd = -1})

/* Start QEMU, talk to it, and learn where its serial line is; the board does not exist yet, so
 * that the line can be opened before the first byte (a pty that nobody has open at that time is
 * looked at once a second only). *ret_emulator must be EMULATOR_NONE; it is set on failure, too,
 * so that its last words can be read: emulator_stop in any case.
 * Errors: ERROR_TOOL, ERROR_DEVICE, ERROR_TIMEOUT, ERROR_INTERRUPTED, ERROR_SYSTEM. The caller
 * frees *ret_pty_path. */
bool emulator_start(const struct emulator_options *options, struct deadline deadline,
                    const struct interrupt *interrupt, struct emulator *ret_emulator,
                    char **ret_pty_path, struct error *err);

/* Make the board and let its CPU run. QEMU's reply is not waited for: it can be late when the
 * firmware polls without pause. Errors: ERROR_DEVICE, ERROR_INTERNAL. */
bool emulator_run(struct emulator *emulator, const struct qmp_wait *wait, struct error *err);

/* Take in stderr and QMP messages without blocking. */
void emulator_pump(struct emulator *emulator);

/* Take in stderr alone: for whoever waits for a QMP reply, which emulator_pump would throw away. */
void emulator_pump_output(struct emulator *emulator);

/* Has QEMU ended? Waits up to deadline for it. */
bool emulator_ended(struct emulator *emulator, struct deadline deadline);

/* "qemu-system-arm: killed by SIGABRT" or "qemu-system-arm: still runs", then QEMU's last lines,
 * each after a newline. */
void emulator_last_words(const struct emulator *emulator, struct error *err);

/* After its end: up to capacity_bytes of what the firmware sent, from offset_bytes on (counted
 * from its start). Returns how many, 0 at the end. */
size_t emulator_record(const struct emulator *emulator, uint64_t offset_bytes, void *data,
                       size_t capacity_bytes);
/* The first end_bytes of the record are needed no more. */
void emulator_release_record(struct emulator *emulator, uint64_t end_bytes);

/* Halt the CPU: of one that runs, QEMU shows the registers of some while ago. *ret_halted is false
 * where it stood already, as a debugger can make it: then it must not be let go on. */
bool emulator_halt(struct emulator *emulator, const struct qmp_wait *wait, bool *ret_halted,
                   struct error *err);
bool emulator_go_on(struct emulator *emulator, const struct qmp_wait *wait, struct error *err);

/* What QEMU's monitor for people says to a command: "info registers". The caller frees *ret_text.
 */
bool emulator_monitor(struct emulator *emulator, const char *command, const struct qmp_wait *wait,
                      char **ret_text, struct error *err);

/* TERM, a short wait, KILL, reap; closes everything. Safe on EMULATOR_NONE and twice; output
 * stays. */
void emulator_stop(struct emulator *emulator);

#endif
