/* Points in time, and the ways in which a wait ends. */
#include "base/deadline.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NS_PER_MS = 1000000, LONG_MS = 60 * 1000 };

static struct error err;
static int ready;

static void open_pipe(int *read_end, int *write_end)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    *read_end = ends[0];
    *write_end = ends[1];
}

START_TEST(never_does_not_pass)
{
    ck_assert(!deadline_passed(deadline_never()));
    ck_assert_int_eq(deadline_poll_ms(deadline_never()), -1);
}
END_TEST

START_TEST(no_time_has_passed_at_once)
{
    ck_assert(deadline_passed(deadline_in_ms(0)));
    ck_assert(deadline_passed(deadline_in_ms(-5)));
    ck_assert(deadline_passed(deadline_in_ns(INT64_MIN)));
    ck_assert_int_eq(deadline_poll_ms(deadline_in_ms(0)), 0);
}
END_TEST

START_TEST(too_much_time_is_never)
{
    ck_assert_int_eq(deadline_in_ms(INT64_MAX).at_ns, INT64_MAX);
    ck_assert_int_eq(deadline_in_ns(INT64_MAX).at_ns, INT64_MAX);
    ck_assert_int_eq(deadline_in_ms(INT64_MAX / NS_PER_MS).at_ns, INT64_MAX);
}
END_TEST

START_TEST(a_long_time_is_all_that_poll_takes)
{
    struct deadline in_a_year = deadline_in_ms((int64_t)365 * 24 * 3600 * 1000);
    ck_assert_int_eq(deadline_poll_ms(in_a_year), INT32_MAX);
    ck_assert(!deadline_passed(in_a_year));
}
END_TEST

START_TEST(poll_time_is_rounded_up)
{
    struct deadline deadline = {.at_ns = clock_now_ns() + (int64_t)LONG_MS * NS_PER_MS};
    int left_ms = deadline_poll_ms(deadline);
    ck_assert_int_gt(left_ms, 0);
    ck_assert_int_le(left_ms, LONG_MS);
    deadline.at_ns = clock_now_ns() + NS_PER_MS / 2;
    ck_assert_int_le(deadline_poll_ms(deadline), 1);
}
END_TEST

START_TEST(earlier_of_two)
{
    struct deadline soon = {.at_ns = 5};
    struct deadline later = {.at_ns = 6};
    ck_assert_int_eq(deadline_earlier(soon, later).at_ns, 5);
    ck_assert_int_eq(deadline_earlier(later, soon).at_ns, 5);
    ck_assert_int_eq(deadline_earlier(deadline_never(), soon).at_ns, 5);
}
END_TEST

START_TEST(wait_ends_when_a_file_is_ready)
{
    int readable = -1;
    int writable = -1;
    open_pipe(&readable, &writable);
    ck_assert_int_eq(write(writable, "x", 1), 1);
    struct pollfd fds[] = {{.fd = -1}, {.fd = readable, .events = POLLIN}};
    ck_assert(wait_ready(fds, 2, deadline_never(), NULL, &ready, &err));
    ck_assert_int_eq(ready, 1);
    ck_assert_int_eq(fds[0].revents, 0);
    ck_assert_int_eq(fds[1].revents, POLLIN);
}
END_TEST

START_TEST(wait_ends_at_the_deadline)
{
    int readable = -1;
    int writable = -1;
    open_pipe(&readable, &writable);
    struct pollfd fd = {.fd = readable, .events = POLLIN};
    ready = -1;
    ck_assert(wait_ready(&fd, 1, deadline_in_ms(2), NULL, &ready, &err));
    ck_assert_int_eq(ready, 0);
    ck_assert_int_eq(fd.revents, 0);
    ck_assert(wait_ready(NULL, 0, deadline_in_ms(0), NULL, &ready, &err));
    ck_assert_int_eq(ready, 0);
}
END_TEST

START_TEST(a_passed_deadline_still_looks)
{
    int readable = -1;
    int writable = -1;
    open_pipe(&readable, &writable);
    ck_assert_int_eq(write(writable, "x", 1), 1);
    struct pollfd fd = {.fd = readable, .events = POLLIN};
    ck_assert(wait_ready(&fd, 1, deadline_in_ms(0), NULL, &ready, &err));
    ck_assert_int_eq(ready, 1);
}
END_TEST

static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP};

START_TEST(a_signal_ends_this_wait_and_every_later_one)
{
    struct interrupt interrupt;
    ck_assert(interrupt_open(&interrupt, &err));
    ck_assert_int_eq(raise(SIGNALS[_i]), 0);
    for (int i = 0; i < 2; i++) {
        memset(&err, 0, sizeof(err));
        ck_assert(!wait_ready(NULL, 0, deadline_never(), &interrupt, &ready, &err));
        ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
        ck_assert_int_eq(err.os, SIGNALS[_i]);
    }
    interrupt_close(&interrupt);
    interrupt_close(&interrupt);
}
END_TEST

START_TEST(a_signal_counts_more_than_a_ready_file)
{
    struct interrupt interrupt;
    ck_assert(interrupt_open(&interrupt, &err));
    int readable = -1;
    int writable = -1;
    open_pipe(&readable, &writable);
    ck_assert_int_eq(write(writable, "x", 1), 1);
    raise(SIGTERM);
    struct pollfd fd = {.fd = readable, .events = POLLIN};
    ready = 7;
    ck_assert(!wait_ready(&fd, 1, deadline_in_ms(0), &interrupt, &ready, &err));
    ck_assert_int_eq(ready, 7);
    ck_assert_str_eq(err.text, "interrupted by SIGTERM");
}
END_TEST

START_TEST(nohup_stays_in_force)
{
    struct interrupt interrupt;
    ck_assert(signal(SIGHUP, SIG_IGN) != SIG_ERR);
    ck_assert(interrupt_open(&interrupt, &err));
    raise(SIGHUP);
    ck_assert(wait_ready(NULL, 0, deadline_in_ms(0), &interrupt, &ready, &err));
}
END_TEST

START_TEST(sigpipe_is_ignored)
{
    struct interrupt interrupt;
    int readable = -1;
    int writable = -1;
    open_pipe(&readable, &writable);
    ck_assert(interrupt_open(&interrupt, &err));
    close(readable);
    ck_assert_int_eq(write(writable, "x", 1), -1);
}
END_TEST

START_TEST(a_peer_that_hangs_up_ends_the_wait)
{
    struct interrupt interrupt = {.signal_fd = -1};
    int writable = -1;
    open_pipe(&interrupt.peer_fd, &writable);
    ck_assert_int_eq(write(writable, "{}\n", 3), 3);
    ck_assert_msg(wait_ready(NULL, 0, deadline_in_ms(0), &interrupt, &ready, &err),
                  "waiting bytes are no hang-up: %s", err.text);
    close(writable);
    ck_assert(!wait_ready(NULL, 0, deadline_never(), &interrupt, &ready, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert_int_eq(err.os, 0);
}
END_TEST

/* A socket's peer that has closed its side: TCP knows no more of a peer that is gone. */
START_TEST(a_socket_that_hangs_up_ends_the_wait)
{
    struct interrupt interrupt = {.signal_fd = -1};
    int fds[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    interrupt.peer_fd = fds[0];
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
    ck_assert_msg(wait_ready(NULL, 0, deadline_in_ms(0), &interrupt, &ready, &err), "%s", err.text);
    ck_assert_int_eq(shutdown(fds[1], SHUT_WR), 0);
    ck_assert(!wait_ready(NULL, 0, deadline_never(), &interrupt, &ready, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert_int_eq(err.os, 0);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

/* The end of all: it shortens each wait and ends every later one, whatever is ready. */
START_TEST(the_end_has_come)
{
    int readable = -1;
    int writable = -1;
    struct interrupt interrupt = {.signal_fd = -1, .peer_fd = -1};
    open_pipe(&readable, &writable);
    struct pollfd fd = {.fd = readable, .events = POLLIN};
    ck_assert(!interrupt_ended(&interrupt) && !interrupt_ended(NULL));
    interrupt.end_ns = clock_now_ns() + 20000000;
    ck_assert(wait_ready(&fd, 1, deadline_in_ms(0), &interrupt, &ready, &err));
    ck_assert_int_eq(ready, 0);
    ck_assert(!wait_ready(&fd, 1, deadline_never(), &interrupt, &ready, &err));
    ck_assert_int_ge(clock_now_ns(), interrupt.end_ns);
    ck_assert_int_eq(write(writable, "x", 1), 1);
    ck_assert(!wait_ready(&fd, 1, deadline_never(), &interrupt, &ready, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERRUPTED);
    ck_assert_int_eq(err.os, 0);
    ck_assert(interrupt_ended(&interrupt));
}
END_TEST

/* One byte at a time from the background's pipe; the last lets the waiter's own be ready. */
struct work {
    int pipe[2];
    int ready_fd;
    int runs;
};

static void work_on(void *context)
{
    struct work *work = context;
    char byte;
    ck_assert_int_eq(read(work->pipe[0], &byte, 1), 1);
    work->runs++;
    if (byte == 'c')
        ck_assert_int_eq(write(work->ready_fd, "!", 1), 1);
}

START_TEST(work_in_the_background_ends_no_wait)
{
    struct work work = {.runs = 0};
    int fds[2];
    ck_assert_int_eq(pipe(work.pipe), 0);
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(write(work.pipe[1], "abcd", 4), 4);
    work.ready_fd = fds[1];
    const struct background background = {.fd = work.pipe[0], .run = work_on, .context = &work};
    struct interrupt interrupt = {.signal_fd = -1, .peer_fd = -1, .background = &background};
    struct pollfd fd = {.fd = fds[0], .events = POLLIN};
    int ready = -1;
    ck_assert(wait_ready(&fd, 1, deadline_never(), &interrupt, &ready, &err));
    ck_assert_int_eq(ready, 1);
    ck_assert_int_eq(fd.revents, POLLIN);
    ck_assert_int_eq(work.runs, 4); /* with the last of it came what was waited for */
}
END_TEST

START_TEST(too_many_files_are_refused)
{
    struct pollfd fds[9];
    for (int i = 0; i < 9; i++)
        fds[i].fd = -1;
    ck_assert(!wait_ready(fds, 9, deadline_in_ms(0), NULL, &ready, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERNAL);
    ck_assert(wait_ready(fds, 8, deadline_in_ms(0), NULL, &ready, &err));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("deadline");
    tcase_add_test(tests, never_does_not_pass);
    tcase_add_test(tests, no_time_has_passed_at_once);
    tcase_add_test(tests, too_much_time_is_never);
    tcase_add_test(tests, a_long_time_is_all_that_poll_takes);
    tcase_add_test(tests, poll_time_is_rounded_up);
    tcase_add_test(tests, earlier_of_two);
    tcase_add_test(tests, wait_ends_when_a_file_is_ready);
    tcase_add_test(tests, wait_ends_at_the_deadline);
    tcase_add_test(tests, a_passed_deadline_still_looks);
    tcase_add_loop_test(tests, a_signal_ends_this_wait_and_every_later_one, 0, 3);
    tcase_add_test(tests, a_signal_counts_more_than_a_ready_file);
    tcase_add_test(tests, nohup_stays_in_force);
    tcase_add_test(tests, sigpipe_is_ignored);
    tcase_add_test(tests, a_peer_that_hangs_up_ends_the_wait);
    tcase_add_test(tests, a_socket_that_hangs_up_ends_the_wait);
    tcase_add_test(tests, the_end_has_come);
    tcase_add_test(tests, work_in_the_background_ends_no_wait);
    tcase_add_test(tests, too_many_files_are_refused);
    Suite *suite = suite_create("deadline");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
