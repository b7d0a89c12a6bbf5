/* The graph executor as a client drives it over RPC. */
#include "unit/crt/graph_client.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const float PARAMETER[GRAPH_FLOATS] = {1, 2, 3, 4, 5, 6};
static const DLDataType FLOAT = {kDLFloat, 32, 1};
static const int64_t SHAPE[] = {2, 3};

static void load_params(uint64_t module)
{
    const int types[] = {kTVMBytes};
    uint8_t blob[512];
    size_t size = graph_model_params(PARAMETER, blob, sizeof(blob));
    begin_function(module, "load_params", types, 1);
    put_u64(&message, size);
    put(&message, blob, size);
    client_send(&message);
    expect_null();
}

static void run_and_check(uint64_t module, const float *parameter)
{
    call_string(module, "get_input", "x");
    float *x = memory_at(expect_array(2));
    for (int i = 0; i < GRAPH_FLOATS; i++)
        x[i] = 100 + (float)i;
    call_none(module, "run");
    expect_null();
    call_int(module, "get_output", 0);
    const float *sum = memory_at(expect_array(1));
    call_int(module, "get_output", 1);
    const float *doubled = memory_at(expect_array(2));
    for (int i = 0; i < GRAPH_FLOATS; i++) {
        ck_assert_float_eq(sum[i], 100 + (float)i + parameter[i]);
        ck_assert_float_eq(doubled[i], 2 * sum[i]);
    }
}

START_TEST(test_run)
{
    const int string[] = {kTVMStr};
    uint64_t module = create_whole();
    load_params(module);
    run_and_check(module, PARAMETER);
    run_and_check(module, PARAMETER);
    call_none(module, "get_num_inputs");
    ck_assert_int_eq(expect_int(), 2);
    call_none(module, "get_num_outputs");
    ck_assert_int_eq(expect_int(), 2);
    call_string(module, "get_input_index", "p");
    ck_assert_int_eq(expect_int(), 1);
    call_int(module, "get_input_name", 1);
    expect_returned(kTVMStr, string, 1);
    ck_assert_uint_eq(get_u64(), 1);
}
END_TEST

START_TEST(test_linked)
{
    uint64_t module = create_whole();
    run_and_check(module, graph_model_linked);
}
END_TEST

static void send_copy_to(uint64_t data, uint64_t offset, const float *values, size_t size)
{
    begin(&message, CODE_COPY_TO);
    put_tensor(&message, data, FLOAT, SHAPE, 2, offset);
    put_u64(&message, size);
    put(&message, values, size);
    client_send(&message);
}

/* Who sends what is linked in may do so; other values are refused, and nothing is written. */
START_TEST(test_sends_linked)
{
    uint64_t module = create_whole();
    call_string(module, "get_input", "p");
    uint64_t data = expect_array(2);
    send_copy_to(data, 0, graph_model_linked, sizeof(graph_model_linked));
    expect_void();
    send_copy_to(data, 8, graph_model_linked + 2, 8);
    expect_void();
    send_copy_to(data, 0, PARAMETER, sizeof(PARAMETER));
    expect_exception("linked into the firmware and cannot be changed");
    send_copy_to(data, 8, graph_model_linked, 8);
    expect_exception("linked into the firmware");
    send_copy_to(data, 8, graph_model_linked, sizeof(graph_model_linked));
    expect_exception("not inside memory");
    begin(&message, CODE_COPY_TO); /* without its data */
    put_tensor(&message, data, FLOAT, SHAPE, 2, 0);
    put_u64(&message, sizeof(graph_model_linked));
    client_send(&message);
    expect_exception("the data of a copy");
    run_and_check(module, graph_model_linked);
}
END_TEST

/* set_input copies into the graph, get_output with two arguments out of it. */
START_TEST(test_copies)
{
    const int set[] = {kTVMStr, kTVMDLTensorHandle};
    const int set_by_number[] = {kTVMArgInt, kTVMDLTensorHandle};
    const int get_into[] = {kTVMArgInt, kTVMDLTensorHandle};
    uint64_t module = create_small();
    uint64_t data = alloc(sizeof(PARAMETER));
    memcpy(memory_at(data), PARAMETER, sizeof(PARAMETER));
    for (int by_number = 0; by_number < 2; by_number++) {
        begin_function(module, "set_input", by_number ? set_by_number : set, 2);
        if (by_number)
            put_u64(&message, 0);
        else
            put_string(&message, "a");
        put_tensor(&message, data, FLOAT, SHAPE, 2, 0);
        client_send(&message);
        expect_null();
        call_none(module, "run");
        expect_null();
        begin_function(module, "get_output", get_into, 2);
        put_u64(&message, 0);
        put_tensor(&message, data, FLOAT, SHAPE, 2, 0);
        client_send(&message);
        expect_null();
    }
    for (int i = 0; i < GRAPH_FLOATS; i++)
        ck_assert_float_eq(((float *)memory_at(data))[i], 4 * PARAMETER[i]);
}
END_TEST

/* Clients copy into a tensor that get_input returned, and give its handle back. */
START_TEST(test_tensors_of_the_graph)
{
    const int free_types[] = {kTVMOpaqueHandle, kTVMArgInt};
    uint64_t module = create_small();
    call_string(module, "get_input", "a");
    uint64_t data = expect_array(2);
    begin(&message, CODE_COPY_TO);
    put_tensor(&message, data, FLOAT, SHAPE, 2, 4);
    put_u64(&message, 8);
    put(&message, PARAMETER, 8);
    client_send(&message);
    expect_void();
    ck_assert_mem_eq((uint8_t *)memory_at(data) + 4, PARAMETER, 8);
    begin(&message, CODE_COPY_TO);
    put_tensor(&message, data, FLOAT, SHAPE, 2, 20);
    put_u64(&message, 8);
    put(&message, PARAMETER, 8);
    client_send(&message);
    expect_exception("not inside memory");
    call_string(module, "get_input", "a");
    (void)expect_array(2);
    uint64_t handle = 0;
    memcpy(&handle, client.reply + client.reply_size - sizeof(handle), sizeof(handle));
    begin(&message, CODE_FREE_HANDLE);
    put_types(&message, free_types, 2);
    put_u64(&message, handle);
    put_u64(&message, kTVMNDArrayHandle);
    client_send(&message);
    expect_void();
    call_none(module, "run");
    expect_null();
}
END_TEST

/* TVM's debug executor times each node by its function's name, also one that does nothing. */
START_TEST(test_time_of_nothing)
{
    const int types[] = {kTVMModuleHandle, kTVMStr,    kTVMArgInt, kTVMArgInt,
                         kTVMArgInt,       kTVMArgInt, kTVMArgInt, kTVMStr};
    const int64_t numbers[] = {kDLCPU, 0, 5, 1, 0}; /* device, number, repeat, min_repeat_ms */
    const int handle[] = {kTVMOpaqueHandle};
    const int bytes[] = {kTVMBytes};
    uint64_t library = system_library();
    begin_call(&message, global_func("runtime.RPCTimeEvaluator"));
    put_types(&message, types, 8);
    put_u64(&message, library);
    put_string(&message, "__nop");
    for (int i = 0; i < 5; i++)
        put_u64(&message, (uint64_t)numbers[i]);
    put_string(&message, "");
    client_send(&message);
    expect_returned(kTVMPackedFuncHandle, handle, 1);
    uint64_t evaluator = get_u64();
    begin_call(&message, evaluator);
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_returned(kTVMBytes, bytes, 1);
    ck_assert_uint_eq(get_u64(), sizeof(double));
    ck_assert_uint_eq(get_u64(), 0);
    expect_end();
}
END_TEST

START_TEST(test_wrong_arguments)
{
    uint64_t module = create_small();
    call_string(module, "get_input", "b");
    expect_null(); /* that is how clients find out */
    call_string(module, "get_input_index", "b");
    expect_exception("no input \"b\" (the graph has 1; the first is \"a\")");
    call_int(module, "get_input", 1);
    expect_exception("no number 1: the graph has 1");
    call_int(module, "get_output", -1);
    expect_exception("no number -1: the graph has 1");
    call_int(module, "get_input_name", INT64_MAX);
    expect_exception("the graph has 1");
    call_int(module, "get_input_index", 0);
    expect_exception("argument 0 of type 0, wanted 11");
    call_string(module, "load_params", "bytes");
    expect_exception("argument 0 of type 11, wanted 12");
    call_int(module, "run", 1);
    expect_exception("run: 1 arguments, wanted 0");
    call_int(module, "set_input", 1);
    expect_exception("set_input: 1 arguments, wanted 2");
    call_none(module, "share_params");
    expect_exception("not available on a board");
    call_none(module, "get_input_info");
    expect_exception("not available on a board");
}
END_TEST

START_TEST(test_operator_fails)
{
    graph_model.fails = true;
    uint64_t module = create_whole();
    call_none(module, "run");
    expect_exception("function 0 of the module failed with code -1");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crt_graph");
    TCase *module = tcase_create("module");
    tcase_add_checked_fixture(module, open_client, NULL);
    tcase_add_test(module, test_run);
    tcase_add_test(module, test_copies);
    tcase_add_test(module, test_tensors_of_the_graph);
    tcase_add_test(module, test_time_of_nothing);
    tcase_add_test(module, test_wrong_arguments);
    tcase_add_test(module, test_operator_fails);
    suite_add_tcase(suite, module);
    TCase *linked = tcase_create("linked");
    tcase_add_checked_fixture(linked, open_linked, NULL);
    tcase_add_test(linked, test_linked);
    tcase_add_test(linked, test_sends_linked);
    suite_add_tcase(suite, linked);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
