/* Which of TVM's two RPC dialects a client speaks, and what a session needs beside the form of its
 * packets: how it begins, handles and their types, errors. In bytes, as TVM 0.16's and 0.27's
 * clients write them. */
#include "unit/bridge/dialect/packet_writer.h"
#include "unit/bridge/tcp_peer.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static void open_ffi(void)
{
    dialect_init(&dialect, RPC_DIALECT_FFI);
}

static void open_unknown(void)
{
    dialect_init(&dialect, RPC_DIALECT_UNKNOWN);
}

static void close_dialect(void)
{
    dialect_dispose(&dialect);
    dialect_dispose(&dialect);
}

static void write_init(void)
{
    begin(INIT);
    text("0.8.0");
    i32(0);
}

START_TEST(the_beginning_is_the_same)
{
    write_init();
    const struct packet *got = requested();
    ck_assert_ptr_eq(got->data, written.data);
    ck_assert_int_eq(dialect.speaks, RPC_DIALECT_UNKNOWN);
    ck_assert(dialect_owes_beginning(&dialect));
    begin(RETURN);
    i32(1);
    i32(RPC_VALUE_NULL);
    struct bytes reply = replied();
    ck_assert(!dialect_owes_beginning(&dialect));
    begin(RETURN);
    i32(0);
    expect(reply.data, reply.size);
}
END_TEST

static void write_lookup(int kind, const char *name)
{
    begin(LOOKUP);
    i32(1);
    i32(kind == 0 ? RPC_VALUE_STRING : kind == 1 ? RPC_FFI_RAW_STRING : RPC_FFI_SMALL_STRING);
    if (kind == 2)
        i32(RPC_FFI_STRING);
    text(name);
}

START_TEST(a_lookup_tells)
{
    static const char *const names[] = {"", "a", "tvm.aot_executor.create"};
    for (size_t i = 0; i < 3; i++) {
        dialect_init(&dialect, RPC_DIALECT_UNKNOWN);
        write_lookup(_i, names[i]);
        const struct packet *got = requested();
        ck_assert_int_eq(dialect.speaks, _i == 0 ? RPC_DIALECT_CRT : RPC_DIALECT_FFI);
        write_lookup(0, names[i]);
        expect(got->data, got->size_bytes);
        dialect_dispose(&dialect);
    }
}
END_TEST

/* Is there such a device? Both take 28 bytes for that. */
START_TEST(an_attribute_tells)
{
    begin(GET_ATTR);
    i32(2);
    i32(RPC_VALUE_DEVICE);
    i32(RPC_VALUE_INT);
    device(1, (uint32_t)_i);
    i64(0);
    requested();
    ck_assert_int_eq(dialect.speaks, RPC_DIALECT_CRT);
    dialect_dispose(&dialect);
    begin(GET_ATTR);
    i32(2);
    i32(RPC_FFI_DEVICE);
    device(1, (uint32_t)_i);
    i32(RPC_FFI_INT);
    i64(0);
    requested();
    ck_assert_int_eq(dialect.speaks, RPC_DIALECT_FFI);
}
END_TEST

START_TEST(the_system_library_has_another_name)
{
    write_lookup(1 + _i, "ffi.SystemLib");
    const struct packet *got = requested();
    write_lookup(0, "runtime.SystemLib");
    expect(got->data, got->size_bytes);
    write_lookup(1 + _i, "ffi.SystemLib2");
    got = requested();
    write_lookup(0, "ffi.SystemLib2");
    expect(got->data, got->size_bytes);
}
END_TEST

/* What a call returned, in each type, from the board's code to FFI's. */
START_TEST(results_of_each_type)
{
    static const struct {
        uint32_t crt, ffi;
    } numbers[] = {{0, 1}, {1, 1}, {2, 3}, {3, 4}, {6, 6}, {9, 73}, {10, 68}, {15, 2}};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        write_call(), requested();
        begin(RETURN);
        i32(2), i32(RPC_VALUE_INT), i32(numbers[i].crt == 9 ? 3 : numbers[i].crt);
        i64(numbers[i].crt), i64(0x77);
        struct bytes reply = replied();
        begin(RETURN);
        i32(2), i32(RPC_FFI_INT), i64(numbers[i].ffi);
        i32(numbers[i].crt == 9 ? 4 : numbers[i].ffi), i64(0x77);
        expect(reply.data, reply.size);
    }
}
END_TEST

START_TEST(nothing_as_a_result)
{
    write_call(), requested();
    begin(RETURN);
    i32(1), i32(RPC_VALUE_INT), i64(RPC_VALUE_NULL);
    struct bytes reply = replied();
    begin(RETURN);
    i32(1), i32(RPC_FFI_INT), i64(RPC_FFI_NONE);
    expect(reply.data, reply.size);
}
END_TEST

/* An array is freed as one as often as it was given, and a function otherwise. */
START_TEST(handles_are_freed_with_their_type)
{
    for (int i = 0; i < 2; i++) {
        write_call(), requested();
        begin(RETURN);
        i32(3), i32(RPC_VALUE_INT), i32(RPC_VALUE_TENSOR), i32(RPC_VALUE_HANDLE);
        i64(RPC_VALUE_ARRAY), tensor(), i64(0x20001000);
        struct bytes reply = replied();
        begin(RETURN);
        i32(3), i32(RPC_FFI_INT), i64(RPC_FFI_TENSOR);
        i32(RPC_FFI_TENSOR_POINTER), tensor(), i32(RPC_FFI_HANDLE), i64(0x20001000);
        expect(reply.data, reply.size);
    }
    for (int i = 0; i < 3; i++) {
        begin(FREE);
        i32(1), i32(RPC_FFI_HANDLE), i64(0x20001000);
        const struct packet *got = requested();
        begin(FREE);
        i32(2), i32(RPC_VALUE_HANDLE), i32(RPC_VALUE_INT), i64(0x20001000);
        i64(i < 2 ? RPC_VALUE_ARRAY : RPC_VALUE_FUNCTION);
        expect(got->data, got->size_bytes);
    }
}
END_TEST

START_TEST(copies_are_the_same)
{
    begin(COPY_TO);
    tensor();
    i64(4), i32(7);
    ck_assert_ptr_eq(requested()->data, written.data);
    begin(RETURN);
    i32(1), i32(RPC_VALUE_NULL);
    struct bytes reply = replied();
    begin(RETURN);
    i32(1), i32(RPC_FFI_NONE);
    expect(reply.data, reply.size);
    begin(COPY_ACK);
    i32(9);
    reply = replied();
    expect(reply.data, reply.size);
}
END_TEST

START_TEST(an_exception_of_the_board)
{
    write_call(), requested();
    begin(EXCEPTION);
    i32(1), i32(RPC_VALUE_STRING), text("it broke");
    struct bytes reply = replied();
    begin(EXCEPTION);
    i32(1), i32(RPC_FFI_RAW_STRING), text("it broke");
    expect(reply.data, reply.size);
}
END_TEST

/* Ours, to a client of either dialect. */
START_TEST(an_exception_of_ours)
{
    struct tcp_peer *peer = malloc(sizeof(*peer));
    struct socket ours;
    tcp_peer_open(peer, &ours);
    dialect_init(&dialect, (enum rpc_dialect)_i);
    ck_assert(dialect_send_exception(&dialect, &ours, "it broke", deadline_never(), &err));
    begin(EXCEPTION);
    i32(1);
    i32(_i == RPC_DIALECT_FFI ? RPC_FFI_RAW_STRING : RPC_VALUE_STRING);
    text("it broke");
    end();
    tcp_peer_assert_got(peer, &ours, written.data, written.size);
    tcp_peer_close(peer);
    free(peer);
}
END_TEST

START_TEST(more_handles_than_anybody_holds)
{
    const uint8_t *got;
    size_t size;
    bool good = true;
    for (uint32_t i = 0; i <= DIALECT_MAX_HANDLES; i++) {
        ck_assert(good);
        write_call(), requested();
        begin(RETURN);
        i32(2), i32(RPC_VALUE_INT), i32(RPC_VALUE_HANDLE), i64(RPC_VALUE_MODULE), i64(i);
        end();
        good = dialect_reply(&dialect, written.data, written.size, &got, &size, &err);
    }
    ck_assert(!good);
    ck_assert_ptr_nonnull(strstr(err.text, "more than 4096 handles"));
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("dialect");
    TCase *unknown = tcase_create("unknown");
    tcase_add_checked_fixture(unknown, open_unknown, close_dialect);
    tcase_add_test(unknown, the_beginning_is_the_same);
    tcase_add_loop_test(unknown, a_lookup_tells, 0, 3);
    tcase_add_loop_test(unknown, an_attribute_tells, 0, 3);
    tcase_add_loop_test(unknown, an_exception_of_ours, RPC_DIALECT_UNKNOWN, RPC_DIALECT_FFI + 1);
    suite_add_tcase(suite, unknown);
    TCase *ffi = tcase_create("ffi");
    tcase_add_checked_fixture(ffi, open_ffi, close_dialect);
    tcase_add_loop_test(ffi, the_system_library_has_another_name, 0, 2);
    tcase_add_test(ffi, results_of_each_type);
    tcase_add_test(ffi, nothing_as_a_result);
    tcase_add_test(ffi, handles_are_freed_with_their_type);
    tcase_add_test(ffi, copies_are_the_same);
    tcase_add_test(ffi, an_exception_of_the_board);
    tcase_add_test(ffi, more_handles_than_anybody_holds);
    suite_add_tcase(suite, ffi);
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
