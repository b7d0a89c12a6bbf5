/* The virtual board: flash memory (a file), power (a QEMU process) and a serial line (a pty).
 *
 * States and rules are those of README's "virtual board":
 *  - flash copies an ELF into the board's flash file and boots QEMU from it; it succeeds only
 *    when the firmware's CPU ran and sent its first byte.
 *  - open gives a freshly booted firmware with stale bytes drained. The boot that flash did counts
 *    as fresh for the first open after it; any other open boots anew from the flash file.
 *  - QEMU never outlives this process, however that ends (PR_SET_PDEATHSIG, SIGKILL).
 *
 * The firmware's bytes are drained whenever this module waits, and board_pump must be called
 * whenever its pump fds are readable, because QEMU hangs whole when nobody reads its pty.
 * Drained bytes stay in memory until read: nothing is lost. More than BOARD_BACKLOG_BYTES that
 * nobody reads is an error, and the board is stopped.
 *
 * A device error's text carries the cause (QEMU's exit and its last stderr lines, the firmware's
 * fault registers with the source line of pc) and the firmware's last log lines. */
#ifndef MICROTVM_QEMU_BOARD_BOARD_H
#define MICROTVM_QEMU_BOARD_BOARD_H

#include "base/deadline.h"
#include "base/error.h"
#include "board/machine.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BOARD_BACKLOG_BYTES = 64 * 1024 * 1024,
    BOARD_BOOT_TIMEOUT_MS = 10 * 1000, /* a firmware that sends no byte for so long is not coming */
    BOARD_PUMP_FDS = 4,
};

struct board_options {
    const struct machine *machine;      /* not owned; outlives the board */
    const char *flash_path;             /* the flash: a file that this module writes; copied */
    const struct interrupt *interrupt;  /* not owned; outlives the board */
    int gdbserver_port;                 /* 0: none; else QEMU listens on 127.0.0.1:port */
    int icount_shift;                   /* -1: off; else -icount shift=N,sleep=off */
    const char *const *extra_qemu_args; /* as qemu_args.h allows; NULL-terminated or NULL; copied */
    bool debug;                         /* QEMU's command line and QMP to stderr */
    int boot_timeout_ms;                /* 0: BOARD_BOOT_TIMEOUT_MS */
};

struct board; /* opaque */

/* Allocates only. Errors: ERROR_INTERNAL (memory). */
bool board_new(const struct board_options *options, struct board **ret_board, struct error *err);
/* Stops QEMU (TERM, short wait, KILL, reap), closes everything, frees. NULL is fine. */
void board_free(struct board *board);

/* Blocks until the firmware's first byte, at most BOARD_BOOT_TIMEOUT_MS. An open transport is
 * closed first. Errors: ERROR_SYSTEM (copying the ELF), ERROR_TOOL (no QEMU), ERROR_DEVICE
 * (QEMU or firmware died or stayed silent), ERROR_INTERRUPTED. */
bool board_flash(struct board *board, const char *elf_path, struct error *err);

/* True when the flash file exists, also when another process flashed it. */
bool board_is_flashed(const struct board *board);
bool board_is_open(const struct board *board);

/* Errors: ERROR_STATE (open already; not flashed), else as board_flash. */
bool board_open(struct board *board, struct error *err);

/* Power off. Not open: a no-op. Never fails. */
void board_close(struct board *board);

/* Exactly size_bytes into data, or an error. On ERROR_TIMEOUT what has come stays for the next
 * read. ERROR_CLOSED: the device is gone, with the cause in the text; bytes that came before are
 * still delivered first. ERROR_STATE: not open. ERROR_USAGE: more than BOARD_BACKLOG_BYTES. */
bool board_read(struct board *board, void *data, size_t size_bytes, struct deadline deadline,
                struct error *err);
/* Between 1 and capacity bytes: whatever is there, waiting for the first one. */
bool board_read_some(struct board *board, void *data, size_t capacity_bytes, size_t *ret_size_bytes,
                     struct deadline deadline, struct error *err);
/* All bytes, or an error; drains the other direction meanwhile. */
bool board_write(struct board *board, const void *data, size_t size_bytes, struct deadline deadline,
                 struct error *err);

/* After a read or write that ended in ERROR_TIMEOUT, or at the interrupt's end: adds to the text
 * what the firmware does instead. "no progress for 5 s: not a byte came", and where its CPU stands:
 * pc, function, source line, the caller, and the other functions of a loop. Waits for QEMU's
 * answers, a fraction of a second. A board that is off adds nothing. Returns false. */
bool board_explain_timeout(struct board *board, struct error *err);

/* Is its clock that of the instructions that it has run, and not this computer's? */
bool board_counts_instructions(const struct board *board);

/* "7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)", as QEMU told when it started; NULL: it did not yet. The
 * board's own. */
const char *board_qemu_version(const struct board *board);

/* For a caller's own poll loop: up to BOARD_PUMP_FDS entries; returns how many (0 while off). */
int board_pump_fds(const struct board *board, struct pollfd *fds);
/* Take in all that is there without blocking. An error is kept for the next read or write. */
void board_pump(struct board *board);

/* The firmware's last log and console lines, oldest first, newline-separated; owned by the board,
 * valid until its next call. */
const char *board_last_log(const struct board *board);

#endif
