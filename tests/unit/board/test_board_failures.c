/* Every way in which QEMU can fail the board: what is said then, and what is left behind. */
#include "hostile/scratch.h"
#include "unit/board/board_fixture.h"

#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const struct {
    const char *fault;
    const char *text;
    const char *more;
} BOOT_FAULTS[] = {
    {"EXITS", "fake_qemu: exit code 3", "no machine like that"},
    {"NONSENSE", "QEMU sent on its control socket: hello", "still runs"},
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
    check_error(flash(), ERROR_DEVICE, "QEMU does not answer\nof these ");
}
END_TEST

START_TEST(a_silent_firmware_is_located)
{
    set_fault("SILENT");
    hurry();
    check_error(flash(), ERROR_DEVICE, "sent no byte within 1500 ms\nno progress for ");
    check_error(false, ERROR_DEVICE, "its CPU stands at pc=0x00001234");
}
END_TEST

START_TEST(a_firmware_that_does_not_answer_is_located)
{
    flash_and_open();
    ck_assert(board_read(board, data, 1, long_time(), &err));
    for (int i = 0; i < 2; i++) { /* it goes on in between */
        ck_assert_msg(board_write(board, "xyz", 3, long_time(), &err), "%s", err.text);
        ck_assert_msg(board_read(board, data, 3, long_time(), &err), "%s", err.text);
        check_error(board_read(board, data, 1, deadline_in_ms(SHORT_MS), &err), ERROR_TIMEOUT,
                    "0 of 1 bytes");
        check_error(board_explain_timeout(board, &err), ERROR_TIMEOUT, "no progress for ");
        check_error(false, ERROR_TIMEOUT, " s: nothing came behind the first 3 bytes\n");
        check_error(false, ERROR_TIMEOUT, "its CPU stands at pc=0x00001234");
    }
}
END_TEST

START_TEST(a_deaf_firmware_is_located)
{
    set_fault("DEAF");
    flash_and_open();
    ck_assert_msg(board_write(board, "x", 1, long_time(), &err), "%s", err.text);
    ck_assert_msg(board_read(board, data, 1, long_time(), &err), "%s", err.text);
    check_error(board_read(board, data, 1, deadline_in_ms(SHORT_MS), &err), ERROR_TIMEOUT,
                "0 of 1 bytes");
    check_error(board_explain_timeout(board, &err), ERROR_TIMEOUT, " s: not a byte came\n");
    check_error(false, ERROR_TIMEOUT, "its CPU stands at pc=0x00001234");
}
END_TEST

START_TEST(a_firmware_that_sends_without_end_is_located)
{
    set_fault("SPEWS");
    flash_and_open();
    ck_assert(board_read(board, data, sizeof(data), long_time(), &err));
    error_set(&err, ERROR_TIMEOUT, 0, "no answer");
    check_error(board_explain_timeout(board, &err), ERROR_TIMEOUT, "no answer\nno progress for ");
    check_error(false, ERROR_TIMEOUT, " bytes came, but no whole answer\n");
    check_error(false, ERROR_TIMEOUT, "its CPU stands at pc=0x00001234");
}
END_TEST

/* The time for all is over: there is still a moment to see where it went. */
START_TEST(a_board_is_located_at_the_end_of_all_time)
{
    flash_and_open();
    ck_assert(board_read(board, data, 1, long_time(), &err));
    interrupt.end_ns = clock_now_ns();
    check_error(board_read(board, data, 1, long_time(), &err), ERROR_INTERRUPTED,
                "its time is over");
    check_error(board_explain_timeout(board, &err), ERROR_INTERRUPTED, "no progress for ");
    check_error(false, ERROR_INTERRUPTED, "its CPU stands at pc=0x00001234");
    interrupt.end_ns = 0;
}
END_TEST

START_TEST(a_board_that_is_off_explains_nothing)
{
    error_set(&err, ERROR_TIMEOUT, 0, "no answer");
    check_error(board_explain_timeout(board, &err), ERROR_TIMEOUT, "no answer");
    ck_assert_str_eq(err.text, "no answer");
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

/* The fake closes its line some time after the byte that flash waits for. */
static void wait_for_hang_up(void)
{
    struct pollfd fds[BOARD_PUMP_FDS];
    int count = board_pump_fds(board, fds);
    int ready = 0;
    for (int i = 0; i < count; i++)
        fds[i].events = 0;
    ck_assert(wait_ready(fds, count, long_time(), NULL, &ready, &err));
    ck_assert_int_eq(ready, 1);
}

/* Its end is waited for, as it would tell more: but not for ever. */
START_TEST(a_line_that_closes_between_flash_and_open)
{
    set_fault("CLOSES_PTY");
    ck_assert_msg(flash(), "%s", err.text);
    wait_for_hang_up();
    check_error(board_open(board, &err), ERROR_DEVICE,
                "died after it was flashed: QEMU closed the serial line, but did not end");
    check_error(false, ERROR_DEVICE, "fake_qemu: still runs");
    ck_assert(!board_is_open(board));
    check_no_children();
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

START_TEST(a_qemu_that_leaves_its_group_dies)
{
    set_fault("LEAVES");
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

/* Let open files run out at each place in turn. The child inherits the limit, so that QEMU, too,
 * may be the one that fails. */
START_TEST(files_run_out_anywhere)
{
    struct rlimit limit;
    bool flashed = false;
    scratch_write("flash.elf", "an ELF");
    for (rlim_t files = 3; !flashed; files++) {
        ck_assert_uint_lt(files, 64);
        ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
        rlim_t before = limit.rlim_cur;
        limit.rlim_cur = files;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
        flashed = flash();
        limit.rlim_cur = before;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
        if (flashed)
            break;
        ck_assert_msg(err.kind == ERROR_SYSTEM || err.kind == ERROR_DEVICE, "%llu files: %s",
                      (unsigned long long)files, err.text);
        check_no_children();
        ck_assert(!board_is_open(board));
    }
    ck_assert_msg(board_open(board, &err), "%s", err.text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("board_failures");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, make_board, free_board);
    tcase_add_loop_test(tests, boot_fails, 0, BOOT_FAULTS_COUNT);
    tcase_add_test(tests, boot_without_greeting_times_out);
    tcase_add_test(tests, a_silent_firmware_is_located);
    tcase_add_test(tests, a_firmware_that_does_not_answer_is_located);
    tcase_add_test(tests, a_deaf_firmware_is_located);
    tcase_add_test(tests, a_firmware_that_sends_without_end_is_located);
    tcase_add_test(tests, a_board_is_located_at_the_end_of_all_time);
    tcase_add_test(tests, a_board_that_is_off_explains_nothing);
    tcase_add_test(tests, a_missing_qemu_names_its_package);
    tcase_add_test(tests, a_chatty_qemu_is_listened_to);
    tcase_add_test(tests, death_comes_after_the_bytes_before_it);
    tcase_add_test(tests, last_bytes_are_not_lost);
    tcase_add_test(tests, a_death_between_flash_and_open_is_told_once);
    tcase_add_test(tests, a_line_that_closes_between_flash_and_open);
    tcase_add_loop_test(tests, a_qemu_that_closes_a_channel_is_stopped, 0, 2);
    tcase_add_test(tests, a_qemu_that_ignores_sigterm_dies);
    tcase_add_test(tests, a_qemu_that_leaves_its_group_dies);
    tcase_add_test(tests, no_file_is_left_open);
    tcase_add_test(tests, files_run_out_anywhere);
    Suite *suite = suite_create("board_failures");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
