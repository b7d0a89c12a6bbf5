/* The firmwares of test_board_real: firmware/firmware.c, cross-compiled for each target and in each
 * variant when the test program starts. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_REAL_BOARD_FIRMWARE_H
#define MICROTVM_QEMU_TESTS_BOARDS_REAL_BOARD_FIRMWARE_H

#include <stddef.h>

struct firmware_target {
    const char *board;
    const char *definition; /* of one whose line is a UART, which the firmware drives */
    const char *compiler;
    const char *flags[16];
    size_t echo_bytes; /* what its UART can echo in some seconds */
};

enum { FIRMWARE_TARGETS = 2 };

extern const struct firmware_target firmware_targets[FIRMWARE_TARGETS];

/* Into a new folder. Ends the program with the compiler's output when one fails. */
void firmware_compile_all(void);
void firmware_remove_all(void);

/* variant: "NORMAL", "BOOT_FAULT" or "BOOT_SILENT". Valid until the next call. */
const char *firmware_path(const struct firmware_target *target, const char *variant);

#endif
