/* What is done with each byte of a frame, by words and at any place: the CRC against its
 * definition, bit by bit, and runs against a search byte by byte. */
#include "unit/wire/random_bytes.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/rpc_common/framing.h>

enum { ALIGNMENTS = 16, CRC_LENGTHS = 400, RUN_LENGTHS = 80 };

static uint16_t crc_by_definition(uint16_t crc, const uint8_t *data, size_t size_bytes)
{
    for (size_t i = 0; i < 8 * size_bytes; i++) {
        const unsigned bit = data[i / 8] >> (7 - i % 8) & 1;
        const unsigned top = crc >> 15;
        crc = (uint16_t)(crc << 1 ^ (top ^ bit ? 0x1021 : 0));
    }
    return crc;
}

/* Nothing stands behind its last byte: reading past it would be seen. */
static uint8_t *make_room(size_t alignment, size_t size_bytes, uint8_t **ret_memory)
{
    *ret_memory = malloc(alignment + size_bytes + (alignment + size_bytes == 0));
    ck_assert_ptr_nonnull(*ret_memory);
    return *ret_memory + alignment;
}

START_TEST(test_crc)
{
    uint32_t seed = 5 + (uint32_t)_i;
    for (size_t size = 0; size < CRC_LENGTHS; size++) {
        uint8_t *memory;
        uint8_t *data = make_room((size_t)_i, size, &memory);
        random_fill_special(&seed, data, size);
        const uint16_t begun = (uint16_t)random_below(&seed, 0x10000);
        const uint16_t wanted = crc_by_definition(begun, data, size);
        ck_assert_msg(frame_crc(begun, data, size) == wanted, "%zu bytes", size);
        /* In two pieces, too. */
        const size_t first = random_below(&seed, (uint32_t)size + 1);
        const uint16_t middle = frame_crc(begun, data, first);
        ck_assert_uint_eq(frame_crc(middle, data + first, size - first), wanted);
        free(memory);
    }
}
END_TEST

/* Each bit counts, wherever it is. */
START_TEST(test_crc_of_one_bit)
{
    static uint8_t data[ALIGNMENTS + 300];
    const size_t size = sizeof(data) - (size_t)_i;
    uint8_t *begin = data + _i;
    const uint16_t nothing = frame_crc(0, begin, size);
    ck_assert_uint_eq(nothing, 0);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        begin[bit / 8] = (uint8_t)(1U << bit % 8);
        ck_assert_uint_eq(frame_crc(0, begin, size), crc_by_definition(0, begin, size));
        begin[bit / 8] = 0;
    }
}
END_TEST

/* One stop byte at each place, or none, or two, among bytes that differ from it by little. */
static void check_runs(size_t alignment, size_t size, uint8_t stop)
{
    const uint8_t like[] = {(uint8_t)(stop - 1), (uint8_t)(stop + 1), (uint8_t)(stop ^ 0x80), 0x80};
    uint8_t *memory;
    uint8_t *data = make_room(alignment, size, &memory);
    for (size_t i = 0; i < size; i++)
        data[i] = like[i % sizeof(like)] != stop ? like[i % sizeof(like)] : 0;
    ck_assert_uint_eq(frame_run(data, size, stop), size);
    for (size_t at = size; at-- > 0;) {
        const uint8_t kept = data[at];
        data[at] = stop;
        ck_assert_uint_eq(frame_run(data, size, stop), at);
        if (at % 3 != 0) /* else it stays, and is not found: the next one stands before it */
            data[at] = kept;
    }
    free(memory);
}

START_TEST(test_run)
{
    for (size_t size = 0; size < RUN_LENGTHS; size++) {
        check_runs((size_t)_i, size, FRAME_ESCAPE);
        check_runs((size_t)_i, size, FRAME_NOP);
        check_runs((size_t)_i, size, 0);
    }
}
END_TEST

static Suite *frame_bytes_suite(void)
{
    Suite *suite = suite_create("frame_bytes");
    TCase *each = tcase_create("alignment");
    tcase_add_loop_test(each, test_crc, 0, ALIGNMENTS);
    tcase_add_loop_test(each, test_crc_of_one_bit, 0, ALIGNMENTS);
    tcase_add_loop_test(each, test_run, 0, ALIGNMENTS);
    suite_add_tcase(suite, each);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(frame_bytes_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
