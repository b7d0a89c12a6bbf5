/* The AOT executor as a client drives it, and as C code does. */
#include "unit/crt/crt_client.h"
#include "unit/crt/crt_model.h"
#include "unit/crt/crt_platform.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/aot_executor.h>

static struct message message;

static void call(uint64_t module, const char *name, const int *types, int count,
                 const char *string_argument, int64_t int_argument)
{
    uint64_t func = module_func(module, name);
    begin_call(&message, func);
    put_types(&message, types, count);
    for (int i = 0; i < count; i++) {
        if (types[i] == kTVMStr)
            put_string(&message, string_argument);
        else
            put_u64(&message, (uint64_t)int_argument);
    }
    client_send(&message);
}

static void call_string(uint64_t module, const char *name, const char *argument)
{
    const int types[] = {kTVMStr};
    call(module, name, types, 1, argument, 0);
}

static void call_int(uint64_t module, const char *name, int64_t argument)
{
    const int types[] = {kTVMArgInt};
    call(module, name, types, 1, NULL, argument);
}

static void call_none(uint64_t module, const char *name)
{
    call(module, name, NULL, 0, NULL, 0);
}

static void expect_null(void)
{
    const int types[] = {kTVMNullptr};
    expect_returned(kTVMNullptr, types, 1);
    expect_end();
}

struct array {
    uint64_t data;
    uint64_t handle;
    int32_t ndim;
    int64_t shape[4];
};

/* An array comes as a tensor and the handle to free it by. */
static struct array expect_array(uint32_t dtype)
{
    const int types[] = {kTVMDLTensorHandle, kTVMOpaqueHandle};
    struct array array = {0};
    expect_returned(kTVMNDArrayHandle, types, 2);
    array.data = get_u64();
    ck_assert_int_eq(get_i32(), kDLCPU);
    ck_assert_int_eq(get_i32(), 0);
    array.ndim = get_i32();
    ck_assert_uint_eq((uint32_t)get_i32(), dtype);
    for (int i = 0; i < array.ndim && i < 4; i++)
        array.shape[i] = (int64_t)get_u64();
    ck_assert_uint_eq(get_u64(), 0);
    array.handle = get_u64();
    expect_end();
    return array;
}

enum { FLOAT32 = kDLFloat | 32 << 8 | 1 << 16, INT8 = kDLInt | 8 << 8 | 1 << 16 };

static void free_handle(uint64_t handle, int type_code)
{
    const int types[] = {kTVMOpaqueHandle, kTVMArgInt};
    begin(&message, CODE_FREE_HANDLE);
    put_types(&message, types, 2);
    put_u64(&message, handle);
    put_u64(&message, (uint64_t)type_code);
    client_send(&message);
}

static void run_and_check(uint64_t module, float first)
{
    call_string(module, "get_input", "x");
    struct array x = expect_array(FLOAT32);
    ck_assert_int_eq(x.ndim, 2);
    ck_assert_int_eq(x.shape[0], 2);
    ck_assert_int_eq(x.shape[1], 3);
    call_int(module, "get_input", 1);
    struct array k = expect_array(INT8);
    for (int i = 0; i < MODEL_FLOATS; i++)
        ((float *)memory_at(x.data))[i] = first + (float)i;
    memcpy(memory_at(k.data), "\1\2\3\4", 4);
    call_none(module, "run");
    expect_null();
    call_int(module, "get_output", 0);
    struct array doubled = expect_array(FLOAT32);
    call_string(module, "get_output", "negated");
    struct array negated = expect_array(INT8);
    for (int i = 0; i < MODEL_FLOATS; i++)
        ck_assert_float_eq(((float *)memory_at(doubled.data))[i], 2 * (first + (float)i));
    ck_assert_mem_eq(memory_at(negated.data), "\xff\xfe\xfd\xfc", 4);
    const uint64_t handles[] = {x.handle, k.handle, doubled.handle, negated.handle};
    for (int i = 0; i < 4; i++) {
        free_handle(handles[i], kTVMNDArrayHandle);
        expect_void();
    }
}

START_TEST(test_run)
{
    uint64_t module = create_executor();
    for (int i = 0; i < 3; i++)
        run_and_check(module, (float)i * 10);
}
END_TEST

START_TEST(test_names_and_numbers)
{
    const int string[] = {kTVMStr};
    static const struct {
        const char *func;
        const char *name;
        int64_t index;
    } names[] = {
        {"get_input_index", "x", 0},        {"get_input_index", "k", 1},
        {"get_output_index", "doubled", 0}, {"get_output_index", "negated", 1},
        {"get_input_name", "x", 0},         {"get_input_name", "k", 1},
        {"get_output_name", "doubled", 0},  {"get_output_name", "negated", 1},
    };
    uint64_t module = create_executor();
    call_none(module, "get_num_inputs");
    ck_assert_int_eq(expect_int(), 2);
    call_none(module, "get_num_outputs");
    ck_assert_int_eq(expect_int(), 2);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strstr(names[i].func, "_index")) {
            call_string(module, names[i].func, names[i].name);
            ck_assert_int_eq(expect_int(), names[i].index);
            continue;
        }
        call_int(module, names[i].func, names[i].index);
        expect_returned(kTVMStr, string, 1);
        ck_assert_uint_eq(get_u64(), strlen(names[i].name));
        ck_assert_mem_eq(client.reply + client.at, names[i].name, strlen(names[i].name));
    }
}
END_TEST

START_TEST(test_wrong_arguments)
{
    static const char *const by_index[] = {"get_input", "get_output", "get_input_name",
                                           "get_output_name"};
    static const int64_t bad[] = {-1, 2, INT64_MAX, INT64_MIN, 1LL << 32};
    uint64_t module = create_executor();
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < sizeof(bad) / sizeof(bad[0]); j++) {
            call_int(module, by_index[i], bad[j]);
            expect_exception("the model has 2");
        }
        call_none(module, by_index[i]);
        expect_exception("0 arguments, wanted 1");
    }
    call_string(module, "get_input", "y");
    expect_exception("no input \"y\"");
    call_string(module, "get_output_index", "x");
    expect_exception("no output \"x\"");
    call_int(module, "get_input_index", 0);
    expect_exception("argument of type 0, wanted a name");
    call_string(module, "get_output_name", "doubled");
    expect_exception("wanted a number");
    call_int(module, "run", 0);
    expect_exception("1 arguments, wanted 0");
    const int null[] = {kTVMNullptr};
    begin_call(&message, module_func(module, "get_input"));
    put_types(&message, null, 1);
    client_send(&message);
    expect_exception("a number or a name");
}
END_TEST

START_TEST(test_not_implemented)
{
    static const char *const names[] = {"get_input_info", "load_params", "set_input",
                                        "share_params"};
    uint64_t module = create_executor();
    call_none(module, names[_i]);
    expect_exception("not available on a board");
}
END_TEST

/* The new executor works, the old handles are refused or harmless, and nothing is lost. */
START_TEST(test_create_again)
{
    uint64_t first = create_executor();
    call_int(first, "get_input", 0);
    struct array array = expect_array(FLOAT32);
    long live = crt_platform.live_allocations;
    for (int i = 0; i < 300; i++) {
        uint64_t next = create_executor();
        ck_assert_uint_ne(next, first);
        ck_assert_int_eq(crt_platform.live_allocations, live);
        free_handle(array.handle, kTVMNDArrayHandle);
        expect_void();
        free_handle(first, kTVMModuleHandle);
        expect_void();
        run_and_check(next, 1);
        if (i % 100 != 99) /* after 128, a handle comes again */
            first = next;
    }
}
END_TEST

static void create(uint64_t library, const char *name, int32_t device_type)
{
    const int types[] = {kTVMModuleHandle, kDLDevice, kTVMStr};
    begin_call(&message, global_func("tvm.aot_executor.create"));
    put_types(&message, types, 3);
    put_u64(&message, library);
    put_i32(&message, device_type);
    put_i32(&message, 0);
    put_string(&message, name);
    client_send(&message);
}

START_TEST(test_create_fails)
{
    char long_name[100];
    uint64_t library = system_library();
    uint64_t module = create_executor();
    create(library, "default", kDLCUDA);
    expect_exception("device type 2");
    call_none(module, "get_num_inputs");
    ck_assert_int_eq(expect_int(), 2); /* the executor is still there */
    create(library, "other", kDLCPU);
    expect_exception("no function \"tvmgen_other_get_c_metadata\"");
    memset(long_name, 'n', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    create(library, long_name, kDLCPU);
    expect_exception("is too long");
    create(0, "default", kDLCPU);
    expect_exception("not the handle of a module");
    /* And now it is gone, but another one can be made. */
    run_and_check(create_executor(), 5);
    begin_call(&message, global_func("tvm.aot_executor.create"));
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_exception("0 arguments");
}
END_TEST

/* Each allocation fails in turn: an error with text, and nothing is kept. */
START_TEST(test_no_memory)
{
    const DLDevice cpu = {kDLCPU, 0};
    TVMModuleHandle library;
    TVMAotExecutor *executor;
    long live = crt_platform.live_allocations;
    int status = -1;
    ck_assert_int_eq(TVMModCreateFromCModule(&crt_model_0_11, &library), 0);
    for (int fail = 1; status != 0; fail++) {
        ck_assert_int_lt(fail, 40);
        crt_platform.fail_allocation = fail;
        status = TVMAotExecutor_Create(library, cpu, &executor, "default");
        if (status == 0)
            break;
        ck_assert_ptr_nonnull(strstr(TVMGetLastError(), "no memory"));
        ck_assert_int_eq(crt_platform.live_allocations, live);
    }
    crt_platform.fail_allocation = 0;
    ck_assert_int_eq(executor->num_args, 5);
    ck_assert_int_eq(TVMAotExecutor_Run(executor), 0);
    crt_platform.fail_allocation = 1;
    ck_assert_int_ne(TVMAotExecutor_Run(executor), 0);
    ck_assert_int_eq(TVMAotExecutor_Release(executor, cpu), 0);
    ck_assert_int_eq(crt_platform.live_allocations, live);
}
END_TEST

START_TEST(test_old_models)
{
    const DLDevice cpu = {kDLCPU, 0};
    TVMModuleHandle library;
    TVMAotExecutor *executor;
    ck_assert_int_eq(TVMModCreateFromCModule(&crt_model_0_8, &library), 0);
    ck_assert_int_ne(TVMAotExecutor_Create(library, cpu, &executor, "default"), 0);
    ck_assert_ptr_nonnull(strstr(TVMGetLastError(), "before 0.10"));
}
END_TEST

static Suite *aot_suite(void)
{
    Suite *suite = suite_create("crt_aot");
    TCase *module = tcase_create("module");
    tcase_add_checked_fixture(module, client_open, NULL);
    tcase_add_test(module, test_run);
    tcase_add_test(module, test_names_and_numbers);
    tcase_add_test(module, test_wrong_arguments);
    tcase_add_loop_test(module, test_not_implemented, 0, 4);
    tcase_add_test(module, test_create_again);
    tcase_add_test(module, test_create_fails);
    tcase_add_test(module, test_no_memory);
    tcase_add_test(module, test_old_models);
    suite_add_tcase(suite, module);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(aot_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
