/* A graph up to one of its operators: what is cut off does nothing, and the rest stays as it is. */
#include "base/cleanup.h"
#include "model/graph/prefix.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

/* An input, an operator with two results, a parameter that comes late, two operators more. */
#define NODES                                                                                      \
    "{\"op\":\"null\",\"name\":\"x\",\"inputs\":[]},"                                              \
    "{\"op\":\"tvm_op\",\"name\":\"\",\"attrs\":{\"func_name\":\"f\"},\"inputs\":[[0,0,0]]},"      \
    "{\"op\":\"null\",\"name\":\"p0\",\"inputs\":[]},"                                             \
    "{\"op\":\"tvm_op\",\"name\":\"\",\"attrs\":{\"func_name\":\"g\"},"                            \
    "\"inputs\":[[1,1,0],[2,0,0]]},"                                                               \
    "{\"op\":\"tvm_op\",\"name\":\"\",\"attrs\":{\"func_name\":\"__nop\"},\"inputs\":[[3,0,0]]}"
#define REST                                                                                       \
    "\"arg_nodes\":[0,2],\"heads\":[[4,0,0]],\"attrs\":{"                                          \
    "\"dltype\":[\"list_str\",[\"int8\",\"int8\",\"int8\",\"int8\",\"int8\",\"int8\"]],"           \
    "\"storage_id\":[\"list_int\",[0,1,2,3,0,0]],"                                                 \
    "\"shape\":[\"list_shape\",[[4],[2],[2],[2],[4],[2,2]]]},\"node_row_ptr\":[0,1,3,4,5,6]"
static const char GRAPH[] = "{\"nodes\":[" NODES "]," REST "}";

static const struct {
    const char *name;
    const char *heads;
    int operators; /* that are left */
} PREFIXES[] = {{"f", "[[1,0,0],[1,1,0]]", 1}, {"g", "[[3,0,0]]", 2}, {"__nop", "[[4,0,0]]", 3}};

static void assert_same(const cJSON *a, const cJSON *b, const char *key)
{
    ck_assert_msg(cJSON_Compare(cJSON_GetObjectItemCaseSensitive(a, key),
                                cJSON_GetObjectItemCaseSensitive(b, key), true),
                  "%s", key);
}

START_TEST(each_operator)
{
    cleanup_free char *text = NULL;
    cleanup_free char *name = NULL;
    size_t operators = 0;
    ck_assert_msg(graph_prefix(GRAPH, (size_t)_i, &text, &name, &err), "%s", err.text);
    ck_assert_str_eq(name, PREFIXES[_i].name);
    ck_assert_msg(graph_prefix_count(text, &operators, &err), "%s", err.text);
    ck_assert_int_eq(operators, PREFIXES[_i].operators);
    cJSON *graph = cJSON_Parse(GRAPH);
    cJSON *prefix = cJSON_Parse(text);
    cJSON *heads = cJSON_Parse(PREFIXES[_i].heads);
    ck_assert(cJSON_Compare(cJSON_GetObjectItemCaseSensitive(prefix, "heads"), heads, true));
    assert_same(graph, prefix, "arg_nodes");
    assert_same(graph, prefix, "attrs");
    assert_same(graph, prefix, "node_row_ptr");
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(prefix, "nodes")), 5);
    cJSON_Delete(heads);
    cJSON_Delete(prefix);
    cJSON_Delete(graph);
}
END_TEST

static const struct {
    const char *graph;
    size_t index;
    const char *text;
} BAD[] = {
    {GRAPH, 3, "operator 3 has no func_name"},
    {"[", 0, "not JSON"},
    {"{\"nodes\":[]}", 0, "not an executor graph"},
    {"{\"nodes\":[{\"op\":\"tvm_op\"}]," REST "}", 0, "operator 0 has no func_name"},
    {"{\"nodes\":[{\"op\":\"tvm_op\",\"attrs\":{\"func_name\":7}}]," REST "}", 0,
     "operator 0 has no func_name"},
    {"{\"nodes\":[{\"op\":\"tvm_op\",\"attrs\":{\"func_name\":\"f\"}}],\"arg_nodes\":[],"
     "\"attrs\":{\"shape\":[\"\",[]],\"dltype\":[\"\",[]]},\"node_row_ptr\":[3,\"\"]}",
     0, "operator 0 (f): it is malformed"},
};

START_TEST(malformed)
{
    char *text = NULL;
    char *name = NULL;
    ck_assert(!graph_prefix(BAD[_i].graph, BAD[_i].index, &text, &name, &err));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    ck_assert_msg(strstr(err.text, BAD[_i].text) != NULL, "%s", err.text);
    ck_assert_ptr_null(text);
    ck_assert_ptr_null(name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graph_prefix");
    TCase *tcase = tcase_create("graph_prefix");
    tcase_add_loop_test(tcase, each_operator, 0, sizeof(PREFIXES) / sizeof(PREFIXES[0]));
    tcase_add_loop_test(tcase, malformed, 0, sizeof(BAD) / sizeof(BAD[0]));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
