/* Bad graphs, bad parameters and no memory: an error in words, and nothing lost. */
#include "unit/crt/crt_platform.h"
#include "unit/crt/graph_fixture.h"
#include "unit/wire/random_bytes.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 20000 };

/* ---- bad graphs ---- */

static const struct bad_graph {
    const char *part;
    const char *instead;
    const char *says;
} bad_graphs[] = {
    {"\"nodes\"", "\"knots\"", "no \"nodes\" in it"},
    {"\"heads\"", "\"\\u0000heads\"", "not supported"},
    {"\"heads\"", "\"he\\xads\"", "no such escape"},
    {"\"heads\"", "\"he\\u00zz\"", "hexadecimal"},
    {"\"heads\"", "\"he\nads\"", "without its end"},
    {"\"arg_nodes\": [0, 1]", "\"arg_nodes\": [0, 5]", "arg_nodes: no such node"},
    {"\"arg_nodes\": [0, 1]", "\"arg_nodes\": [0, -1]", "out of range"},
    {"\"arg_nodes\": [0, 1]", "\"arg_nodes\": [0, 1.5]", "whole number"},
    {"\"arg_nodes\": [0, 1]", "\"arg_nodes\": [0, 99999999999999999999]", "too large"},
    {"\"arg_nodes\": [0, 1]", "\"arg_nodes\": [0 1]", "wanted ','"},
    {"\"arg_nodes\": [0, 1]", "\"arg_nodes\": [0, ]", "wanted a value"},
    {"\"arg_nodes\": [0, 1]", "\"arg_nodes\": {\"0\": 1}", "wanted '['"},
    {"\"arg_nodes\": [0, 1]", "\"arg_nodes\": [[[[[[[[[[[[[[[[[[[[]", "too deep"},
    {"[[3, 0, 0], [4, 0, 0]]", "[[3, 1, 0], [4, 0, 0]]", "no such entry"},
    {"[[3, 0, 0], [4, 0, 0]]", "[[3, 0, 0, 0], [4, 0, 0]]", "more than [node"},
    {"[[3, 0, 0], [4, 0, 0]]", "[[3], [4, 0, 0]]", "no such entry"},
    {"[[3, 0, 0], [4, 0, 0]]", "[[3, 0], [5, 0]]", "no such entry"},
    {"[[0, 0, 0], [1, 0, 0]]", "[[0, 0, 0], [2, 0, 0]]", "one of a later node"},
    {"\"shape\"", "\"shades\"", "no \"shape\" in its \"attrs\""},
    {"\"list_shape\", ", "", "wanted a type and a list"},
    {"[\"list_shape\", [[2, 3]", "[\"list_shape\", [[2, -3]", "has no size"},
    {"[\"list_shape\", [[2, 3]", "[\"list_shape\", [[2, 9223372036854775807]", "has no size"},
    {"[\"list_shape\", [[2, 3]", "[\"list_shape\", [[2, 900000]", "no memory"},
    {"[\"list_shape\", [[2, 3]", "[\"list_shape\", [[2, 3], [2, 3]", "7 shapes"},
    {"[2, 3], [6]", "[2, 3], [5]", "other sizes"},
    {"[\"float32\"", "[\"real\"", "a type that is not known"},
    {"[\"float32\"", "[\"float32and_a_word_of_many_letters\"", "a type that is not known"},
    {"[\"float32\", ", "[", "attrs"},
    {"[0, 1, 2, 3, 4, 0]", "[0, 1, 2, 3, 6, 0]", "storage_id that is out of range"},
    {"[0, 1, 2, 3, 4, 6]", "[0, 1, 2, 3, 4, 7]", "node_row_ptr does not end"},
    {"[0, 1, 2, 3, 4, 6]", "[0, 2, 1, 3, 4, 6]", "node_row_ptr does not go up"},
    {"[0, 1, 2, 3, 4, 6]", "[1, 1, 2, 3, 4, 6]", "node_row_ptr does not go up"},
    {"[0, 1, 2, 3, 4, 6]", "[0, 1, 2, 3, 6]", "one element more"},
    {"[0, 1, 2, 3, 4, 6]", "[0, 0, 2, 3, 4, 6]", "without an entry"},
    {"\"num_outputs\": \"2\"", "\"num_outputs\": \"1\"", "num_outputs"},
    {"\"num_outputs\": \"2\"", "\"num_outputs\": 2", "wanted '\"'"},
    {"\"num_outputs\": \"2\", ", "", "without func_name or num_outputs"},
    {"\"flatten_data\": \"0\"", "\"flatten_data\": \"1\"", "flatten_data is not supported"},
    {"\"func_name\": \"fused_add\"", "\"func_name\": \"fused_sub\"", "no function \"fused_sub\""},
    {"\"func_name\": \"fused_add\"",
     "\"func_name\": \"fused_add_of_a_name_that_is_longer_than_all_that_functions_may_have\"",
     "too long"},
    {"\"op\": \"tvm_op\"", "\"op\": \"sql_op\"", "neither"},
    {"\"op\": \"tvm_op\", ", "", "without \"op\""},
    {"\"name\": \"x\", ", "", "without \"op\" or \"name\""},
    {"\"inputs\": [[2, 0, 0]]", "\"puts\": [[2, 0, 0]]", "without \"attrs\" or \"inputs\""},
    {"\n}", "\n} x", "behind the end"},
    {"\"device_index\"", "\"device_index\": nil, \"x\"", "wanted a value"},
};

START_TEST(test_bad_graph)
{
    const struct bad_graph *bad = &bad_graphs[_i];
    char text[GRAPH_TEXT_MAX];
    replace(bad->part, bad->instead, text);
    expect_error(create(text, strlen(text)), bad->says);
}
END_TEST

/* Escapes and members that nobody asked for change nothing. */
START_TEST(test_odd_graph)
{
    char text[GRAPH_TEXT_MAX];
    replace(
        "\"x\"",
        "\"\\u0078\\u00e9\\u20ac\\n\", \"more\": {\"a\": [true, false, null, -1.5e+3, \"\\\\\"], "
        "\"b\": {}, \"c\": [ ]}",
        text);
    ck_assert_msg(create(text, strlen(text)) == 0, "%s", TVMGetLastError());
    ck_assert_int_eq(TVMGraphExecutor_GetInputIndex(executor, "x\xc3\xa9\xe2\x82\xac\n"), 0);
}
END_TEST

START_TEST(test_cut_graph)
{
    for (size_t size = 0; size < strlen(graph_model_json); size++) {
        ck_assert_int_ne(create(graph_model_json, size), 0);
        ck_assert_int_eq(crt_platform.live_allocations, live_before);
    }
}
END_TEST

START_TEST(test_no_memory)
{
    int failures = 0;
    for (;; failures++) {
        crt_platform.fail_allocation = failures + 1;
        if (create(graph_model_json, strlen(graph_model_json)) == 0)
            break;
        ck_assert_ptr_nonnull(strstr(TVMGetLastError(), "no memory"));
        ck_assert_int_eq(crt_platform.live_allocations, live_before);
    }
    ck_assert_int_ge(failures, 20);
    crt_platform.fail_allocation = 0;
    ck_assert_int_eq(load_params(graph_parameter), 0);
    run_and_check(graph_parameter);
}
END_TEST

/* Some bytes changed, dropped or repeated. What is still a graph can be run: the functions check
 * what they get. */
static size_t damage(uint32_t *seed, char *text, size_t size)
{
    static const char likely[] = "0123456789-[]{}\",:\\u \n";
    for (uint32_t i = random_below(seed, 4); i > 0 && size > 0; i--) {
        size_t at = random_below(seed, (uint32_t)size);
        uint32_t kind = random_below(seed, 4);
        if (kind == 0) {
            memmove(text + at, text + at + 1, size - at - 1);
            size--;
        } else if (kind == 1) {
            memmove(text + at + 1, text + at, size - at);
            size++;
        } else if (kind == 2) {
            text[at] = likely[random_below(seed, sizeof(likely) - 1)];
        } else {
            random_fill(seed, (uint8_t *)text + at, 1);
        }
    }
    return size;
}

START_TEST(test_random_graphs)
{
    uint32_t seed = 7;
    int good = 0;
    for (int i = 0; i < ROUNDS; i++) {
        char text[GRAPH_TEXT_MAX];
        size_t size = strlen(graph_model_json);
        memcpy(text, graph_model_json, size);
        size = damage(&seed, text, size);
        if (create(text, size) == 0) {
            good++;
            (void)set_input("x", 1);
            (void)TVMGraphExecutor_Run(executor);
            (void)TVMGraphExecutor_Release(&executor);
        }
        ck_assert_int_eq(crt_platform.live_allocations, live_before);
    }
    ck_assert_int_gt(good, ROUNDS / 10);
    ck_assert_int_lt(good, ROUNDS - ROUNDS / 10);
}
END_TEST

/* ---- bad parameters ---- */

static int load_copy(const uint8_t *blob, size_t size)
{
    char *copy = malloc(size + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, blob, size);
    char *exact = realloc(copy, size > 0 ? size : 1);
    int status = TVMGraphExecutor_LoadParams(executor, exact, (uint32_t)size);
    free(exact);
    return status;
}

START_TEST(test_bad_params)
{
    uint8_t blob[512];
    size_t size = graph_model_params(graph_parameter, blob, sizeof(blob));
    create_whole();
    for (size_t cut = 0; cut < size; cut++)
        expect_error(load_copy(blob, cut), "damaged");
    ck_assert_int_eq(load_copy(blob, size), 0);
    run_and_check(graph_parameter);
    size_t tensor = size - GRAPH_FLOATS * sizeof(float) - 8 - 16 - 4 - 4;
    blob[tensor] = 3; /* dimensions */
    expect_error(load_copy(blob, size), "damaged");
    blob[tensor] = 2;
    blob[tensor + 5] = 16; /* bits */
    expect_error(load_copy(blob, size), "parameter \"p\": its shape or type");
}
END_TEST

START_TEST(test_random_params)
{
    uint32_t seed = 11;
    int good = 0;
    create_whole();
    for (int i = 0; i < ROUNDS; i++) {
        uint8_t blob[512];
        size_t size = graph_model_params(graph_parameter, blob, sizeof(blob));
        good += load_copy(blob, damage(&seed, (char *)blob, size)) == 0;
    }
    ck_assert_int_gt(good, ROUNDS / 20);
    ck_assert_int_lt(good, ROUNDS - ROUNDS / 20);
    ck_assert_int_eq(load_params(graph_parameter), 0);
    run_and_check(graph_parameter);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graph_hostile");
    TCase *tests = tcase_create("hostile");
    tcase_add_checked_fixture(tests, graph_start, graph_end);
    tcase_add_loop_test(tests, test_bad_graph, 0, sizeof(bad_graphs) / sizeof(bad_graphs[0]));
    tcase_add_test(tests, test_odd_graph);
    tcase_add_test(tests, test_cut_graph);
    tcase_add_test(tests, test_no_memory);
    tcase_add_test(tests, test_random_graphs);
    tcase_add_test(tests, test_bad_params);
    tcase_add_test(tests, test_random_params);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
