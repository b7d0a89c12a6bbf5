/* CPU seats: spread evenly, in each process that takes one, within what its user allows it. Names
 * are those of a network namespace; a test that counts makes one of its own where it may. */
#include "board/qemu/cpu_seat.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEATS = 8 };

static struct cpu_seat seats[SEATS];
static int taken[CPU_SETSIZE]; /* by CPU */
static cpu_set_t allowed;
static bool alone;

static void set_up(void)
{
    alone = unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
    if (!alone)
        printf("# no network namespace of our own here: others' seats are not told from ours\n");
    for (int i = 0; i < SEATS; i++)
        seats[i] = CPU_SEAT_NONE;
    ck_assert_int_eq(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
}

static int cpu_of(const struct cpu_seat *seat)
{
    ck_assert_int_eq(CPU_COUNT(&seat->cpus), 1);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &seat->cpus))
            return cpu;
    return -1;
}

static void take(int index)
{
    ck_assert(cpu_seat_take(&seats[index]));
    int cpu = cpu_of(&seats[index]);
    ck_assert_msg(CPU_ISSET(cpu, &allowed), "CPU %d is not ours", cpu);
    taken[cpu] += 1;
}

static void leave(int index)
{
    taken[cpu_of(&seats[index])] -= 1;
    cpu_seat_leave(&seats[index]);
    cpu_seat_leave(&seats[index]);
}

static void check_even(void)
{
    int least = SEATS;
    int most = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        least = taken[cpu] < least ? taken[cpu] : least;
        most = taken[cpu] > most ? taken[cpu] : most;
    }
    ck_assert_msg(!alone || most - least <= 1, "%d on one CPU, %d on another", most, least);
}

static bool have_a_choice(void)
{
    if (CPU_COUNT(&allowed) > 1)
        return true;
    printf("# one CPU: nothing to spread\n");
    ck_assert(!cpu_seat_take(&seats[0]));
    return false;
}

START_TEST(boards_spread_over_cpus)
{
    if (!have_a_choice())
        return;
    for (int i = 0; i < SEATS; i++) {
        take(i);
        check_even();
    }
    /* What was left is taken first. */
    int cpu = cpu_of(&seats[2]);
    leave(2);
    if (CPU_COUNT(&allowed) <= SEATS && SEATS % CPU_COUNT(&allowed) == 0 && alone) {
        take(2);
        ck_assert_int_eq(cpu_of(&seats[2]), cpu);
    }
}
END_TEST

/* The others' seats count, and are free when they die. */
START_TEST(boards_of_other_processes_count)
{
    int ends[2];
    int theirs = 0;
    if (!have_a_choice())
        return;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t other = fork();
    ck_assert_int_ge(other, 0);
    if (other == 0) {
        theirs = cpu_seat_take(&seats[0]) ? cpu_of(&seats[0]) : -1;
        if (write(ends[1], &theirs, sizeof(theirs)) != sizeof(theirs))
            _exit(1);
        for (;;)
            pause();
    }
    ck_assert_int_eq(read(ends[0], &theirs, sizeof(theirs)), sizeof(theirs));
    ck_assert_int_ge(theirs, 0);
    taken[theirs] += 1;
    for (int i = 1; i < CPU_COUNT(&allowed) && i < SEATS; i++) {
        take(i);
        check_even();
    }
    ck_assert_int_eq(kill(other, SIGKILL), 0);
    ck_assert_int_eq(waitpid(other, NULL, 0), other);
    taken[theirs] -= 1;
    if (CPU_COUNT(&allowed) <= SEATS)
        take(0);
    check_even();
}
END_TEST

START_TEST(one_cpu_is_no_choice)
{
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
        ck_assert(!cpu_seat_take(&seats[0]));
        ck_assert_int_eq(seats[0].fd, -1);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("cpu_seat");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, boards_spread_over_cpus);
    tcase_add_test(tests, boards_of_other_processes_count);
    tcase_add_test(tests, one_cpu_is_no_choice);
    Suite *suite = suite_create("cpu_seat");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
