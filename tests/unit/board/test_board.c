/* The board's rules, call by call and state by state, against a QEMU without a fault, or with one
 * in its firmware only (tests/fakes/fake_qemu.c; the real one is in tests/boards). */
#include "hostile/scratch.h"
#include "unit/board/board_fixture.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

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

/* What a QEMU is known by only when it is up decides how it is to be started. */
START_TEST(an_old_qemu_gets_no_buffer_that_it_loses_bytes_of)
{
    static char driver[] = "stm32";
    set_fault("OLD");
    flash_and_open();
    ck_assert(board_read(board, data, 1, long_time(), &err));
    ck_assert_int_eq(data[0], 'B');
    machine.uart_driver = driver;
    flash_and_open();
    ck_assert_str_eq(board_qemu_version(board), "6.2.0");
    ck_assert(board_read(board, data, 1, long_time(), &err));
    ck_assert_int_eq(data[0], 'H');
    machine.uart_driver = NULL;
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

/* Where one has been closed, the next one gets the same pty. */
START_TEST(a_board_that_opens_again_leaves_another_alone)
{
    flash_and_open();
    board_close(board);
    struct board *other = another_board();
    ck_assert_msg(board_open(other, &err), "%s", err.text);
    ck_assert_msg(board_open(board, &err), "%s", err.text);
    ck_assert(board_write(other, "abc", 3, long_time(), &err));
    ck_assert_msg(board_read(other, data, 4, long_time(), &err), "%s", err.text);
    ck_assert_mem_eq(data, "Habc", 4);
    board_free(other);
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

int main(void)
{
    TCase *tests = tcase_create("board");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, make_board, free_board);
    tcase_add_test(tests, before_flash);
    tcase_add_test(tests, flashed_is_not_open);
    tcase_add_test(tests, open_reads_and_writes);
    tcase_add_test(tests, an_old_qemu_gets_no_buffer_that_it_loses_bytes_of);
    tcase_add_test(tests, closed_is_off_and_opens_anew);
    tcase_add_test(tests, a_board_that_opens_again_leaves_another_alone);
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
    Suite *suite = suite_create("board");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
