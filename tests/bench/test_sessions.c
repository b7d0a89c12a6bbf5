/* Many boots in a row while every core is busy: a stall that comes once in a hundred boots, as a
 * sleeping UART or a lost wake-up does, shows here and nowhere else. */
#include "bench/device.h"
#include "boards/clock/load.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __SANITIZE_ADDRESS__
enum { SESSIONS = 30 };
#else
enum { SESSIONS = 200 };
#endif

enum { TEST_TIMEOUT_S = 60 };

static const char *const board_names[] = {"mps2_an385", "qemu_cortex_m3", "qemu_riscv32"};

static bool same_scores(const float *a, const float *b)
{
    for (int i = 0; i < 10; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

START_TEST(test_sessions_in_a_row)
{
    struct error err = {0};
    const struct bench_project project = {.board_name = board_names[_i]};
    struct bench_device device;
    float first[10];
    struct device_times times;
    if (!bench_device_open(&device, &project, &err) ||
        !bench_device_flash_and_classify(&device, 0, first, &times, &err)) {
        bench_device_close(&device);
        ck_abort_msg("%s", err.text);
    }

    struct load load;
    ck_assert_msg(load_start(1, &load, &err), "%s", err.text);
    int failures = 0;
    int different = 0;
    for (int i = 0; i < SESSIONS; i++) {
        float scores[10];
        if (!bench_device_boot_and_classify(&device, 0, scores, &times, &err)) {
            failures++;
            fprintf(stderr, "%s, session %d: %s\n", board_names[_i], i, err.text);
        } else {
            different += !same_scores(scores, first);
        }
    }
    load_stop(&load);
    bench_device_close(&device);
    ck_assert_int_eq(failures, 0);
    ck_assert_int_eq(different, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sessions");
    TCase *tcase = tcase_create("busy");
    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_loop_test(tcase, test_sessions_in_a_row, 0,
                        (int)(sizeof board_names / sizeof board_names[0]));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
