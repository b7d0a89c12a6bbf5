/* A board as its parts see it; nobody outside of this folder includes it.
 *   board       states and the rules between them
 *   serial.c    board.h's reading and writing, and read_memory what stands in memory
 *   power       on: QEMU up to the firmware's first byte; off
 *   loop        the one wait: what QEMU sends goes to the line, to QMP and to the board's life
 *   line/       the pty, and what the firmware says on it
 *   qemu/       the process: its command line, its place, its control channel
 *   diagnosis/  why a board is gone, or where it stands when it does not answer */
#ifndef MICROTVM_QEMU_BOARD_BOARD_STATE_H
#define MICROTVM_QEMU_BOARD_BOARD_STATE_H

#include "base/deadline.h"
#include "base/error.h"
#include "board/line/device_log.h"
#include "board/line/transport.h"
#include "board/machine.h"
#include "board/qemu/emulator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board {
    const struct machine *machine;
    const struct interrupt *interrupt;
    char *flash_path;
    char **extra_args; /* NULL-terminated */
    int gdbserver_port;
    int icount_shift;
    int boot_timeout_ms;
    size_t backlog_bytes; /* the most that the line keeps for its reader */
    bool debug;

    struct emulator emulator;
    struct transport transport;
    struct device_log log;
    bool open;
    bool fresh; /* booted by flash, and not opened since */
    bool dead;  /* cause says why; what the transport has kept can still be read */
    struct error cause;
    bool explained;           /* cause has what there is to know of the machine's memories */
    struct deadline nudge_at; /* when QEMU's main loop is to be woken up next */
    int nudge_ms;
    int64_t look_ns; /* how long it is silent before it is looked at whether that is in vain */
    struct deadline ends_by; /* QEMU has closed something, and ought to be gone by then */
    int64_t moved_ns; /* CLOCK_MONOTONIC: when the last byte went over the line, either way */
    int64_t asked_ns; /* when the last one went to the board, or it was switched on */
    uint64_t asked_received_bytes;        /* how many had come from it by then */
    char qemu_version[QMP_VERSION_BYTES]; /* "": not known yet */
    char log_text[LINE_RING_LINES * LINE_RING_LINE_BYTES];
};

#endif
