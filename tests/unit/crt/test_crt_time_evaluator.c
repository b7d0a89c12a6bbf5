/* runtime.RPCTimeEvaluator with a clock that stands still but for what the model adds. */
#include "unit/crt/crt_client.h"
#include "unit/crt/crt_model.h"
#include "unit/crt/crt_platform.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { ARGS_MAX = 12 };

static struct message message;

struct wanted {
    int64_t number;
    int64_t repeat;
    int64_t min_repeat_ms;
    int64_t limit_zero_time_iterations;
    int64_t cooldown_interval_ms;
    int64_t repeats_to_cooldown;
};

/* As a client of a TVM that sends so many arguments. */
static void create(int num_args, const char *name, const struct wanted *wanted,
                   const char *preprocess)
{
    const int64_t integers[] = {
        kDLCPU, 0, wanted->number, wanted->repeat, wanted->min_repeat_ms,
    };
    int types[ARGS_MAX] = {kTVMModuleHandle, kTVMStr};
    uint64_t library = system_library();
    begin_call(&message, global_func("runtime.RPCTimeEvaluator"));
    types[num_args - 1] = kTVMStr;
    put_types(&message, types, num_args);
    put_u64(&message, library);
    put_string(&message, name);
    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
        put_u64(&message, (uint64_t)integers[i]);
    if (num_args >= 11)
        put_u64(&message, (uint64_t)wanted->limit_zero_time_iterations);
    if (num_args >= 10) {
        put_u64(&message, (uint64_t)wanted->cooldown_interval_ms);
        put_u64(&message, (uint64_t)wanted->repeats_to_cooldown);
    }
    if (num_args >= 12)
        put_u64(&message, 0); /* cache_flush_bytes */
    put_string(&message, preprocess);
    client_send(&message);
}

static uint64_t expect_function(void)
{
    const int types[] = {kTVMOpaqueHandle};
    expect_returned(kTVMPackedFuncHandle, types, 1);
    uint64_t handle = get_u64();
    expect_end();
    return handle;
}

static void call(uint64_t func)
{
    begin_call(&message, func);
    put_types(&message, NULL, 0);
    client_send(&message);
}

static void expect_seconds(double *ret_seconds, size_t count)
{
    const int types[] = {kTVMBytes};
    expect_returned(kTVMBytes, types, 1);
    ck_assert_uint_eq(get_u64(), count * sizeof(double));
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = get_u64();
        memcpy(&ret_seconds[i], &bits, sizeof(bits));
    }
    expect_end();
}

static void free_func(uint64_t func)
{
    const int types[] = {kTVMOpaqueHandle, kTVMArgInt};
    begin(&message, CODE_FREE_HANDLE);
    put_types(&message, types, 2);
    put_u64(&message, func);
    put_u64(&message, kTVMPackedFuncHandle);
    client_send(&message);
}

static void start(void)
{
    client_open();
    crt_model.seconds_per_call = 0.002;
}

static void check_near(double value, double wanted)
{
    ck_assert_double_lt(value, wanted * 1.001);
    ck_assert_double_gt(value, wanted * 0.999);
}

/* The argument lists of all clients; one call first, then number times repeat. */
START_TEST(test_argument_lists)
{
    static const int counts[] = {8, 10, 11, 12};
    const struct wanted wanted = {3, 4, 0, 100, 0, 1};
    double seconds[4];
    create(counts[_i], "count", &wanted, "");
    uint64_t func = expect_function();
    crt_model.calls = 0;
    call(func);
    expect_seconds(seconds, 4);
    ck_assert_int_eq(crt_model.calls, 1 + 3 * 4);
    for (int i = 0; i < 4; i++)
        check_near(seconds[i], 0.002);
    ck_assert_int_eq(crt_platform.measurements, 0);
}
END_TEST

/* 43 bytes of a message of 1024 are about the times: 122 of them are as many as it holds. */
START_TEST(test_more_times_than_a_message_holds)
{
    struct wanted wanted = {1, 122, 0, 100, 0, 1};
    double seconds[122];
    create(12, "count", &wanted, "");
    call(expect_function());
    expect_seconds(seconds, 122);
    wanted.repeat = 123;
    create(12, "count", &wanted, "");
    call(expect_function());
    expect_exception("reply of 1027 bytes: a message holds 1024");
}
END_TEST

/* Repetitions grow until they fill min_repeat_ms, and stay so. */
START_TEST(test_min_repeat)
{
    const struct wanted wanted = {1, 2, 100, 100, 0, 1};
    double seconds[2];
    create(12, "count", &wanted, "");
    uint64_t func = expect_function();
    crt_model.calls = 0;
    call(func);
    expect_seconds(seconds, 2);
    check_near(seconds[0], 0.002);
    check_near(seconds[1], 0.002);
    /* 1 to set up, 1 too short, 51 that fill 100 ms, 51 again. */
    ck_assert_int_eq(crt_model.calls, 1 + 1 + 51 + 51);
}
END_TEST

/* A function that takes no time at all is given up after so many tries. */
START_TEST(test_zero_time)
{
    const struct wanted wanted = {2, 1, 100, 7, 0, 1};
    double seconds[1];
    crt_model.seconds_per_call = 0;
    create(12, "count", &wanted, "");
    uint64_t func = expect_function();
    crt_model.calls = 0;
    call(func);
    expect_seconds(seconds, 1);
    ck_assert_double_eq(seconds[0], 0);
    ck_assert_int_eq(crt_model.calls, 1 + 7 * 2);
}
END_TEST

/* Waits by the platform's clock, after every second repetition from the first on. */
START_TEST(test_cooldown)
{
    const struct wanted wanted = {1, 5, 0, 100, 300, 2};
    double seconds[5];
    crt_platform.seconds_per_read = 0.01;
    create(12, "count", &wanted, "");
    uint64_t func = expect_function();
    double before = crt_platform.seconds;
    call(func);
    expect_seconds(seconds, 5);
    double waited = crt_platform.seconds - before - 6 * 0.002 - 5 * 0.01;
    ck_assert_double_ge(waited, 3 * 0.299);
    ck_assert_double_lt(waited, 3 * 0.5);
}
END_TEST

START_TEST(test_clock_stands_still)
{
    const struct wanted wanted = {1, 1, 0, 100, 300, 1};
    create(12, "count", &wanted, "");
    call(expect_function());
    expect_exception("timer stands still");
}
END_TEST

START_TEST(test_bad_numbers)
{
    static const struct wanted bad[] = {
        {0, 1, 0, 1, 0, 1},  {-1, 1, 0, 1, 0, 1},        {1, 0, 0, 1, 0, 1},
        {1, -1, 0, 1, 0, 1}, {1, INT64_MAX, 0, 1, 0, 1}, {INT64_MAX, 1, 0, 1, 0, 1},
        {1, 1, -1, 1, 0, 1}, {1, 1, 0, 1, -1, 1},        {1, 1, 0, 1, 10, 0},
    };
    create(12, "count", &bad[_i], "");
    expect_exception("RPCTimeEvaluator: ");
}
END_TEST

START_TEST(test_bad_arguments)
{
    const struct wanted wanted = {1, 1, 0, 1, 0, 1};
    create(12, "no_such_function", &wanted, "");
    expect_exception("no function \"no_such_function\"");
    create(12, "count", &wanted, "no_such_preprocessing");
    expect_exception("no global function \"no_such_preprocessing\"");
    for (int count = 0; count < 20; count++) {
        int types[20] = {0};
        begin_call(&message, global_func("runtime.RPCTimeEvaluator"));
        put_types(&message, types, count);
        for (int i = 0; i < count; i++)
            put_u64(&message, 1);
        client_send(&message);
        expect_exception("RPCTimeEvaluator: ");
    }
}
END_TEST

/* Called before each repetition, and not timed. */
START_TEST(test_preprocess)
{
    const struct wanted wanted = {1, 3, 0, 100, 0, 1};
    double seconds[3];
    create(12, "count", &wanted, "runtime.SystemLib");
    call(expect_function());
    expect_seconds(seconds, 3);
    check_near(seconds[2], 0.002);
}
END_TEST

/* The call that fails leaves the timer stopped: the next evaluation works. */
START_TEST(test_function_fails)
{
    const struct wanted wanted = {2, 2, 0, 100, 0, 1};
    double seconds[2];
    create(12, "count", &wanted, "");
    uint64_t func = expect_function();
    call(func);
    expect_seconds(seconds, 2);
    long live = crt_platform.live_allocations;
    for (int fail = 1; fail <= 5; fail++) {
        crt_model.fail_call = fail;
        call(func);
        expect_exception("count was told to fail");
        ck_assert_int_eq(crt_platform.timer_runs, 0);
        ck_assert_int_eq(crt_platform.live_allocations, live);
    }
    call(func);
    expect_seconds(seconds, 2);
    crt_platform.fail_timer_start = 2;
    call(func);
    expect_exception("TVMPlatformTimerStart failed");
    ck_assert_int_eq(crt_platform.live_allocations, live);
}
END_TEST

START_TEST(test_no_memory)
{
    const struct wanted wanted = {1, 2, 0, 100, 0, 1};
    double seconds[2];
    create(12, "count", &wanted, "");
    uint64_t func = expect_function();
    long live = crt_platform.live_allocations;
    for (int fail = 1; fail <= 2; fail++) {
        crt_platform.fail_allocation = fail;
        call(func);
        expect_exception("no memory");
        ck_assert_int_eq(crt_platform.live_allocations, live);
    }
    call(func);
    expect_seconds(seconds, 2);
    ck_assert_int_eq(crt_platform.live_allocations, live);
    const struct wanted huge = {1, 1 << 20, 0, 100, 0, 1};
    create(12, "count", &huge, "");
    call(expect_function());
    expect_exception("no memory: 8388608 bytes");
}
END_TEST

/* Several at once, each with its own numbers; a freed one is gone. */
START_TEST(test_several)
{
    const struct wanted one = {1, 1, 0, 100, 0, 1};
    const struct wanted two = {1, 2, 0, 100, 0, 1};
    double seconds[2];
    create(12, "count", &one, "");
    uint64_t first = expect_function();
    long live = crt_platform.live_allocations;
    create(12, "count", &two, "");
    uint64_t second = expect_function();
    ck_assert_uint_ne(first, second);
    call(first);
    expect_seconds(seconds, 1);
    call(second);
    expect_seconds(seconds, 2);
    free_func(second);
    expect_void();
    ck_assert_int_eq(crt_platform.live_allocations, live);
    call(second);
    expect_exception("was freed");
    call(first);
    expect_seconds(seconds, 1);
}
END_TEST

static Suite *time_evaluator_suite(void)
{
    Suite *suite = suite_create("crt_time_evaluator");
    TCase *measuring = tcase_create("measuring");
    tcase_add_checked_fixture(measuring, start, NULL);
    tcase_add_loop_test(measuring, test_argument_lists, 0, 4);
    tcase_add_test(measuring, test_more_times_than_a_message_holds);
    tcase_add_test(measuring, test_min_repeat);
    tcase_add_test(measuring, test_zero_time);
    tcase_add_test(measuring, test_cooldown);
    tcase_add_test(measuring, test_preprocess);
    tcase_add_test(measuring, test_several);
    suite_add_tcase(suite, measuring);
    TCase *trouble = tcase_create("trouble");
    tcase_add_checked_fixture(trouble, start, NULL);
    tcase_add_test(trouble, test_clock_stands_still);
    tcase_add_loop_test(trouble, test_bad_numbers, 0, 9);
    tcase_add_test(trouble, test_bad_arguments);
    tcase_add_test(trouble, test_function_fails);
    tcase_add_test(trouble, test_no_memory);
    suite_add_tcase(suite, trouble);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(time_evaluator_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
