/* get_output of the AOT executor with a tensor to copy to, as TVM's Python has it. */
#include "unit/crt/crt_client.h"
#include "unit/crt/crt_model.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const DLDataType BYTE = {kDLInt, 8, 1};
static const int64_t SHAPE[] = {MODEL_BYTES};

static struct message message;

static void call_none(uint64_t module, const char *name)
{
    uint64_t func = module_func(module, name);
    begin_call(&message, func);
    put_types(&message, NULL, 0);
    client_send(&message);
}

static void get_output_into(uint64_t module, int64_t index, uint64_t data, const int64_t *shape)
{
    const int types[] = {kTVMArgInt, kTVMDLTensorHandle};
    uint64_t func = module_func(module, "get_output");
    begin_call(&message, func);
    put_types(&message, types, 2);
    put_u64(&message, (uint64_t)index);
    put_tensor(&message, data, BYTE, shape, 1, 0);
    client_send(&message);
}

START_TEST(test_into)
{
    const int null[] = {kTVMNullptr};
    const int64_t other_shape[] = {MODEL_BYTES - 1};
    uint64_t module = create_executor();
    uint64_t data = alloc(MODEL_BYTES);
    memset(memory_at(data), 7, MODEL_BYTES);
    call_none(module, "run");
    get_output_into(module, 1, data, SHAPE); /* the inputs, and so the outputs, are 0 */
    expect_returned(kTVMNullptr, null, 1);
    expect_end();
    ck_assert_mem_eq(memory_at(data), "\0\0\0\0", MODEL_BYTES);
    get_output_into(module, 1, data, other_shape);
    expect_exception("other sizes");
    get_output_into(module, 2, data, SHAPE);
    expect_exception("no number 2");
    get_output_into(module, 1, data + 61, SHAPE); /* memory is given out in pieces of 64 bytes */
    expect_exception("not inside memory");
}
END_TEST

START_TEST(test_wrong_arguments)
{
    const int types[] = {kTVMArgInt, kTVMArgInt};
    uint64_t module = create_executor();
    uint64_t func = module_func(module, "get_output");
    begin_call(&message, func);
    put_types(&message, types, 2);
    put_u64(&message, 0);
    put_u64(&message, 0);
    client_send(&message);
    expect_exception("2 arguments, wanted 1");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crt_aot_outputs");
    TCase *tests = tcase_create("outputs");
    tcase_add_checked_fixture(tests, client_open, NULL);
    tcase_add_test(tests, test_into);
    tcase_add_test(tests, test_wrong_arguments);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
