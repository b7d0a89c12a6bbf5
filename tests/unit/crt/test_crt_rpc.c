/* The RPC server, spoken to in bytes: what a well-behaved TVM client sends and gets. */
#include "unit/crt/crt_client.h"
#include "unit/crt/crt_model.h"
#include "unit/crt/crt_platform.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/logging.h>
#include <tvm/runtime/crt/packed_func.h>

static struct message message;

START_TEST(test_boot)
{
    client_open();
    ck_assert_int_eq(client.status, kTvmErrorNoError);
    ck_assert_int_eq(client.terminations, 0); /* none was established yet */
}
END_TEST

START_TEST(test_init_server)
{
    begin(&message, CODE_INIT);
    put_string(&message, "0.8.0");
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_void();

    const int types[] = {kTVMStr};
    begin(&message, CODE_INIT);
    put_string(&message, "0.8.0");
    put_types(&message, types, 1);
    put_string(&message, "x");
    client_send(&message);
    expect_exception("constructor");
}
END_TEST

START_TEST(test_global_functions)
{
    static const char *const names[] = {
        "runtime.SystemLib",        "tvm.rpc.server.ModuleGetFunction",
        "runtime.RPCTimeEvaluator", "tvm.rpc.server.GetCRTMaxPacketSize",
        "tvm.aot_executor.create",  "tvm.contrib.random.random_fill",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        ck_assert_uint_ne(global_func(names[i]), 0);
    ck_assert_uint_eq(global_func("tvm.rpc.server.load_module"), 0);
}
END_TEST

/* A client's packets, with 8 bytes of length, 3 of session header, just fit. */
START_TEST(test_max_packet_size)
{
    begin_call(&message, global_func("tvm.rpc.server.GetCRTMaxPacketSize"));
    put_types(&message, NULL, 0);
    client_send(&message);
    ck_assert_int_eq(expect_int(), 1024 - 11);

    const int64_t shape[] = {1024};
    uint64_t data = alloc(1024);
    begin(&message, CODE_COPY_TO);
    put_tensor(&message, data, (DLDataType){kDLUInt, 8, 1}, shape, 1, 0);
    size_t block = 1024 - 11 - message.size - 8;
    put_u64(&message, block);
    for (size_t i = 0; i < block; i++)
        put(&message, "\xff", 1);
    ck_assert_uint_eq(message.size, 1024 - 11);
    client_send(&message);
    expect_void();
    ck_assert_uint_eq(((uint8_t *)memory_at(data))[block - 1], 0xff);
    ck_assert_uint_eq(((uint8_t *)memory_at(data))[block], 0);

    put(&message, "x", 1);
    client_send(&message);
    expect_exception("message of 1025 bytes: this board takes 1024");
}
END_TEST

START_TEST(test_system_library)
{
    uint64_t library = system_library();
    ck_assert_uint_eq(system_library(), library);
    ck_assert_uint_ne(module_func(library, "echo"), 0);
}
END_TEST

START_TEST(test_no_such_function)
{
    const int types[] = {kTVMModuleHandle, kTVMStr, kTVMArgBool};
    uint64_t library = system_library();
    begin_call(&message, global_func("tvm.rpc.server.ModuleGetFunction"));
    put_types(&message, types, 3);
    put_u64(&message, library);
    put_string(&message, "nothing_of_the_kind");
    put_u64(&message, 1);
    client_send(&message);
    const int null[] = {kTVMNullptr};
    expect_returned(kTVMNullptr, null, 1);
    expect_end();
}
END_TEST

/* ---- each type there and back ---- */

static const struct {
    int sent;
    int returned;
    size_t size;
    uint8_t bytes[16];
} echoed[] = {
    {kTVMArgInt, kTVMArgInt, 8, {1, 2, 3, 4, 5, 6, 7, 0x88}},
    {kDLUInt, kDLUInt, 8, {0xff, 0xff}},
    {kTVMArgFloat, kTVMArgFloat, 8, {0, 0, 0, 0, 0, 0, 0xf0, 0x3f}},
    {kTVMArgBool, kTVMArgBool, 8, {1}},
    {kTVMNullptr, kTVMNullptr, 0, {0}},
    {kTVMDataType, kTVMDataType, 8, {kDLFloat, 32, 4, 0}},
    {kDLDevice, kDLDevice, 8, {kDLCPU, 0, 0, 0, 3}},
    {kTVMOpaqueHandle, kTVMOpaqueHandle, 8, {0x10, 0x20}},
    {kTVMModuleHandle, kTVMOpaqueHandle, 8, {0x30}},
    {kTVMPackedFuncHandle, kTVMOpaqueHandle, 8, {0x40}},
    {kTVMStr, kTVMStr, 13, {5, 0, 0, 0, 0, 0, 0, 0, 'h', 'e', 'l', 'l', 'o'}},
    {kTVMStr, kTVMStr, 8, {0}},
    {kTVMBytes, kTVMBytes, 11, {3, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0}},
    {kTVMBytes, kTVMBytes, 8, {0}},
};

START_TEST(test_echo)
{
    long live;
    uint64_t echo = module_func(system_library(), "echo");
    begin_call(&message, echo);
    put_types(&message, &echoed[_i].sent, 1);
    put(&message, echoed[_i].bytes, echoed[_i].size);
    live = crt_platform.live_allocations;
    client_send(&message);
    expect_returned(echoed[_i].sent, &echoed[_i].returned, 1);
    ck_assert_uint_eq(client.reply_size - client.at, echoed[_i].size);
    ck_assert_mem_eq(client.reply + client.at, echoed[_i].bytes, echoed[_i].size);
    /* One more at most: the first opaque handle is noted, the arguments' memory stays. */
    ck_assert_int_le(crt_platform.live_allocations, live + 1);
    client_send(&message);
    ck_assert_int_le(crt_platform.live_allocations, live + 1);
}
END_TEST

/* A client's own object, sent as a reference: 4 bytes of type, then its handle. */
START_TEST(test_object)
{
    const int types[] = {kTVMObjectHandle};
    const int returned[] = {kTVMOpaqueHandle};
    uint64_t echo = module_func(system_library(), "echo");
    begin_call(&message, echo);
    put_types(&message, types, 1);
    put_i32(&message, 9);
    put_u64(&message, 0x1234);
    client_send(&message);
    expect_returned(kTVMObjectHandle, returned, 1);
    ck_assert_uint_eq(get_u64(), 0x1234);
    expect_end();
    begin_call(&message, echo);
    put_types(&message, types, 1);
    put_i32(&message, 8);
    put_u64(&message, 0x1234);
    client_send(&message);
    expect_exception("object of type 8");
}
END_TEST

/* More arguments than any before: the server makes room. */
START_TEST(test_many_arguments)
{
    int types[100];
    uint64_t func = module_func(system_library(), "fail_silently");
    for (int i = 0; i < 100; i++)
        types[i] = kTVMArgInt;
    for (int count = 0; count <= 80; count += 40) {
        begin_call(&message, func);
        put_types(&message, types, count);
        for (int i = 0; i < count; i++)
            put_u64(&message, (uint64_t)i);
        client_send(&message);
        expect_exception("code -3");
    }
}
END_TEST

/* ---- the end, and errors of functions ---- */

START_TEST(test_exceptions)
{
    uint64_t library = system_library();
    begin_call(&message, module_func(library, "fail_text"));
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_exception("the tensor is too blue");
    begin_call(&message, module_func(library, "fail_silently"));
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_exception("failed with code -3");
    begin_call(&message, module_func(library, "odd_type"));
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_exception("type that cannot be sent");
}
END_TEST

START_TEST(test_shutdown)
{
    begin(&message, CODE_SHUTDOWN);
    client_send(&message);
    ck_assert_int_eq(client.replies, 0);
    ck_assert_int_eq(client.status, kTvmErrorPlatformShutdown);
    begin(&message, CODE_INIT);
    client_send(&message);
    ck_assert_int_eq(client.replies, 0);
    ck_assert_int_eq(client.status, kTvmErrorPlatformShutdown);
}
END_TEST

START_TEST(test_log)
{
    TVMLogf("%s %d\n", "answer", 42);
    ck_assert_str_eq(client.log, "answer 42");
    LOG_DEBUG("no newline");
    ck_assert_str_eq(client.log, "no newline");
    char line[400];
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    TVMLogf("%s", line);
    ck_assert_uint_eq(strlen(client.log), 255);
    int logs = client.logs;
    TVMLogf("%s", "");
    TVMLogf("\n");
    ck_assert_int_eq(client.logs, logs);
}
END_TEST

static Suite *rpc_suite(void)
{
    Suite *suite = suite_create("crt_rpc");
    TCase *boot = tcase_create("boot");
    tcase_add_test(boot, test_boot);
    suite_add_tcase(suite, boot);
    TCase *calls = tcase_create("calls");
    tcase_add_checked_fixture(calls, client_open, NULL);
    tcase_add_test(calls, test_init_server);
    tcase_add_test(calls, test_global_functions);
    tcase_add_test(calls, test_max_packet_size);
    tcase_add_test(calls, test_system_library);
    tcase_add_test(calls, test_no_such_function);
    tcase_add_loop_test(calls, test_echo, 0, sizeof(echoed) / sizeof(echoed[0]));
    tcase_add_test(calls, test_object);
    tcase_add_test(calls, test_many_arguments);
    tcase_add_test(calls, test_exceptions);
    tcase_add_test(calls, test_shutdown);
    tcase_add_test(calls, test_log);
    suite_add_tcase(suite, calls);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(rpc_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
