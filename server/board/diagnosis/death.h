/* The board's life, and why it ended. */
#ifndef MICROTVM_QEMU_BOARD_DEATH_H
#define MICROTVM_QEMU_BOARD_DEATH_H

#include "board/board_state.h"
#include "board/diagnosis/source_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The life is fed with what the loop saw: when QEMU has ended (process_ended: its pidfd says so),
 * or can't be used any more, find out why, and stop it. */
void life_take(struct board *board, bool process_ended);

/* QEMU has closed a channel: its end is to come, and tells more than the channel's. */
static inline bool life_is_ending(const struct board *board)
{
    return board->ends_by.at_ns != INT64_MAX;
}

/* The firmware that is in the flash. */
struct source_code board_source_code(const struct board *board);

/* What the source line begins with of a CPU that waits for an interrupt: in guest/boot/cpu.h, where
 * each architecture's CPU sleeps, and nowhere else. */
#define CPU_SLEEPS "cpu_wait_for_interrupt at "

/* The source line of the first pc in text, or why it is not known; into a caller's buffer. */
const char *death_source(const struct board *board, const char *text, char *buffer,
                         size_t buffer_size_bytes);

#endif
