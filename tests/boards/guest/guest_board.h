/* A board under test_guest or test_clock: firmware built from guest/ with an app of the test's, in
 * a QEMU whose serial line is a socket. No server code but base/ takes part. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_GUEST_GUEST_BOARD_H
#define MICROTVM_QEMU_TESTS_BOARDS_GUEST_GUEST_BOARD_H

#include "base/child.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct guest_board {
    struct child qemu;
    int serial_fd;
};

enum { GUEST_ICOUNT_OFF = -1 };

/* Build the test firmware for the board of that definition in a new folder (a new string). */
bool guest_build(const char *definition, char **ret_dir, struct error *err);

/* Boot DIR/build/firmware.elf until it says that it is ready; icount_shift is QEMU's. */
bool guest_boot(const char *dir, int icount_shift, struct guest_board *ret_board,
                struct error *err);
void guest_stop(struct guest_board *board);

/* Whole or false: 10 s without a byte, or the board is gone. */
bool guest_send(struct guest_board *board, const void *data, size_t size_bytes);
bool guest_receive(struct guest_board *board, void *data, size_t size_bytes);

/* Bytes until the board is gone, NUL-terminated; NUL bytes become '?'. */
void guest_last_words(struct guest_board *board, char *text, size_t size_bytes);

#endif
