/* The firmware's clock on real QEMU, held against the host's: on busy machines, over turns of its
 * counters, across a standstill of QEMU, and where QEMU counts instructions. What waits for long is
 * done with each kind of timer; that each board's is right in frequency, on every board. */
#include "base/deadline.h"
#include "board/qemu/threads.h"
#include "boards/clock/intervals.h"
#include "boards/clock/load.h"
#include "boards/guest/guest_suite.h"

#include <check.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { NS_PER_US = 1000, LOAD_PER_CORE = 2, SHORT_INTERVALS = 3000 };

static struct guest_board board;
static struct intervals intervals;

static void boot(int icount_shift)
{
    tested_boot(icount_shift, &board);
}

static void power_off(void)
{
    guest_stop(&board);
}

static void order(char letter, char wanted)
{
    char answer = 0;
    ck_assert(guest_send(&board, &letter, 1));
    ck_assert(guest_receive(&board, &answer, 1));
    ck_assert_int_eq(answer, wanted);
}

static uint64_t stop_timer(void)
{
    uint64_t elapsed_us = 0;
    ck_assert(guest_send(&board, "T", 1));
    ck_assert(guest_receive(&board, &elapsed_us, sizeof elapsed_us));
    return elapsed_us;
}

/* The bounds are the host's own clock readings around the board's, so a slow machine only makes
 * them wider. What remains is that the board tells whole microseconds of whole ticks. */
static void time_it(void (*meanwhile)(void))
{
    int64_t before_ns = clock_now_ns();
    order('t', '+');
    int64_t started_ns = clock_now_ns();
    meanwhile();
    int64_t stopping_ns = clock_now_ns();
    int64_t elapsed_us = (int64_t)stop_timer();
    int64_t after_ns = clock_now_ns();
    ck_assert_int_ge(elapsed_us, (stopping_ns - started_ns) / NS_PER_US - 2);
    ck_assert_int_le(elapsed_us, (after_ns - before_ns) / NS_PER_US + 2);
}

/* A frequency that is wrong by 1 % is off by more than the way there and back. */
static void sleep_a_little(void)
{
    usleep(100 * 1000);
}

/* Longer than one turn of every counter that is not 64 bits, SysTick: 1.34 s at 12.5 MHz. */
static void sleep_longer_than_a_turn(void)
{
    usleep(1700 * 1000);
}

START_TEST(agrees_with_the_host)
{
    boot(GUEST_ICOUNT_OFF);
    time_it(sleep_a_little);
    order('t', '+');
    order('t', '-'); /* is running already */
    ck_assert_uint_ne(stop_timer(), UINT64_MAX);
    ck_assert_uint_eq(stop_timer(), UINT64_MAX); /* is not running */
    power_off();
}
END_TEST

START_TEST(agrees_over_a_turn)
{
    boot(GUEST_ICOUNT_OFF);
    time_it(sleep_longer_than_a_turn);
    power_off();
}
END_TEST

static void stand_still(void)
{
    kill(board.qemu.pid, SIGSTOP);
    usleep(3200 * 1000); /* two turns of SysTick and more, of which QEMU then tells once */
    kill(board.qemu.pid, SIGCONT);
}

START_TEST(goes_on_while_qemu_stands_still)
{
    boot(GUEST_ICOUNT_OFF);
    time_it(stand_still);
    time_it(sleep_a_little);
    power_off();
}
END_TEST

/* Two seconds, more on a busy machine, in pieces of which none passes for silence. */
static void work_for_long(void)
{
    enum { PIECES = 10, INTERVALS_IN_A_PIECE = 2000 };
    for (int piece = 0; piece < PIECES; piece++)
        ck_assert(intervals_work(&board, INTERVALS_IN_A_PIECE * intervals.turns));
}

START_TEST(is_right_under_load)
{
    struct error err;
    struct load load;
    boot(GUEST_ICOUNT_OFF);
    ck_assert(intervals_calibrate(&board, &intervals));
    ck_assert_msg(load_start(LOAD_PER_CORE, &load, &err), "%s", err.text);
    bool measured = intervals_measure(&board, &intervals, SHORT_INTERVALS);
    load_stop(&load);
    time_it(work_for_long);
    power_off();
    struct intervals_summary sum = intervals_sum_up(&intervals);
    ck_assert(measured);
    ck_assert_uint_eq(sum.failed, 0);
    ck_assert_uint_eq(sum.zero, 0);
    ck_assert_uint_eq(sum.too_short, 0);
    ck_assert_uint_eq(intervals.long_batches, 0);
    intervals_dispose(&intervals);
}
END_TEST

enum { COUNT = 50, FAST = 0, SLOW = 4, SLOWEST = 10 };

static void ask_intervals(uint8_t turns, uint32_t told_ns[COUNT])
{
    const uint8_t orders[] = {'q', COUNT, 0, 0, 0, turns, 0, 0, 0};
    ck_assert(guest_send(&board, orders, sizeof orders));
    ck_assert(guest_receive(&board, told_ns, COUNT * sizeof *told_ns));
}

/* Less than a tick passes, where an instruction takes 1 ns; still it is not no time. */
START_TEST(never_says_zero)
{
    uint32_t told_ns[COUNT];
    boot(FAST);
    ask_intervals(0, told_ns);
    for (int i = 0; i < COUNT; i++)
        ck_assert_uint_gt(told_ns[i], 0);
    power_off();
}
END_TEST

static bool within_a_tick(uint32_t a, uint32_t b)
{
    enum { NS_PER_S = 1000 * 1000 * 1000, ROUNDING_NS = 1 };
    return (a > b ? a - b : b - a) <= NS_PER_S / tested_board->timer_clock_hz + ROUNDING_NS;
}

/* The same work is the same time, in one boot and in the next. */
START_TEST(counts_instructions)
{
    uint32_t first_ns[COUNT];
    uint32_t again_ns[COUNT];
    boot(SLOW);
    ask_intervals(200, first_ns);
    power_off();
    boot(SLOW);
    usleep(20 * 1000);
    ask_intervals(200, again_ns);
    power_off();
    for (int i = 0; i < COUNT; i++) {
        ck_assert_msg(within_a_tick(first_ns[i], first_ns[COUNT - 1]), "%d: %u ns, last %u ns", i,
                      first_ns[i], first_ns[COUNT - 1]);
        ck_assert_msg(within_a_tick(first_ns[i], again_ns[i]), "%d: %u ns, then %u ns", i,
                      first_ns[i], again_ns[i]);
    }
}
END_TEST

/* What the board's clock says of so much work, in microseconds. */
static uint64_t ask_work(uint32_t turns)
{
    enum { SILENCES_MOST = 30 };
    uint8_t order[5] = {'Q'};
    uint64_t elapsed_us = 0;
    bool is_told = false;
    for (unsigned i = 0; i < 4; i++)
        order[1 + i] = (uint8_t)(turns >> (8 * i));
    ck_assert(guest_send(&board, order, sizeof order));
    for (int i = 0; i < SILENCES_MOST && !is_told; i++)
        is_told = guest_receive(&board, &elapsed_us, sizeof elapsed_us);
    ck_assert(is_told);
    return elapsed_us;
}

/* Longer than 2^32 ticks, which QEMU makes seconds of where an instruction takes its longest. */
START_TEST(counts_past_32_bits)
{
    enum { TURNS = 100 * 1000, US_PER_S = 1000 * 1000 };
    uint64_t turn_of_32_bits_us = (UINT64_C(1) << 32) * US_PER_S / tested_board->timer_clock_hz;
    boot(SLOWEST);
    uint64_t short_us = ask_work(TURNS);
    ck_assert_uint_gt(short_us, 0);
    uint32_t times = (uint32_t)(turn_of_32_bits_us / short_us) + 2;
    uint64_t long_us = ask_work(times * TURNS);
    power_off();
    uint64_t wanted_us = times * short_us;
    ck_assert_uint_ge(long_us, wanted_us - wanted_us / 100);
    ck_assert_uint_le(long_us, wanted_us + wanted_us / 100);
}
END_TEST

/* A timer that runs on would have QEMU skip from one of its events to the next for ever. */
START_TEST(rests_while_nothing_is_timed)
{
    uint32_t told_ns[COUNT];
    boot(SLOW);
    ask_intervals(200, told_ns);
    int64_t before_ns = threads_now(board.qemu.pid).ran_ns;
    usleep(1000 * 1000);
    int64_t used_ns = threads_now(board.qemu.pid).ran_ns - before_ns;
    power_off();
    ck_assert_int_gt(before_ns, 0);
    ck_assert_msg(used_ns <= 40000000, "%s: %lld ms of CPU in 1 s", tested_board->name,
                  (long long)(used_ns / 1000000));
}
END_TEST

int main(void)
{
    const struct board_test tests[] = {
        {agrees_with_the_host, EVERY_BOARD},
        {agrees_over_a_turn, ONE_BOARD_PER_TIMER},
        {goes_on_while_qemu_stands_still, ONE_BOARD_PER_TIMER},
        {is_right_under_load, ONE_BOARD_PER_TIMER},
        {never_says_zero, EVERY_BOARD},
        {counts_instructions, EVERY_BOARD},
        {counts_past_32_bits, EVERY_BOARD},
        {rests_while_nothing_is_timed, ONE_BOARD_PER_TIMER},
    };
    return guest_on_every_board("clock", tests, sizeof tests / sizeof tests[0]);
}
