/* The board's rules, call by call and state by state, and every way in which QEMU can fail it. The
 * QEMU here is tests/fakes/fake_qemu.c; the real one is in tests/boards. */
#include "base/file.h"
#include "board/board.h"
#include "hostile/scratch.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BOOT_MS = 60 * 1000, SHORT_MS = 200 };

static char *no_args[] = {NULL};
static struct machine machine = {
    .name = (char *)"fake_board",
    .qemu_program = (char *)BUILD_DIR "/tests/fake_qemu",
    .qemu_package = (char *)"qemu-package",
    .qemu_machine = (char *)"fake",
    .qemu_args = no_args,
    .toolchain_prefix = (char *)"no-such-",
};

static struct error err;
static struct board *board;
static struct board_options options;
static struct interrupt interrupt;
static char data[64];

static struct deadline long_time(void)
{
    return deadline_in_ms(BOOT_MS);
}

static void make_board(void)
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
static void check_no_children(void)
{
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}

static void free_board(void)
{
    board_free(board);
    free((char *)options.flash_path);
    interrupt_close(&interrupt);
    check_no_children();
    scratch_remove();
}

/* Another board with a short time to boot in. */
static void hurry(void)
{
    board_free(board);
    options.boot_timeout_ms = SHORT_MS;
    ck_assert(board_new(&options, &board, &err));
}

static void set_fault(const char *name)
{
    char variable[64];
    snprintf(variable, sizeof(variable), "FAKE_QEMU_%s", name);
    ck_assert_int_eq(setenv(variable, "1", 1), 0);
}

static bool flash(void)
{
    return board_flash(board, scratch_path("firmware.elf"), &err);
}

static void flash_and_open(void)
{
    ck_assert_msg(flash(), "%s", err.text);
    ck_assert_msg(board_open(board, &err), "%s", err.text);
}

static void check_error(bool result, enum error_kind kind, const char *text)
{
    ck_assert(!result);
    ck_assert_msg(err.kind == kind, "kind %d: %s", err.kind, err.text);
    ck_assert_msg(strstr(err.text, text), "\"%s\" is not in: %s", text, err.text);
}

/* One of the board's files is QEMU's pidfd; the others refuse the signal. */
static void kill_qemu(void)
{
    struct pollfd fds[BOARD_PUMP_FDS];
    int killed = 0;
    int count = board_pump_fds(board, fds);
    for (int i = 0; i < count; i++)
        killed += pidfd_send_signal(fds[i].fd, SIGKILL, NULL, 0) == 0;
    ck_assert_int_eq(killed, 1);
}

/* ---- states ---- */

START_TEST(before_flash)
{
    struct pollfd fds[BOARD_PUMP_FDS];
    size_t size = 0;
    ck_assert(!board_is_flashed(board));
    ck_assert(!board_is_open(board));
    ck_assert_int_eq(board_pump_fds(board, fds), 0);
    board_pump(board);
    board_close(board);
    ck_assert_str_eq(board_last_log(board), "");
    check_error(board_open(board, &err), ERROR_STATE, "has no firmware: call flash first");
    check_error(board_read(board, data, 1, long_time(), &err), ERROR_STATE, "not open");
    check_error(board_read_some(board, data, 1, &size, long_time(), &err), ERROR_STATE, "not open");
    check_error(board_write(board, "x", 1, long_time(), &err), ERROR_STATE, "not open");
}
END_TEST

START_TEST(flashed_is_not_open)
{
    struct pollfd fds[BOARD_PUMP_FDS];
    ck_assert_msg(flash(), "%s", err.text);
    ck_assert(board_is_flashed(board));
    ck_assert(!board_is_open(board));
    ck_assert_int_eq(board_pump_fds(board, fds), BOARD_PUMP_FDS);
    check_error(board_read(board, data, 1, long_time(), &err), ERROR_STATE, "not open");
    board_close(board);
    ck_assert_msg(board_pump_fds(board, fds) == BOARD_PUMP_FDS, "close of a closed board");
}
END_TEST

START_TEST(open_reads_and_writes)
{
    size_t size = 0;
    flash_and_open();
    ck_assert(board_is_open(board));
    ck_assert(board_read(board, data, 1, long_time(), &err));
    ck_assert_int_eq(data[0], 'H');
    ck_assert(board_write(board, "abc", 3, long_time(), &err));
    ck_assert(board_read(board, data, 2, long_time(), &err));
    ck_assert_mem_eq(data, "ab", 2);
    ck_assert(board_read_some(board, data, sizeof(data), &size, long_time(), &err));
    ck_assert_uint_eq(size, 1);
    ck_assert_int_eq(data[0], 'c');
    check_error(board_open(board, &err), ERROR_STATE, "open already");
    ck_assert(board_is_open(board));
}
END_TEST

START_TEST(closed_is_off_and_opens_anew)
{
    struct pollfd fds[BOARD_PUMP_FDS];
    flash_and_open();
    for (int i = 0; i < 20; i++) {
        ck_assert(board_write(board, "stale", 5, long_time(), &err));
        board_close(board);
        ck_assert(!board_is_open(board));
        ck_assert_int_eq(board_pump_fds(board, fds), 0);
        check_no_children();
        check_error(board_read(board, data, 1, long_time(), &err), ERROR_STATE, "not open");
        board_close(board);
        ck_assert_msg(board_open(board, &err), "%s", err.text);
        ck_assert(board_read(board, data, 1, long_time(), &err));
        ck_assert_int_eq(data[0], 'H');
    }
}
END_TEST

START_TEST(flash_closes_what_is_open)
{
    flash_and_open();
    ck_assert_msg(flash(), "%s", err.text);
    ck_assert(!board_is_open(board));
    ck_assert(board_open(board, &err));
}
END_TEST

START_TEST(a_flash_of_another_process_counts)
{
    scratch_write("flash.elf", "an ELF");
    ck_assert(board_is_flashed(board));
    ck_assert_msg(board_open(board, &err), "%s", err.text);
}
END_TEST

START_TEST(flash_of_a_missing_file)
{
    check_error(board_flash(board, "/no/such.elf", &err), ERROR_SYSTEM, "/no/such.elf");
    ck_assert(!board_is_flashed(board));
}
END_TEST

/* ---- reading and writing ---- */

START_TEST(reads_are_exact_or_leave_all)
{
    size_t size = 7;
    flash_and_open();
    ck_assert(board_write(board, "12345", 5, long_time(), &err));
    ck_assert(board_read(board, data, 6, long_time(), &err));
    ck_assert_mem_eq(data, "H12345", 6);
    ck_assert(board_write(board, "678", 3, long_time(), &err));
    ck_assert(board_read(board, data, 1, long_time(), &err));
    check_error(board_read(board, data, 3, deadline_in_ms(20), &err), ERROR_TIMEOUT,
                "2 of 3 bytes");
    ck_assert(board_read(board, data, 2, deadline_in_ms(0), &err));
    ck_assert_mem_eq(data, "78", 2);
    check_error(board_read_some(board, data, 1, &size, deadline_in_ms(0), &err), ERROR_TIMEOUT,
                "0 of 1 bytes");
    ck_assert_uint_eq(size, 7);
}
END_TEST

START_TEST(strange_sizes)
{
    size_t size = 0;
    flash_and_open();
    ck_assert(board_read(board, data, 0, deadline_in_ms(0), &err));
    ck_assert(board_write(board, data, 0, deadline_in_ms(0), &err));
    check_error(board_read(board, data, (size_t)BOARD_BACKLOG_BYTES + 1, deadline_in_ms(0), &err),
                ERROR_USAGE, "at most");
    check_error(board_read_some(board, data, 0, &size, deadline_in_ms(0), &err), ERROR_USAGE, "0");
}
END_TEST

START_TEST(pumped_bytes_are_kept)
{
    flash_and_open();
    ck_assert(board_write(board, "abc", 3, long_time(), &err));
    struct pollfd fds[BOARD_PUMP_FDS];
    size_t size = 0;
    for (size_t got = 0; got < 4; got += size) {
        int ready = 0;
        int count = board_pump_fds(board, fds);
        ck_assert(wait_ready(fds, count, long_time(), NULL, &ready, &err));
        board_pump(board);
        size = 0;
        if (!board_read_some(board, data + got, sizeof(data) - got, &size, deadline_in_ms(0), &err))
            ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    }
    ck_assert_mem_eq(data, "Habc", 4);
}
END_TEST

START_TEST(a_deaf_board_times_a_write_out)
{
    static char much[1024 * 1024];
    set_fault("DEAF");
    flash_and_open();
    check_error(board_write(board, much, sizeof(much), deadline_in_ms(50), &err), ERROR_TIMEOUT,
                "of 1048576 bytes in time");
}
END_TEST

START_TEST(a_board_that_nobody_reads_is_stopped)
{
    set_fault("SPEWS");
    flash_and_open();
    struct pollfd fds[BOARD_PUMP_FDS];
    while (board_pump_fds(board, fds) > 0) {
        int ready = 0;
        ck_assert(wait_ready(fds, BOARD_PUMP_FDS, long_time(), NULL, &ready, &err));
        board_pump(board);
    }
    check_no_children();
    char *all = malloc(BOARD_BACKLOG_BYTES);
    ck_assert_msg(board_read(board, all, BOARD_BACKLOG_BYTES, deadline_in_ms(0), &err), "%s",
                  err.text);
    ck_assert_int_eq(all[0], 'H');
    free(all);
    check_error(board_read(board, data, BOARD_BACKLOG_BYTES, deadline_in_ms(0), &err), ERROR_CLOSED,
                "bytes that nobody read");
}
END_TEST

/* ---- interrupts ---- */

START_TEST(an_interrupt_ends_a_read)
{
    flash_and_open();
    raise(SIGTERM);
    check_error(board_read(board, data, 2, deadline_never(), &err), ERROR_INTERRUPTED, "SIGTERM");
}
END_TEST

START_TEST(an_interrupt_ends_a_boot)
{
    set_fault("NO_GREETING");
    raise(SIGINT);
    check_error(flash(), ERROR_INTERRUPTED, "SIGINT");
    check_no_children();
}
END_TEST

/* ---- a QEMU that fails ---- */

static const struct {
    const char *fault;
    const char *text;
    const char *more;
} BOOT_FAULTS[] = {
    {"EXITS", "fake_qemu: exit code 3", "no machine like that"},
    {"NONSENSE", "QEMU sent on its control socket: hello", "still runs"},
    {"NO_PTY", "QEMU opened no pty", ""},
    {"REFUSES", "QEMU refused to start it: not today", ""},
    {"FAULTS_AT_BOOT", "the firmware died: fault: fake pc=0x00001234", "fake_qemu: exit code 1"},
    {"FAULTS_AT_BOOT", "no-such-addr2line: no such program", "the board's last lines:\n  fault"},
};

enum { BOOT_FAULTS_COUNT = sizeof(BOOT_FAULTS) / sizeof(BOOT_FAULTS[0]) };

START_TEST(boot_fails)
{
    set_fault(BOOT_FAULTS[_i].fault);
    check_error(flash(), ERROR_DEVICE, BOOT_FAULTS[_i].text);
    check_error(false, ERROR_DEVICE, BOOT_FAULTS[_i].more);
    check_error(false, ERROR_DEVICE, "board \"fake_board\" did not boot: ");
    check_no_children();
    ck_assert_msg(board_is_flashed(board), "what was flashed stays");
    check_error(board_open(board, &err), ERROR_DEVICE, BOOT_FAULTS[_i].text);
    ck_assert(!board_is_open(board));
}
END_TEST

START_TEST(boot_without_greeting_times_out)
{
    set_fault("NO_GREETING");
    hurry();
    check_error(flash(), ERROR_DEVICE, "QEMU does not answer");
}
END_TEST

START_TEST(a_silent_firmware_is_located)
{
    set_fault("SILENT");
    hurry();
    check_error(flash(), ERROR_DEVICE, "sent no byte within 200 ms");
    check_error(false, ERROR_DEVICE, "its CPU stands at pc=0x00001234");
}
END_TEST

START_TEST(a_pty_that_is_not_there)
{
    set_fault("BAD_PTY");
    check_error(flash(), ERROR_SYSTEM, "/no/such/pty");
}
END_TEST

START_TEST(a_missing_qemu_names_its_package)
{
    machine.qemu_program = (char *)"no-such-qemu";
    check_error(flash(), ERROR_TOOL, "qemu-package");
}
END_TEST

START_TEST(a_chatty_qemu_is_listened_to)
{
    set_fault("CHATTY");
    flash_and_open();
    ck_assert(board_read(board, data, 1, long_time(), &err));
}
END_TEST

START_TEST(death_comes_after_the_bytes_before_it)
{
    set_fault("DIES_AFTER_BOOT");
    scratch_write("flash.elf", "an ELF");
    if (!board_open(board, &err)) { /* it may die while it boots, too */
        check_error(false, ERROR_DEVICE, "exit code 3");
        return;
    }
    ck_assert_msg(board_read(board, data, 1, long_time(), &err), "%s", err.text);
    ck_assert_int_eq(data[0], 'H');
    for (int i = 0; i < 2; i++) {
        check_error(board_read(board, data, 1, deadline_never(), &err), ERROR_CLOSED,
                    "fake_qemu: exit code 3");
        check_error(board_write(board, "x", 1, deadline_never(), &err), ERROR_CLOSED,
                    "fake_qemu: exit code 3");
    }
    ck_assert_msg(board_is_open(board), "until it is closed");
    board_close(board);
    unsetenv("FAKE_QEMU_DIES_AFTER_BOOT");
    ck_assert_msg(board_open(board, &err), "%s", err.text);
}
END_TEST

/* The kernel drops what is in a pty whose other end closes. */
START_TEST(last_bytes_are_not_lost)
{
    static const char sent[] = "H\xff\nfault: fake pc=0x00001234\n";
    set_fault("DIES_SPEAKING");
    scratch_write("flash.elf", "an ELF");
    ck_assert_msg(board_open(board, &err), "%s", err.text);
    ck_assert_msg(board_write(board, "x", 1, long_time(), &err), "%s", err.text);
    ck_assert_msg(board_read(board, data, strlen(sent), deadline_never(), &err), "%s", err.text);
    ck_assert_mem_eq(data, sent, strlen(sent));
    check_error(board_read(board, data, 1, deadline_never(), &err), ERROR_CLOSED,
                "the firmware died: fault: fake pc=0x00001234");
    check_error(false, ERROR_CLOSED, "killed by SIGABRT");
    ck_assert_ptr_nonnull(strstr(board_last_log(board), "fault: fake pc=0x00001234"));
}
END_TEST

START_TEST(a_death_between_flash_and_open_is_told_once)
{
    ck_assert_msg(flash(), "%s", err.text);
    kill_qemu();
    struct pollfd fds[BOARD_PUMP_FDS];
    while (board_pump_fds(board, fds) > 0) {
        int ready = 0;
        ck_assert(wait_ready(fds, BOARD_PUMP_FDS, long_time(), NULL, &ready, &err));
        board_pump(board);
    }
    check_error(board_open(board, &err), ERROR_DEVICE, "died after it was flashed");
    check_error(false, ERROR_DEVICE, "killed by SIGKILL");
    ck_assert_msg(board_open(board, &err), "%s", err.text);
}
END_TEST

START_TEST(a_qemu_that_closes_a_channel_is_stopped)
{
    static const char *const faults[] = {"CLOSES_PTY", "CLOSES_QMP"};
    static const char *const texts[] = {"QEMU closed the serial line, but did not end",
                                        "QEMU closed its control socket, but did not end"};
    set_fault(faults[_i]);
    scratch_write("flash.elf", "an ELF");
    if (!board_open(board, &err)) {
        check_error(false, ERROR_DEVICE, texts[_i]);
        return;
    }
    check_error(board_read(board, data, 2, deadline_never(), &err), ERROR_CLOSED, texts[_i]);
    check_no_children();
}
END_TEST

START_TEST(a_qemu_that_ignores_sigterm_dies)
{
    set_fault("IGNORES_TERM");
    flash_and_open();
    board_close(board);
    check_no_children();
}
END_TEST

START_TEST(no_file_is_left_open)
{
    int before = 0;
    int after = 0;
    for (int i = 0; i < 3; i++) {
        after = 0;
        flash_and_open();
        board_close(board);
        DIR *dir = opendir("/proc/self/fd");
        ck_assert_ptr_nonnull(dir);
        while (readdir(dir))
            after++;
        closedir(dir);
        if (i == 0)
            before = after;
    }
    ck_assert_int_eq(before, after);
}
END_TEST

static void add_state_tests(TCase *tests)
{
    tcase_add_test(tests, before_flash);
    tcase_add_test(tests, flashed_is_not_open);
    tcase_add_test(tests, open_reads_and_writes);
    tcase_add_test(tests, closed_is_off_and_opens_anew);
    tcase_add_test(tests, flash_closes_what_is_open);
    tcase_add_test(tests, a_flash_of_another_process_counts);
    tcase_add_test(tests, flash_of_a_missing_file);
    tcase_add_test(tests, reads_are_exact_or_leave_all);
    tcase_add_test(tests, strange_sizes);
    tcase_add_test(tests, pumped_bytes_are_kept);
    tcase_add_test(tests, a_deaf_board_times_a_write_out);
    tcase_add_test(tests, a_board_that_nobody_reads_is_stopped);
    tcase_add_test(tests, an_interrupt_ends_a_read);
    tcase_add_test(tests, an_interrupt_ends_a_boot);
}

static void add_failure_tests(TCase *tests)
{
    tcase_add_loop_test(tests, boot_fails, 0, BOOT_FAULTS_COUNT);
    tcase_add_test(tests, boot_without_greeting_times_out);
    tcase_add_test(tests, a_silent_firmware_is_located);
    tcase_add_test(tests, a_pty_that_is_not_there);
    tcase_add_test(tests, a_missing_qemu_names_its_package);
    tcase_add_test(tests, a_chatty_qemu_is_listened_to);
    tcase_add_test(tests, death_comes_after_the_bytes_before_it);
    tcase_add_test(tests, last_bytes_are_not_lost);
    tcase_add_test(tests, a_death_between_flash_and_open_is_told_once);
    tcase_add_loop_test(tests, a_qemu_that_closes_a_channel_is_stopped, 0, 2);
    tcase_add_test(tests, a_qemu_that_ignores_sigterm_dies);
    tcase_add_test(tests, no_file_is_left_open);
}

int main(void)
{
    TCase *tests = tcase_create("board");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, make_board, free_board);
    add_state_tests(tests);
    add_failure_tests(tests);
    Suite *suite = suite_create("board");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
