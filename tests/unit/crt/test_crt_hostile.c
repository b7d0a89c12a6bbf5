/* Messages that no TVM client sends: cut short, with wild numbers, or random. Each is answered by
 * an exception or not at all, and the server goes on. */
#include "unit/crt/crt_client.h"
#include "unit/crt/crt_model.h"
#include "unit/crt/crt_platform.h"
#include "unit/wire/random_bytes.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct message message;

/* Still there, and of sound mind. */
static void check_alive(void)
{
    begin_call(&message, global_func("tvm.rpc.server.GetCRTMaxPacketSize"));
    put_types(&message, NULL, 0);
    client_send(&message);
    ck_assert_int_eq(expect_int(), 1024 - 11);
}

/* One of each kind of message. */
static void make_sample(int kind)
{
    static const int types[] = {kTVMArgInt,         kTVMStr,      kTVMBytes,
                                kTVMDLTensorHandle, kTVMDataType, kDLDevice};
    const int64_t shape[] = {2, 2};
    const DLDataType dtype = {kDLInt, 32, 1};
    uint64_t data = alloc(64);
    uint64_t func = module_func(system_library(), "fail_silently");
    if (kind == 0) {
        begin(&message, CODE_INIT);
        put_string(&message, "0.8.0");
        put_types(&message, NULL, 0);
    } else if (kind == 1) {
        begin_call(&message, func);
        put_types(&message, types, 6);
        put_u64(&message, 5);
        put_string(&message, "string");
        put_string(&message, "bytes");
        put_tensor(&message, data, dtype, shape, 2, 0);
        put_u64(&message, 7);
        put_device(&message);
    } else if (kind == 2) {
        begin(&message, CODE_COPY_FROM);
        put_tensor(&message, data, dtype, shape, 2, 0);
        put_u64(&message, 16);
    } else if (kind == 3) {
        begin(&message, CODE_COPY_TO);
        put_tensor(&message, data, dtype, shape, 2, 0);
        put_u64(&message, 16);
        put(&message, "0123456789abcdef", 16);
    } else {
        begin(&message, CODE_GET_GLOBAL);
        put_types(&message, types + 1, 1);
        put_string(&message, "runtime.SystemLib");
    }
}

enum { SAMPLES = 5 };

/* Every sample cut at every byte: the whole one alone gets its reply. */
START_TEST(test_truncated)
{
    make_sample(_i);
    struct message sample = message;
    for (size_t size = 0; size < sample.size; size++) {
        struct message cut = sample;
        cut.size = size;
        client_send(&cut);
        if (size == 0) {
            ck_assert_int_eq(client.replies, 0); /* "no packet" */
            continue;
        }
        expect_exception("");
    }
    client_send(&sample);
    expect_code(_i == 1 ? CODE_EXCEPTION : _i == 2 ? CODE_COPY_ACK : CODE_RETURN);
    check_alive();
}
END_TEST

/* The length in front says something else than what came. */
START_TEST(test_wrong_length)
{
    static const uint64_t lengths[] = {1, 3, 4, 1000, UINT64_MAX, 1ULL << 32, 1ULL << 63};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        uint8_t bytes[16] = {0};
        memcpy(bytes, &lengths[i], sizeof(lengths[i]));
        bytes[8] = CODE_GET_GLOBAL;
        client_send_raw(bytes, sizeof(bytes));
        expect_exception("damaged");
    }
    for (size_t size = 0; size < 8; size++) {
        uint8_t bytes[8] = {4};
        client_send_raw(bytes, size);
        expect_exception("damaged");
    }
    uint8_t nothing[8] = {0};
    client_send_raw(nothing, sizeof(nothing));
    ck_assert_int_eq(client.replies, 0);
    check_alive();
}
END_TEST

START_TEST(test_codes)
{
    static const int32_t codes[] = {0, 4, 5, 8, 22, 23, 1000, -1, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        begin(&message, (enum code)codes[i]);
        put_types(&message, NULL, 0);
        client_send(&message);
        expect_exception("not a request to a board");
    }
    begin(&message, CODE_SET_DEVICE);
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_exception("DevSetDevice: not available");
    begin(&message, CODE_GET_ATTR);
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_exception("DevGetAttr: not available");
}
END_TEST

/* Each system call with no arguments, and with arguments of the wrong type. */
START_TEST(test_system_call_arguments)
{
    for (int code = CODE_GET_GLOBAL; code <= 21; code++) {
        for (int count = 0; count < 6; count++) {
            int types[6];
            for (int i = 0; i < 6; i++)
                types[i] = kTVMArgFloat;
            begin(&message, (enum code)code);
            put_types(&message, types, count);
            for (int i = 0; i < count; i++)
                put_u64(&message, UINT64_MAX);
            client_send(&message);
            expect_exception(": ");
        }
    }
    check_alive();
}
END_TEST

START_TEST(test_argument_types)
{
    uint64_t func = module_func(system_library(), "fail_silently");
    for (int type = -3; type < 130; type++) {
        begin_call(&message, func);
        put_types(&message, &type, 1);
        client_send(&message);
        expect_exception(""); /* too short for its type, unless it takes no bytes */
    }
}
END_TEST

/* Counts, lengths and ranks that go beyond the message. */
START_TEST(test_wild_numbers)
{
    static const int64_t wild[] = {-1, 3, 1000, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    uint64_t func = module_func(system_library(), "echo");
    const int string[] = {kTVMStr};
    const int bytes[] = {kTVMBytes};
    const int tensor[] = {kTVMDLTensorHandle};
    for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
        begin_call(&message, func);
        put_i32(&message, (int32_t)wild[i] | 2);
        client_send(&message);
        expect_exception("damaged");
        for (int kind = 0; kind < 2; kind++) {
            begin_call(&message, func);
            put_types(&message, kind ? bytes : string, 1);
            put_u64(&message, (uint64_t)wild[i]);
            put(&message, "ab", 2);
            client_send(&message);
            expect_exception("ends in");
        }
        begin_call(&message, func);
        put_types(&message, tensor, 1);
        put_u64(&message, 0);
        put_device(&message);
        put_i32(&message, (int32_t)wild[i] | 4);
        put_u64(&message, 0);
        client_send(&message);
        expect_exception("damaged");
    }
    check_alive();
}
END_TEST

static void free_handle(uint64_t handle, int64_t type_code)
{
    const int types[] = {kTVMOpaqueHandle, kTVMArgInt};
    begin(&message, CODE_FREE_HANDLE);
    put_types(&message, types, 2);
    put_u64(&message, handle);
    put_u64(&message, (uint64_t)type_code);
    client_send(&message);
}

/* Handles made up: of functions to call, and of all kinds to free. */
START_TEST(test_handles)
{
    static const uint64_t handles[] = {
        0,          1,          0x8000,     0xffff,     0x10000,    0x80008000,
        0x80018000, 0x80028000, 0x80028fff, 0x80038000, 0x80ff8000, 0xffffffff,
        0x81008000, 0x82028000, 1ULL << 32, 1ULL << 63, UINT64_MAX, 0x180028000,
    };
    uint64_t library = system_library();
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        begin_call(&message, handles[i]);
        put_types(&message, NULL, 0);
        client_send(&message);
        ck_assert_int_eq(client.replies, 1);
        free_handle(handles[i], kTVMNDArrayHandle);
        ck_assert_int_eq(client.replies, 1);
        free_handle(handles[i], kTVMPackedFuncHandle);
        ck_assert_int_eq(client.replies, 1);
        free_handle(handles[i], kTVMModuleHandle);
        ck_assert_int_eq(client.replies, 1);
        free_handle(handles[i], 77);
        expect_exception("no handles of type 77");
        ck_assert_uint_eq(module_func(library, "echo") >> 16, library);
    }
    begin_call(&message, 0);
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_exception("not the handle of a function");
    free_handle(0x1234, kTVMModuleHandle);
    expect_exception("not the handle of a module");
    check_alive();
}
END_TEST

/* Start, length, session header; packet length, code, count, type; CRC. */
enum { REPLY_SIZE = 2 + 4 + 3 + 8 + 4 + 4 + 4 + 2 };

/* The line breaks while any byte of a reply is sent: the loop says so. */
START_TEST(test_line_lost)
{
    client.write_limit = _i;
    begin(&message, CODE_INIT);
    put_string(&message, "0.8.0");
    put_types(&message, NULL, 0);
    client_send(&message);
    bool whole = _i == REPLY_SIZE;
    ck_assert_int_eq(client.replies, whole ? 1 : 0);
    ck_assert_int_eq(client.status, whole ? kTvmErrorNoError : kTvmErrorWriteStreamShortWrite);
}
END_TEST

/* Random changes to good messages, and messages of random bytes. */
START_TEST(test_fuzz)
{
    uint32_t seed = 4242 + (uint32_t)_i;
    for (int round = 0; round < 400; round++) {
        make_sample((int)random_below(&seed, SAMPLES));
        struct message spoiled = message;
        uint32_t changes = 1 + random_below(&seed, 4);
        for (uint32_t i = 0; i < changes; i++) {
            size_t at = random_below(&seed, (uint32_t)spoiled.size);
            spoiled.bytes[at] = (uint8_t)random_next(&seed);
        }
        if (random_below(&seed, 10) == 0)
            random_fill(&seed, spoiled.bytes + 4, spoiled.size - 4);
        if (spoiled.bytes[0] == CODE_SHUTDOWN)
            continue;
        client_send(&spoiled);
        ck_assert_int_eq(client.replies, 1);
    }
    check_alive();
}
END_TEST

static Suite *hostile_suite(void)
{
    Suite *suite = suite_create("crt_hostile");
    TCase *messages = tcase_create("messages");
    tcase_add_checked_fixture(messages, client_open, NULL);
    tcase_add_loop_test(messages, test_truncated, 0, SAMPLES);
    tcase_add_test(messages, test_wrong_length);
    tcase_add_test(messages, test_codes);
    tcase_add_test(messages, test_system_call_arguments);
    tcase_add_test(messages, test_argument_types);
    tcase_add_test(messages, test_wild_numbers);
    tcase_add_test(messages, test_handles);
    tcase_add_loop_test(messages, test_line_lost, 0, REPLY_SIZE + 1);
    suite_add_tcase(suite, messages);
    TCase *fuzz = tcase_create("fuzz");
    tcase_add_checked_fixture(fuzz, client_open, NULL);
    tcase_add_loop_test(fuzz, test_fuzz, 0, 10);
    suite_add_tcase(suite, fuzz);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(hostile_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
