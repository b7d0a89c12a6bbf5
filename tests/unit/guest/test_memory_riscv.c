/* RISC-V firmware's memcpy, compiled for this machine: each length, from and to each alignment. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENTS = 8, LENGTHS = 100, MARGIN = 16, ROOM = LENGTHS + ALIGNMENTS + 2 * MARGIN };

/* As the test's CMakeLists.txt calls it. */
void *guest_memcpy(void *restrict to, const void *restrict from, size_t size_bytes);

static _Alignas(16) uint8_t source[ROOM];
static _Alignas(16) uint8_t target[ROOM];

static uint8_t wanted_at(size_t place, size_t to, size_t from, size_t size)
{
    return place < to || place >= to + size ? 0xa5 : source[place - to + from];
}

START_TEST(test_copy)
{
    const size_t to = MARGIN + (size_t)_i;
    for (size_t from = MARGIN; from < MARGIN + ALIGNMENTS; from++) {
        for (size_t size = 0; size < LENGTHS; size++) {
            memset(target, 0xa5, sizeof(target));
            ck_assert_ptr_eq(guest_memcpy(target + to, source + from, size), target + to);
            size_t i = 0; /* one assertion for all: each takes Check longer than a copy takes */
            while (i < sizeof(target) && target[i] == wanted_at(i, to, from, size))
                i++;
            ck_assert_msg(i == sizeof(target), "%zu bytes from %zu to %zu: byte %zu", size, from,
                          to, i);
        }
    }
}
END_TEST

int main(void)
{
    for (size_t i = 0; i < sizeof(source); i++)
        source[i] = (uint8_t)(i * 37 + 1);
    Suite *suite = suite_create("memory_riscv");
    TCase *each = tcase_create("alignment");
    tcase_add_loop_test(each, test_copy, 0, ALIGNMENTS);
    suite_add_tcase(suite, each);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
