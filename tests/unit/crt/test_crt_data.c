/* Memory of a board as a client sees it: allocated, filled, copied, freed, and guarded. */
#include "unit/crt/crt_client.h"
#include "unit/crt/crt_platform.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const DLDataType int32_type = {kDLInt, 32, 1};
static struct message message;

static void copy_to(uint64_t data, const void *bytes, size_t size, uint64_t offset)
{
    const int64_t shape[] = {(int64_t)(size / 4)};
    begin(&message, CODE_COPY_TO);
    put_tensor(&message, data, int32_type, shape, 1, offset);
    put_u64(&message, size);
    put(&message, bytes, size);
    client_send(&message);
}

static void copy_from(uint64_t data, size_t size, uint64_t offset)
{
    const int64_t shape[] = {(int64_t)(size / 4)};
    begin(&message, CODE_COPY_FROM);
    put_tensor(&message, data, int32_type, shape, 1, offset);
    put_u64(&message, size);
    client_send(&message);
}

static void call_sum(uint64_t data, int64_t count, uint64_t offset)
{
    const int types[] = {kTVMDLTensorHandle};
    begin_call(&message, module_func(system_library(), "sum"));
    put_types(&message, types, 1);
    put_tensor(&message, data, int32_type, &count, 1, offset);
    client_send(&message);
}

START_TEST(test_tensor)
{
    const int32_t numbers[] = {1, -2, 300, 4000};
    uint64_t data = alloc(sizeof(numbers));
    copy_to(data, numbers, 8, 0);
    expect_void();
    copy_to(data, numbers + 2, 8, 8);
    expect_void();
    copy_from(data, sizeof(numbers), 0);
    expect_code(CODE_COPY_ACK);
    ck_assert_uint_eq(client.reply_size - client.at, sizeof(numbers));
    ck_assert_mem_eq(client.reply + client.at, numbers, sizeof(numbers));
    copy_from(data, 4, 12);
    expect_code(CODE_COPY_ACK);
    ck_assert_int_eq(get_i32(), 4000);
    call_sum(data, 4, 0);
    ck_assert_int_eq(expect_int(), 4299);
    call_sum(data, 2, 8);
    ck_assert_int_eq(expect_int(), 4300);
}
END_TEST

/* A message holds 1024 bytes; but a tensor is sent from where it lies, as much of it as was asked
 * for. */
enum { LARGE_READ = 4 * 1024 };

START_TEST(test_large_read)
{
    uint64_t data = alloc(LARGE_READ);
    memset(memory_at(data), 0xff, LARGE_READ);
    copy_from(data, LARGE_READ, 0);
    expect_code(CODE_COPY_ACK);
    ck_assert_uint_eq(client.reply_size - client.at, LARGE_READ);
    for (size_t i = client.at; i < client.reply_size; i++)
        ck_assert_uint_eq(client.reply[i], 0xff);
}
END_TEST

/* Constants that generated code links, and hands out by address. */
START_TEST(test_linked_constant)
{
    const int types[] = {kTVMOpaqueHandle};
    begin_call(&message, module_func(system_library(), "constant"));
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_returned(kTVMOpaqueHandle, types, 1);
    uint64_t data = get_u64();
    call_sum(data, 4, 0);
    ck_assert_int_eq(expect_int(), 10);
    copy_to(data, "1234", 4, 0);
    expect_exception("a constant that is linked into the firmware");
}
END_TEST

START_TEST(test_random_fill)
{
    const int types[] = {kTVMDLTensorHandle};
    const int64_t count = 8;
    uint64_t data = alloc(64);
    begin_call(&message, global_func("tvm.contrib.random.random_fill"));
    put_types(&message, types, 1);
    put_tensor(&message, data, int32_type, &count, 1, 0);
    client_send(&message);
    const int null[] = {kTVMNullptr};
    expect_returned(kTVMNullptr, null, 1);
    ck_assert_uint_eq(((uint8_t *)memory_at(data))[31], (uint8_t)(31 * 37 + 11));
    ck_assert_uint_eq(((uint8_t *)memory_at(data))[32], 0);
}
END_TEST

/* ---- memory ---- */

static void free_data(uint64_t data)
{
    const int types[] = {kDLDevice, kTVMOpaqueHandle};
    begin(&message, CODE_FREE_DATA);
    put_types(&message, types, 2);
    put_device(&message);
    put_u64(&message, data);
    client_send(&message);
}

START_TEST(test_alloc_free)
{
    (void)alloc(1); /* the arguments' memory, which stays */
    long live = crt_platform.live_allocations;
    uint64_t data = alloc(100);
    ck_assert_uint_ne(data, alloc(0));
    ck_assert_int_eq(crt_platform.live_allocations, live + 4);
    free_data(data);
    expect_void();
    ck_assert_int_eq(crt_platform.live_allocations, live + 2);
    free_data(data);
    expect_exception("was not allocated");
    free_data(data + 8);
    expect_exception("was not allocated");
    free_data(0);
    expect_exception("was not allocated");
    ck_assert_int_eq(crt_platform.live_allocations, live + 2);
}
END_TEST

static void alloc_scope(const int64_t *shape, int ndim, const char *scope)
{
    const int with[] = {kTVMDLTensorHandle, kTVMStr};
    const int without[] = {kTVMDLTensorHandle, kTVMNullptr};
    begin(&message, CODE_ALLOC_SCOPE);
    put_types(&message, scope ? with : without, 2);
    put_tensor(&message, 0, int32_type, shape, ndim, 0);
    if (scope)
        put_string(&message, scope);
    client_send(&message);
}

START_TEST(test_alloc_with_scope)
{
    const int64_t shape[] = {2, 3, 4};
    const int64_t huge[] = {INT64_MAX, INT64_MAX};
    const int64_t negative[] = {-1};
    alloc_scope(shape, 3, NULL);
    uint64_t data = expect_handle();
    copy_from(data, 96, 0);
    expect_code(CODE_COPY_ACK);
    alloc_scope(shape, 3, "global");
    ck_assert_uint_ne(expect_handle(), data);
    alloc_scope(shape, 0, "");
    ck_assert_uint_ne(expect_handle(), 0);
    alloc_scope(shape, 3, "global.vtcm");
    expect_exception("memory scope \"global.vtcm\"");
    alloc_scope(huge, 2, NULL);
    expect_exception("no size");
    alloc_scope(negative, 1, NULL);
    expect_exception("no size");
}
END_TEST

/* Each allocation on the way to a new block fails in turn: an exception, and nothing is kept. */
START_TEST(test_no_memory)
{
    const int types[] = {kDLDevice, kTVMArgInt, kTVMArgInt, kTVMDataType};
    (void)alloc(16);
    long live = crt_platform.live_allocations;
    for (int fail = 1; fail <= 3; fail++) {
        begin(&message, CODE_ALLOC);
        put_types(&message, types, 4);
        put_device(&message);
        put_u64(&message, 1000);
        put_u64(&message, 1);
        put_u64(&message, 0);
        crt_platform.fail_allocation = fail;
        client_send(&message);
        if (fail <= 2)
            expect_exception("no memory");
        else
            ck_assert_uint_ne(expect_handle(), 0);
        ck_assert_int_eq(crt_platform.live_allocations, fail <= 2 ? live : live + 2);
    }
    ck_assert_int_eq(crt_platform.fail_allocation, 1); /* there was no third */
}
END_TEST

START_TEST(test_alloc_sizes)
{
    static const int64_t sizes[] = {-1, INT64_MIN, INT64_MAX, INT64_MAX - 63, 1 << 21};
    const int types[] = {kDLDevice, kTVMArgInt, kTVMArgInt, kTVMDataType};
    begin(&message, CODE_ALLOC);
    put_types(&message, types, 4);
    put_device(&message);
    put_u64(&message, (uint64_t)sizes[_i]);
    put_u64(&message, 64);
    put_u64(&message, 0);
    client_send(&message);
    expect_exception("no memory");
}
END_TEST

START_TEST(test_other_device)
{
    const int types[] = {kDLDevice, kTVMOpaqueHandle};
    begin(&message, CODE_FREE_DATA);
    put_types(&message, types, 2);
    put_i32(&message, kDLCUDA);
    put_i32(&message, 0);
    put_u64(&message, 0);
    client_send(&message);
    expect_exception("device type 2");
}
END_TEST

/* ---- copies and streams ---- */

static void copy_among(uint64_t from, uint64_t to, int64_t from_count, int64_t to_count)
{
    const int types[] = {kTVMDLTensorHandle, kTVMDLTensorHandle, kTVMOpaqueHandle};
    begin(&message, CODE_COPY_AMONG);
    put_types(&message, types, 3);
    put_tensor(&message, from, int32_type, &from_count, 1, 0);
    put_tensor(&message, to, int32_type, &to_count, 1, 0);
    put_u64(&message, 0);
    client_send(&message);
}

START_TEST(test_copy_among)
{
    uint64_t from = alloc(64);
    uint64_t to = alloc(64);
    copy_to(from, "abcdefgh", 8, 0);
    copy_among(from, to, 2, 2);
    expect_void();
    ck_assert_mem_eq(memory_at(to), "abcdefgh\0", 9);
    copy_among(from, to, 2, 3);
    expect_exception("other sizes");
    copy_among(from, to, 17, 17);
    expect_exception("68 bytes at");
    copy_among(from, to, -1, -1);
    expect_exception("no size");
    copy_among(from, 0, 2, 2);
    expect_exception("not inside memory");
}
END_TEST

START_TEST(test_streams)
{
    const int types[] = {kDLDevice, kTVMNullptr};
    begin(&message, CODE_CREATE_STREAM);
    put_types(&message, types, 1);
    put_device(&message);
    client_send(&message);
    ck_assert_uint_eq(expect_handle(), 0);
    begin(&message, CODE_SYNC);
    put_types(&message, types, 2);
    put_device(&message);
    client_send(&message);
    expect_void();
}
END_TEST

/* One byte before, behind, or far away from what was allocated. */
START_TEST(test_guarded)
{
    char bytes[72] = {0};
    uint64_t data = alloc(64);
    ck_assert_mem_eq(memory_at(data), bytes, 64);
    copy_from(data, 68, 0);
    expect_exception("68 bytes at");
    copy_to(data, bytes, 68, 0);
    expect_exception("not inside memory");
    copy_to(data, bytes, 4, 61);
    expect_exception("not inside memory");
    copy_to(data - 1, bytes, 4, 0);
    expect_exception("not inside memory");
    copy_to(data, bytes, 4, UINT64_MAX);
    expect_exception("not inside memory");
    copy_to(0, bytes, 4, 0);
    expect_exception("not inside memory");
    copy_to(data, bytes, 64, 0);
    expect_void();
    call_sum(data, 17, 0);
    expect_exception("not inside memory");
    call_sum(data, 16, 1);
    expect_exception("not inside memory");
    call_sum(data, INT64_MAX, 0);
    expect_exception("no size");
}
END_TEST

static Suite *data_suite(void)
{
    Suite *suite = suite_create("crt_data");
    TCase *tensors = tcase_create("tensors");
    tcase_add_checked_fixture(tensors, client_open, NULL);
    tcase_add_test(tensors, test_tensor);
    tcase_add_test(tensors, test_large_read);
    tcase_add_test(tensors, test_linked_constant);
    tcase_add_test(tensors, test_random_fill);
    tcase_add_test(tensors, test_copy_among);
    tcase_add_test(tensors, test_streams);
    tcase_add_test(tensors, test_guarded);
    suite_add_tcase(suite, tensors);
    TCase *memory = tcase_create("memory");
    tcase_add_checked_fixture(memory, client_open, NULL);
    tcase_add_test(memory, test_alloc_free);
    tcase_add_test(memory, test_alloc_with_scope);
    tcase_add_test(memory, test_no_memory);
    tcase_add_loop_test(memory, test_alloc_sizes, 0, 5);
    tcase_add_test(memory, test_other_device);
    suite_add_tcase(suite, memory);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(data_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
