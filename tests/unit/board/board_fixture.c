#include "unit/board/board_fixture.h"
#include "hostile/scratch.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { BOOT_MS = 60 * 1000 };

static char *no_args[] = {NULL};
struct machine machine = {
    .name = (char *)"fake_board",
    .qemu_program = (char *)BUILD_DIR "/tests/fake_qemu",
    .qemu_package = (char *)"qemu-package",
    .qemu_machine = (char *)"fake",
    .qemu_args = no_args,
    .toolchain_prefix = (char *)"no-such-",
    .architecture = (char *)"riscv",
};

struct error err;
struct board *board;
struct board_options options;
struct interrupt interrupt;
char data[BOARD_DATA_BYTES];

struct deadline long_time(void)
{
    return deadline_in_ms(BOOT_MS);
}

void make_board(void)
{
    scratch_make();
    scratch_write("firmware.elf", "an ELF");
    ck_assert(interrupt_open(&interrupt, &err));
    options = (struct board_options){.machine = &machine,
                                     .flash_path = strdup(scratch_path("flash.elf")),
                                     .interrupt = &interrupt,
                                     .icount_shift = -1,
                                     .boot_timeout_ms = BOOT_MS};
    ck_assert(board_new(&options, &board, &err));
}

/* No test leaves a process behind. */
void check_no_children(void)
{
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}

void free_board(void)
{
    board_free(board);
    free((char *)options.flash_path);
    interrupt_close(&interrupt);
    check_no_children();
    scratch_remove();
}

/* Another board with a short time to boot in. */
void hurry(void)
{
    board_free(board);
    options.boot_timeout_ms = HURRY_MS;
    ck_assert(board_new(&options, &board, &err));
}

struct board *another_board(void)
{
    struct board *other = NULL;
    ck_assert(board_new(&options, &other, &err));
    return other;
}

void set_fault(const char *name)
{
    char variable[64];
    snprintf(variable, sizeof(variable), "FAKE_QEMU_%s", name);
    ck_assert_int_eq(setenv(variable, "1", 1), 0);
}

bool flash(void)
{
    return board_flash(board, scratch_path("firmware.elf"), &err);
}

void flash_and_open(void)
{
    ck_assert_msg(flash(), "%s", err.text);
    ck_assert_msg(board_open(board, &err), "%s", err.text);
}

void check_error(bool result, enum error_kind kind, const char *text)
{
    ck_assert(!result);
    ck_assert_msg(err.kind == kind, "kind %d: %s", err.kind, err.text);
    ck_assert_msg(strstr(err.text, text), "\"%s\" is not in: %s", text, err.text);
}

/* One of the board's files is QEMU's pidfd; the others refuse the signal. */
void kill_qemu(void)
{
    struct pollfd fds[BOARD_PUMP_FDS];
    int killed = 0;
    int count = board_pump_fds(board, fds);
    for (int i = 0; i < count; i++)
        killed += syscall(SYS_pidfd_send_signal, fds[i].fd, SIGKILL, NULL, 0) == 0;
    ck_assert_int_eq(killed, 1);
}
