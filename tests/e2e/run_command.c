#include "e2e/run_command.h"

#include "base/child.h"

#include <check.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { MAX_ARGUMENTS = 32, RUN_TIMEOUT_MS = 240000 };

const char *const RUN_BOARDS[RUN_BOARDS_COUNT] = {"qemu_cortex_m3", "mps2_an385", "qemu_riscv32"};
char run_output[65536];

static void keep_line(void *context, const char *line)
{
    (void)context;
    size_t used = strlen(run_output);
    snprintf(run_output + used, sizeof(run_output) - used, "%s\n", line);
}

int run_command(const char *first, ...)
{
    const char *argv[MAX_ARGUMENTS] = {BUILD_DIR "/bin/microtvm-qemu", "run", first};
    struct error err;
    int status;
    int argc = 3;
    va_list args;
    va_start(args, first);
    while (argc < MAX_ARGUMENTS - 1 && (argv[argc] = va_arg(args, const char *)))
        argc++;
    va_end(args);
    struct child_options options = {.argv = argv, .stdin_fd = -1, .parent_death_signal = SIGTERM};
    run_output[0] = '\0';
    ck_assert_msg(
        child_run(&options, deadline_in_ms(RUN_TIMEOUT_MS), NULL, keep_line, NULL, &status, &err),
        "%s", err.text);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
