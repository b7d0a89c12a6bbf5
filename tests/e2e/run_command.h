/* `microtvm-qemu run` as a subprocess, for tests. */
#ifndef MICROTVM_QEMU_TESTS_RUN_COMMAND_H
#define MICROTVM_QEMU_TESTS_RUN_COMMAND_H

#define MODELS SOURCE_DIR "/tests/models"

enum { RUN_BOARDS_COUNT = 3, RUN_TEST_TIMEOUT_S = 300 };

extern const char *const RUN_BOARDS[RUN_BOARDS_COUNT];

/* microtvm-qemu run ARG... NULL, with TMPDIR as it is; its exit code, -1 when a signal ended it. */
int run_command(const char *first, ...);

/* All that it printed. */
extern char run_output[65536];

#define ASSERT_SAYS(text) ck_assert_msg(strstr(run_output, (text)) != NULL, "%s", run_output)

#endif
