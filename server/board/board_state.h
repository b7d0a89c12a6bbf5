/* What the board's parts share; nobody outside of this folder includes it.
 *   board.c     states and the rules between them
 *   power.c     on: QEMU up to the firmware's first byte; off
 *   loop.c      the one wait: what QEMU sends goes to the line, to QMP and to the board's life
 *   serial.c    reading and writing, and read_memory.c what stands in memory
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
    struct deadline ends_by; /* QEMU has closed something, and ought to be gone by then */
    int64_t moved_ns; /* CLOCK_MONOTONIC: when the last byte went over the line, either way */
    int64_t asked_ns; /* when the last one went to the board, or it was switched on */
    uint64_t asked_received_bytes;        /* how many had come from it by then */
    char qemu_version[QMP_VERSION_BYTES]; /* "": not known yet */
    char log_text[LINE_RING_LINES * LINE_RING_LINE_BYTES];
};

/* Boot the flash's firmware up to its first byte. On failure the power is off again. */
bool power_on(struct board *board, struct error *err);
void power_off(struct board *board);

/* One turn of the board's only wait: until something came from QEMU, the line has room for bytes
 * (where that is asked for), or the deadline passed; then line, QMP and life have taken in what
 * came. A board that is off or dead is not waited for; one that dies is not an error of this
 * function. Errors: ERROR_INTERRUPTED, ERROR_SYSTEM. */
bool board_turn(struct board *board, bool for_room, struct deadline deadline, struct error *err);

/* board_pump; and where QEMU is about to end, wait for that (a second at most).
 * Errors: as board_turn. */
bool board_settle(struct board *board, struct error *err);

/* Something moved on the line: QEMU needs no nudge for a while. */
void board_rest_nudge(struct board *board);

/* Lines for an error's text: for how long a firmware has said nothing, where its CPU stands, the
 * function that called it, and the other ones that it goes through. Returns false. */
bool hang_explain(struct board *board, struct error *err);

/* The board's life is fed with what the loop saw: when QEMU has ended (process_ended: its pidfd
 * says so), or can't be used any more, find out why, and stop it. */
void life_take(struct board *board, bool process_ended);

/* It has closed a channel: its end is to come, and tells more than the channel's. */
static inline bool life_is_ending(const struct board *board)
{
    return board->ends_by.at_ns != INT64_MAX;
}

/* The firmware that is in the flash. */
struct source_code board_source_code(const struct board *board);

/* The source line of the first pc in text, or why it is not known; into a caller's buffer. */
const char *death_source(const struct board *board, const char *text, char *buffer,
                         size_t buffer_size_bytes);

#endif
