/* The values in TVM's RPC packets, in bytes: of each type, and what no client and no board sends.
 */
#include "unit/bridge/dialect/packet_writer.h"

#include <check.h>
#include <stdlib.h>

static void open_ffi(void)
{
    dialect_init(&dialect, RPC_DIALECT_FFI);
}

static void close_dialect(void)
{
    dialect_dispose(&dialect);
}

START_TEST(arguments_of_each_type)
{
    begin(CALL);
    i64(0x80018003);
    i32(13);
    i32(RPC_FFI_NONE);
    i32(RPC_FFI_INT), i64((uint64_t)-5);
    i32(RPC_FFI_BOOL), i64(1);
    i32(RPC_FFI_FLOAT), i64(0x3ff8000000000000);
    i32(RPC_FFI_HANDLE), i64(0x1234);
    i32(RPC_FFI_TYPE), i64(0x00012002);
    i32(RPC_FFI_DEVICE), device(1, 0);
    i32(RPC_FFI_TENSOR_POINTER), tensor();
    i32(RPC_FFI_RAW_STRING), text("raw");
    i32(RPC_FFI_RAW_BYTES), text("\1\2");
    i32(RPC_FFI_FUNCTION), i64(0x80008002);
    i32(RPC_FFI_MODULE), i64(0x8001);
    i32(RPC_FFI_BYTES), i32(RPC_FFI_BYTES), text("ob");
    const struct packet *got = requested();
    static const uint32_t codes[] = {4, 0, 0, 2, 3, 5, 6, 7, 11, 12, 10, 9, 12};
    begin(CALL);
    i64(0x80018003);
    i32(13);
    for (size_t i = 0; i < 13; i++)
        i32(codes[i]);
    i64((uint64_t)-5), i64(1), i64(0x3ff8000000000000), i64(0x1234), i64(0x00012002);
    device(1, 0), tensor(), text("raw"), text("\1\2"), i64(0x80008002), i64(0x8001), text("ob");
    expect(got->data, got->size_bytes);
}
END_TEST

START_TEST(tensors_of_truth_values)
{
    enum { OF_CRT = 0x00010101, OF_FFI = 0x00010806, BYTES = 0x00010801 };
    begin(CALL);
    i64(0x80018003);
    i32(2);
    i32(RPC_FFI_TENSOR_POINTER), tensor_of(OF_FFI);
    i32(RPC_FFI_TENSOR_POINTER), tensor_of(BYTES);
    const struct packet *got = requested();
    begin(CALL);
    i64(0x80018003);
    i32(2), i32(RPC_VALUE_TENSOR), i32(RPC_VALUE_TENSOR);
    tensor_of(OF_CRT), tensor_of(BYTES);
    expect(got->data, got->size_bytes);
    begin(RETURN);
    i32(3), i32(RPC_VALUE_INT), i32(RPC_VALUE_TENSOR), i32(RPC_VALUE_HANDLE);
    i64(RPC_VALUE_ARRAY), tensor_of(OF_CRT), i64(0x8001);
    struct bytes reply = replied();
    begin(RETURN);
    i32(3), i32(RPC_FFI_INT), i64(RPC_FFI_TENSOR);
    i32(RPC_FFI_TENSOR_POINTER), tensor_of(OF_FFI), i32(RPC_FFI_HANDLE), i64(0x8001);
    expect(reply.data, reply.size);
}
END_TEST

START_TEST(values_that_a_board_does_not_know)
{
    static const uint32_t codes[] = {10, 13, 63, 64, 67, 71, 128, 0xffffffff};
    write_call();
    written.size -= 4;
    i32(2), i32(RPC_FFI_NONE), i32(codes[_i]), i32(99), i64(0);
    refused("value 1 has type ");
}
END_TEST

START_TEST(packets_that_are_cut_off)
{
    begin(CALL);
    i64(0x80018003);
    i32(3);
    i32(RPC_FFI_TENSOR_POINTER), tensor();
    i32(RPC_FFI_STRING), i32(RPC_FFI_STRING), text("abc");
    i32(RPC_FFI_INT), i64(5);
    size_t whole = written.size;
    for (size_t size = 24; size < whole; size++) {
        written.size = size;
        refused("packet");
    }
    written.size = whole;
    i32(0);
    refused("4 bytes more");
}
END_TEST

START_TEST(counts_and_sizes_that_lie)
{
    static const uint64_t sizes[] = {1U << 31, UINT32_MAX, 1ULL << 63, UINT64_MAX, 4};
    begin(LOOKUP);
    i32(1), i32(RPC_FFI_RAW_STRING), i64(sizes[_i]), i32(0x616161);
    written.size--;
    refused("ends within value 0");
    begin(LOOKUP);
    i32((uint32_t)sizes[_i] | 0x70000000);
    refused("too short for its");
    begin(CALL);
    i64(1);
    i32(1), i32(RPC_FFI_TENSOR_POINTER), i64(0), device(1, 0), i32((uint32_t)sizes[_i]), i32(0);
    refused("ends within value 0");
}
END_TEST

/* A firmware may answer anything. */
START_TEST(answers_that_are_none)
{
    const uint8_t *got;
    size_t size;
    static const uint32_t codes[] = {14, 16, 0xffffffff, 0x7fffffff};
    write_call(), requested();
    begin(RETURN);
    i32(2), i32(RPC_VALUE_INT), i32(RPC_VALUE_INT), i64(codes[_i]), i64(0);
    end();
    ck_assert(!dialect_reply(&dialect, written.data, written.size, &got, &size, &err));
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    for (size_t cut = 12; cut < 40; cut++) {
        write_call(), requested();
        begin(RETURN);
        i32(2), i32(RPC_VALUE_INT), i32(RPC_VALUE_INT), i64(0), i64(0);
        ck_assert(!dialect_reply(&dialect, written.data, cut, &got, &size, &err));
        ck_assert_int_eq(err.kind, ERROR_DEVICE);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("sequence");
    TCase *values = tcase_create("values");
    tcase_add_checked_fixture(values, open_ffi, close_dialect);
    tcase_add_test(values, arguments_of_each_type);
    tcase_add_test(values, tensors_of_truth_values);
    tcase_add_loop_test(values, values_that_a_board_does_not_know, 0, 8);
    tcase_add_test(values, packets_that_are_cut_off);
    tcase_add_loop_test(values, counts_and_sizes_that_lie, 0, 5);
    tcase_add_loop_test(values, answers_that_are_none, 0, 4);
    suite_add_tcase(suite, values);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
