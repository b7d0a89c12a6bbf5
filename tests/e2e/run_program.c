#include "e2e/run_program.h"

#include "base/child.h"

#include <check.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { TIMEOUT_MS = 240 * 1000, ARGUMENTS_MOST = 62 };

const char *const RUN_BOARDS[RUN_BOARDS_COUNT] = {"qemu_cortex_m3", "mps2_an385", "qemu_riscv32"};
char program_output[PROGRAM_OUTPUT_BYTES];

static void keep_line(void *context, const char *line)
{
    size_t *used = context;
    int length = snprintf(program_output + *used, sizeof(program_output) - *used, "%s\n", line);
    if (length > 0 && *used + (size_t)length < sizeof(program_output))
        *used += (size_t)length;
}

int program_run_other(const char *const *argv)
{
    struct error err;
    size_t used = 0;
    int status = 0;
    struct child_options options = {.argv = argv, .stdin_fd = -1, .parent_death_signal = SIGTERM};
    program_output[0] = '\0';
    bool good =
        child_run(&options, deadline_in_ms(TIMEOUT_MS), NULL, keep_line, &used, &status, &err);
    ck_assert_msg(good, "%s", err.text);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int program_run_list(const char *const *arguments)
{
    const char *argv[ARGUMENTS_MOST + 2] = {BUILD_DIR "/bin/microtvm-qemu"};
    for (int i = 0; arguments[i]; i++) {
        ck_assert_int_lt(i, ARGUMENTS_MOST);
        argv[i + 1] = arguments[i];
    }
    return program_run_other(argv);
}

int program_run(const char *first, ...)
{
    const char *arguments[ARGUMENTS_MOST + 1] = {first};
    va_list more;
    va_start(more, first);
    for (int i = 1; i <= ARGUMENTS_MOST && arguments[i - 1]; i++)
        arguments[i] = va_arg(more, const char *);
    va_end(more);
    ck_assert_ptr_null(arguments[ARGUMENTS_MOST]);
    return program_run_list(arguments);
}
