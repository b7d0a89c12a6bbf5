/* The board on real QEMUs, with a firmware of a few lines (firmware/firmware.c) that is compiled
 * here: speed of the first byte, exact bytes both ways, and every way to die. */
#include "base/child.h"
#include "board/board.h"
#include "boards/real/board_firmware.h"
#include "boards/real/qemu_process.h"
#include "hostile/scratch.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONG_MS = 120 * 1000, BOOT_MS = 60 * 1000, SHORT_MS = 300 };

static struct error err;
static struct machine machine;
static struct board *board;
static struct board_options options;
static struct interrupt interrupt;
static const struct firmware_target *target;
static uint8_t *sent;
static uint8_t *received;

static struct deadline long_time(void)
{
    return deadline_in_ms(LONG_MS);
}

/* ---- one board per test ---- */

static void set_up(void)
{
    scratch_make();
    ck_assert(interrupt_open(&interrupt, &err));
}

static void make_board(int index)
{
    target = &firmware_targets[index];
    ck_assert_msg(machine_load_file(target->definition, &machine, &err), "%s", err.text);
    options = (struct board_options){.machine = &machine,
                                     .flash_path = strdup(scratch_path("flash.elf")),
                                     .interrupt = &interrupt,
                                     .icount_shift = -1,
                                     .boot_timeout_ms = BOOT_MS};
    ck_assert(board_new(&options, &board, &err));
}

static void tear_down(void)
{
    board_free(board);
    machine_dispose(&machine);
    free((char *)options.flash_path);
    free(sent);
    free(received);
    interrupt_close(&interrupt);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
    scratch_remove();
}

static bool flash(const char *variant)
{
    return board_flash(board, firmware_path(target, variant), &err);
}

/* Open, and HELLO read. */
static void open_board(void)
{
    char hello = 0;
    ck_assert_msg(board_open(board, &err), "%s", err.text);
    ck_assert_msg(board_read(board, &hello, 1, long_time(), &err), "%s", err.text);
    ck_assert_int_eq(hello, 'H');
}

static void start(int index, char command)
{
    make_board(index);
    ck_assert_msg(flash("NORMAL"), "%s", err.text);
    open_board();
    ck_assert_msg(board_write(board, &command, 1, long_time(), &err), "%s", err.text);
}

static void check_error(bool result, enum error_kind kind, const char *text)
{
    ck_assert(!result);
    ck_assert_msg(err.kind == kind, "kind %d: %s", err.kind, err.text);
    ck_assert_msg(strstr(err.text, text), "\"%s\" is not in: %s", text, err.text);
}

static void make_data(size_t size_bytes)
{
    sent = malloc(size_bytes);
    received = calloc(1, size_bytes);
    srand(7);
    for (size_t i = 0; i < size_bytes; i++)
        sent[i] = (uint8_t)rand();
}

/* ---- where it runs ---- */

START_TEST(its_threads_share_a_cpu)
{
    start(_i, 's');
    check_threads(qemu_pid(board));
}
END_TEST

/* ---- life ---- */

START_TEST(echo_of_much_in_one_piece)
{
    start(_i, 'e');
    make_data(target->echo_bytes);
    ck_assert_msg(board_write(board, sent, target->echo_bytes, long_time(), &err), "%s", err.text);
    ck_assert_msg(board_read(board, received, target->echo_bytes, long_time(), &err), "%s",
                  err.text);
    ck_assert_mem_eq(received, sent, target->echo_bytes);
}
END_TEST

START_TEST(echo_in_small_pieces)
{
    enum { TOTAL = 3000 };
    start(_i, 'e');
    make_data(TOTAL);
    size_t done = 0;
    for (size_t step = 1; done < TOTAL; step = step % 13 + 1) {
        size_t size = step < TOTAL - done ? step : TOTAL - done;
        ck_assert(board_write(board, sent + done, size, long_time(), &err));
        ck_assert_msg(board_read(board, received + done, size, long_time(), &err), "%s", err.text);
        done += size;
    }
    ck_assert_mem_eq(received, sent, TOTAL);
}
END_TEST

/* A pty that QEMU finds unopened is looked at once a second: all of 10 boots would take that. */
START_TEST(the_first_byte_takes_no_second)
{
    enum { BOOTS = 10, ONE_SECOND_NS = 1000 * 1000 * 1000 };
    start(_i, 'e');
    int64_t fastest_ns = INT64_MAX;
    for (int i = 0; i < BOOTS; i++) {
        char byte = 0;
        board_close(board);
        open_board();
        ck_assert(board_write(board, "e", 1, long_time(), &err));
        int64_t start_ns = clock_now_ns();
        ck_assert(board_write(board, "x", 1, long_time(), &err));
        ck_assert_msg(board_read(board, &byte, 1, long_time(), &err), "%s", err.text);
        int64_t took_ns = clock_now_ns() - start_ns;
        fastest_ns = took_ns < fastest_ns ? took_ns : fastest_ns;
    }
    ck_assert_int_lt(fastest_ns, ONE_SECOND_NS / 4);
}
END_TEST

START_TEST(many_boots_in_a_row)
{
    start(_i, 's');
    for (int i = 0; i < 20; i++) {
        board_close(board);
        open_board();
    }
}
END_TEST

START_TEST(what_came_before_a_time_out_stays)
{
    start(_i, 'e');
    make_data(8);
    ck_assert(board_write(board, "abc", 3, long_time(), &err));
    ck_assert(board_read(board, received, 1, long_time(), &err));
    check_error(board_read(board, received + 1, 7, deadline_in_ms(SHORT_MS), &err), ERROR_TIMEOUT,
                "2 of 7 bytes");
    ck_assert(board_read(board, received + 1, 2, deadline_in_ms(0), &err));
    ck_assert_mem_eq(received, "abc", 3);
    check_error(board_read(board, received, 1, deadline_in_ms(0), &err), ERROR_TIMEOUT, "0 of 1");
}
END_TEST

START_TEST(instructions_can_be_counted)
{
    make_board(_i);
    board_free(board);
    options.icount_shift = 4;
    ck_assert(board_new(&options, &board, &err));
    ck_assert_msg(flash("NORMAL"), "%s", err.text);
    open_board();
    ck_assert(board_write(board, "ex", 2, long_time(), &err));
    char byte = 0;
    ck_assert_msg(board_read(board, &byte, 1, long_time(), &err), "%s", err.text);
    ck_assert_int_eq(byte, 'x');
}
END_TEST

START_TEST(a_spewing_firmware_can_be_closed)
{
    enum { SOME = 100 * 1000 };
    start(_i, 'w');
    make_data(SOME);
    ck_assert_msg(board_read(board, received, SOME, long_time(), &err), "%s", err.text);
    for (size_t i = 0; i < SOME; i++)
        ck_assert_int_eq(received[i], 'w');
    board_close(board);
    open_board();
}
END_TEST

/* ---- death ---- */

START_TEST(a_fault_is_reported_with_its_line)
{
    char text[64] = "";
    start(_i, 'l');
    const char *said = "about to fault\n\xff\nfault: test pc=0x";
    ck_assert_msg(board_read(board, text, strlen(said), long_time(), &err), "%s", err.text);
    ck_assert_str_eq(text, said);
    check_error(board_read(board, text, sizeof(text), deadline_never(), &err), ERROR_CLOSED,
                "the firmware died: fault: test pc=0x");
    check_error(false, ERROR_CLOSED, "at fault_on_purpose at ");
    check_error(false, ERROR_CLOSED, "firmware.c:");
    check_error(false, ERROR_CLOSED, "  Habout to fault\n");
    check_error(board_write(board, "x", 1, deadline_never(), &err), ERROR_CLOSED, "died");
    board_close(board);
    open_board();
}
END_TEST

START_TEST(a_fault_at_boot_fails_the_flash)
{
    make_board(_i);
    check_error(flash("BOOT_FAULT"), ERROR_DEVICE, "did not boot: the firmware died: fault: test");
    check_error(false, ERROR_DEVICE, "at fault_on_purpose at ");
    ck_assert_msg(flash("NORMAL"), "%s", err.text);
}
END_TEST

START_TEST(a_silent_firmware_is_located)
{
    make_board(_i);
    board_free(board);
    options.boot_timeout_ms = 2000;
    ck_assert(board_new(&options, &board, &err));
    check_error(flash("BOOT_SILENT"), ERROR_DEVICE,
                "sent no byte within 2000 ms\nno progress for ");
    check_error(false, ERROR_DEVICE, "spin at ");
}
END_TEST

START_TEST(a_file_that_is_no_firmware)
{
    make_board(_i);
    scratch_write("text.elf", "no ELF");
    options.boot_timeout_ms = 2000; /* QEMU may take any file as an image, and run it */
    board_free(board);
    ck_assert(board_new(&options, &board, &err));
    check_error(board_flash(board, scratch_path("text.elf"), &err), ERROR_DEVICE, "did not boot: ");
}
END_TEST

/* Its monitor is asked where the CPU stands, and says nothing. */
START_TEST(a_qemu_that_stands_still)
{
    start(_i, 's');
    ck_assert_int_eq(kill(qemu_pid(board), SIGSTOP), 0);
    error_set(&err, ERROR_TIMEOUT, 0, "no answer");
    check_error(board_explain_timeout(board, &err), ERROR_TIMEOUT,
                "QEMU does not answer\n  a signal has stopped QEMU, process ");
    ck_assert_int_eq(kill(qemu_pid(board), SIGCONT), 0);
}
END_TEST

/* Somebody else kills QEMU a moment after we began to wait. */
START_TEST(a_killed_qemu_is_noticed)
{
    char byte = 0;
    char script[128];
    start(_i, 's');
    struct child killer = CHILD_NONE;
    snprintf(script, sizeof(script), "sleep 0.2; kill -KILL %d", (int)qemu_pid(board));
    const char *const argv[] = {"sh", "-c", script, NULL};
    struct child_options child = {.argv = argv,
                                  .stdin_fd = -1,
                                  .stdout_fd = -1,
                                  .stderr_fd = -1,
                                  .parent_death_signal = SIGKILL};
    ck_assert(child_start(&child, deadline_in_ms(60000), NULL, &killer, &err));
    check_error(board_read(board, &byte, 1, deadline_never(), &err), ERROR_CLOSED,
                "killed by SIGKILL");
    child_stop(&killer, LONG_MS);
}
END_TEST

/* A process that holds a board is killed: its QEMU must go, too. */
START_TEST(no_qemu_outlives_its_server)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t server = fork();
    ck_assert_int_ge(server, 0);
    if (server == 0) {
        start(_i, 's');
        pid_t pid = qemu_pid(board);
        ck_assert_int_eq(write(ends[1], &pid, sizeof(pid)), sizeof(pid));
        for (;;)
            pause();
    }
    close(ends[1]); /* or a server that fails is waited for */
    pid_t qemu = 0;
    ck_assert_int_eq(read(ends[0], &qemu, sizeof(qemu)), sizeof(qemu));
    int pidfd = (int)syscall(SYS_pidfd_open, qemu, 0);
    ck_assert_int_ge(pidfd, 0);
    ck_assert_int_eq(kill(server, SIGKILL), 0);
    ck_assert_int_eq(waitpid(server, NULL, 0), server);
    struct pollfd fd = {.fd = pidfd, .events = POLLIN};
    ck_assert_int_eq(poll(&fd, 1, LONG_MS), 1);
    close(pidfd);
}
END_TEST

int main(void)
{
    firmware_compile_all();
    TCase *tests = tcase_create("board_real");
    tcase_set_timeout(tests, 180);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, its_threads_share_a_cpu, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, echo_of_much_in_one_piece, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, echo_in_small_pieces, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, the_first_byte_takes_no_second, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, many_boots_in_a_row, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, what_came_before_a_time_out_stays, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, instructions_can_be_counted, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, a_spewing_firmware_can_be_closed, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, a_fault_is_reported_with_its_line, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, a_fault_at_boot_fails_the_flash, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, a_silent_firmware_is_located, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, a_file_that_is_no_firmware, 0, FIRMWARE_TARGETS);
    tcase_add_test(tests, a_qemu_that_stands_still);
    tcase_add_loop_test(tests, a_killed_qemu_is_noticed, 0, FIRMWARE_TARGETS);
    tcase_add_loop_test(tests, no_qemu_outlives_its_server, 0, FIRMWARE_TARGETS);
    Suite *suite = suite_create("board_real");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    firmware_remove_all();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
