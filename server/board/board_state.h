/* What the board's parts share; nobody outside of this folder includes it.
 *   board.c     states and the rules between them
 *   power.c     on: QEMU up to the firmware's first byte; off
 *   serial.c    reading, writing, waiting
 *   line/       the pty, and what the firmware says on it
 *   qemu/       the process: its command line, its place, its control channel
 *   diagnosis/  why a board is gone, or where it stands when it does not answer */
#ifndef MICROTVM_QEMU_BOARD_BOARD_STATE_H
#define MICROTVM_QEMU_BOARD_BOARD_STATE_H

#include "board/board.h"
#include "board/diagnosis/source_line.h"
#include "board/line/device_log.h"
#include "board/line/transport.h"
#include "board/qemu/emulator.h"

struct board {
    const struct machine *machine;
    const struct interrupt *interrupt;
    char *flash_path;
    char **extra_args; /* NULL-terminated */
    int gdbserver_port;
    int icount_shift;
    int boot_timeout_ms;
    bool debug;

    struct emulator emulator;
    struct transport transport;
    struct device_log log;
    bool open;
    bool fresh; /* booted by flash, and not opened since */
    bool dead;  /* cause says why; what the transport has kept can still be read */
    struct error cause;
    struct deadline nudge_at; /* when QEMU's main loop is to be woken up next */
    int nudge_ms;
    int64_t moved_ns; /* CLOCK_MONOTONIC: when the last byte went over the line, either way */
    int64_t asked_ns; /* when the last one went to the board, or it was switched on */
    uint64_t asked_received_bytes;        /* how many had come from it by then */
    char qemu_version[QMP_VERSION_BYTES]; /* "": not known yet */
    char log_text[LINE_RING_LINES * LINE_RING_LINE_BYTES];
};

/* Boot the flash's firmware up to its first byte. On failure the power is off again. */
bool power_on(struct board *board, struct error *err);
void power_off(struct board *board);

/* Wait until the serial line is readable (or writable, when asked for), until something else
 * happened to QEMU, or until the deadline; then take in what is there. A board that dies is not an
 * error of this function. Errors: ERROR_INTERRUPTED, ERROR_SYSTEM. */
bool serial_wait(struct board *board, bool writable, struct deadline deadline, struct error *err);

/* Without waiting. */
void serial_take_in(struct board *board);

/* Lines for an error's text: for how long a firmware has said nothing, where its CPU stands, the
 * function that called it, and the other ones that it goes through. Returns false. */
bool hang_explain(struct board *board, struct error *err);

/* To wait for a reply of QMP while all else that QEMU sends is taken in. */
struct qmp_wait board_qmp_wait(struct board *board, struct deadline deadline);

/* Look whether the board still lives; if not, find out why and stop QEMU. */
void death_check(struct board *board);

/* The firmware that is in the flash. */
struct source_code board_source_code(const struct board *board);

/* The source line of the first pc in text, or why it is not known; into a caller's buffer. */
const char *death_source(const struct board *board, const char *text, char *buffer,
                         size_t buffer_size_bytes);

#endif
