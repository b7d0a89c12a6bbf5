/* microtvm-qemu as a subprocess, and all that it prints. */
#ifndef MICROTVM_QEMU_TESTS_RUN_PROGRAM_H
#define MICROTVM_QEMU_TESTS_RUN_PROGRAM_H

#include <stddef.h>

#define MODELS SOURCE_DIR "/tests/models"

/* Where a test can't try every board: a small one, one whose UART holds a byte, another
 * architecture. */
enum { RUN_BOARDS_COUNT = 3, RUN_TEST_TIMEOUT_S = 300 };
extern const char *const RUN_BOARDS[RUN_BOARDS_COUNT];

enum { PROGRAM_OUTPUT_BYTES = 256 * 1024 };

/* What the last program printed, both streams, as far as there was room. */
extern char program_output[PROGRAM_OUTPUT_BYTES];

/* Run "microtvm-qemu" with these arguments, of which NULL is the last; its exit code, -1 when a
 * signal ended it. Aborts the test when it cannot be run or does not end. */
int program_run(const char *first, ...) __attribute__((sentinel));
int program_run_list(const char *const *arguments);

/* The same for any program. */
int program_run_other(const char *const *argv);

#define ASSERT_PRINTED(text)                                                                       \
    ck_assert_msg(strstr(program_output, (text)) != NULL, "no \"%s\" in: %s", text, program_output)

#endif
