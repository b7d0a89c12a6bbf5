/* tvm.graph_executor.create: what it refuses, and making one executor after another. */
#include "unit/crt/crt_platform.h"
#include "unit/crt/graph_client.h"

#include <check.h>
#include <stdlib.h>

START_TEST(test_create_refused)
{
    const int four[] = {kTVMStr, kTVMStr, kTVMArgInt, kTVMArgInt};
    long live;
    send_create(graph_model_small, kDLCUDA, 0);
    expect_exception("device (2, 0): a board has only the CPU");
    send_create(graph_model_small, kDLCPU, 1);
    expect_exception("device (1, 1)");
    live = crt_platform.live_allocations;
    send_create("{}", kDLCPU, 0);
    expect_exception("no \"nodes\"");
    ck_assert_int_eq(crt_platform.live_allocations, live);
    begin_call(&message, global_func("tvm.graph_executor.create"));
    put_types(&message, four, 4);
    put_string(&message, graph_model_small);
    put_string(&message, "library");
    put_u64(&message, 1);
    put_u64(&message, 0);
    client_send(&message);
    expect_exception("argument 1 of type 11, wanted 9");
    begin_call(&message, global_func("tvm.graph_executor.create"));
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_exception("0 arguments, wanted (graph, module, device type, device id)");
}
END_TEST

static void send_create_with_lookup(int type_code, uint64_t handle)
{
    const int types[] = {kTVMStr, kTVMModuleHandle, type_code, kTVMArgInt, kTVMArgInt};
    uint64_t library = system_library();
    begin_call(&message, global_func("tvm.graph_executor.create"));
    put_types(&message, types, 5);
    put_string(&message, graph_model_small);
    put_u64(&message, library);
    if (type_code != kTVMNullptr)
        put_u64(&message, handle);
    put_u64(&message, kDLCPU);
    put_u64(&message, 0);
    client_send(&message);
}

/* With a function to look for linked parameters with. */
START_TEST(test_five_arguments)
{
    send_create_with_lookup(kTVMNullptr, 0);
    (void)expect_module();
    uint64_t scale = module_func(system_library(), "fused_scale");
    send_create_with_lookup(kTVMPackedFuncHandle, scale);
    expect_exception("pass None");
    uint64_t lookup = module_func(system_library(), "_lookup_linked_param");
    send_create_with_lookup(kTVMPackedFuncHandle, lookup);
    (void)expect_module();
}
END_TEST

/* The new executor works, the old handles are refused, and nothing is lost. */
START_TEST(test_create_again)
{
    uint64_t first = create_small();
    uint64_t run = module_func(first, "run");
    long live = crt_platform.live_allocations;
    uint64_t second = create_small();
    ck_assert_uint_ne(first, second);
    begin_call(&message, run);
    put_types(&message, NULL, 0);
    client_send(&message);
    expect_exception("not the handle of a function");
    for (int i = 0; i < 300; i++)
        second = create_small();
    ck_assert_int_eq(crt_platform.live_allocations, live);
    /* A graph's text that lies in the executor which ends. */
    call_string(second, "get_input", "a");
    uint64_t data = expect_array(2);
    send_create_from(data, GRAPH_FLOATS * sizeof(float));
    expect_exception("the graph was in the last executor");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crt_graph_create");
    TCase *create = tcase_create("create");
    tcase_add_checked_fixture(create, open_client, NULL);
    tcase_add_test(create, test_create_refused);
    tcase_add_test(create, test_create_again);
    suite_add_tcase(suite, create);
    TCase *linked = tcase_create("linked");
    tcase_add_checked_fixture(linked, open_linked, NULL);
    tcase_add_test(linked, test_five_arguments);
    suite_add_tcase(suite, linked);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
