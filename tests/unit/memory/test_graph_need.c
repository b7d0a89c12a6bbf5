/* A graph's need by hand, and graphs that are damaged in every way: they are counted as far as they
 * make sense, for their executor refuses them. */
#include "hostile/scratch.h"
#include "memory/graph_need.h"
#include "memory/heap_block.h"
#include "memory/runtime_sizes.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char GRAPH[] =
    "{\"nodes\":[{\"op\":\"null\",\"name\":\"x\",\"inputs\":[]},"
    "{\"op\":\"null\",\"name\":\"p0\",\"inputs\":[]},"
    "{\"op\":\"tvm_op\",\"name\":\"f\",\"attrs\":{\"func_name\":\"f\",\"num_inputs\":\"2\","
    "\"num_outputs\":\"2\",\"flatten_data\":\"0\"},\"inputs\":[[0,0,0],[1,0,0]]}],"
    "\"arg_nodes\":[0,1],\"heads\":[[2,0,0],[2,1,0]],\"attrs\":{"
    "\"dltype\":[\"list_str\",[\"float32\",\"int8\",\"float32\",\"uint1\"]],"
    "\"storage_id\":[\"list_int\",[0,1,2,0]],"
    "\"shape\":[\"list_shape\",[[1,10],[100],[3],[1,1,50]]]},\"node_row_ptr\":[0,1,2,4]}";

static struct error err;
static struct graph_need need;
static const struct runtime_sizes *sizes = &RUNTIME_SIZES_32;

static bool read_graph(const char *text, const struct generated *generated, uint64_t packet_bytes)
{
    scratch_write("executor-config/graph/default.graph", text);
    return graph_need_read(scratch_path("."), "default", generated, sizes, packet_bytes, &need,
                           &err);
}

static uint64_t block(uint64_t count, uint64_t each_bytes)
{
    return heap_block_bytes(count * each_bytes);
}

START_TEST(by_hand)
{
    const struct generated nothing = {.functions_count = 0};
    sizes = _i == 0 ? &RUNTIME_SIZES_32 : &RUNTIME_SIZES_64;
    ck_assert_msg(read_graph(GRAPH, &nothing, 2048), "%s", err.text);
    /* Storage 0 is as large as the larger of its two entries. */
    ck_assert_uint_eq(need.storages_bytes, block(1, 50) + block(1, 100) + block(1, 12));
    ck_assert_uint_eq(need.notes_bytes, 3 * block(1, sizes->region_bytes));
    ck_assert_uint_eq(need.loading_bytes, block(4, 4)); /* the rows alone */
    ck_assert_uint_eq(need.workspace_bytes, 0);
    ck_assert_uint_eq(need.ndim_most, 3);
    uint64_t objects = block(1, sizes->graph_executor_bytes);
    objects += block(4, sizes->tensor_bytes); /* entries */
    objects += block(4, 4);                   /* their storages' numbers */
    objects += block(7, 8);                   /* shapes */
    objects += block(3, sizes->storage_bytes);
    objects += block(2, sizes->input_bytes) + block(1, 2) + block(1, 3);
    objects += block(3, sizes->operator_bytes) + block(4, 4);
    objects += block(4, 8) + block(4, 4); /* values and types of arguments */
    objects += block(2, 4);               /* outputs */
    ck_assert_uint_eq(need.objects_bytes, objects);
    ck_assert_uint_eq(need.tvm_objects_bytes, block(3, TVM_NODE_BYTES) +
                                                  block(3, TVM_PACKED_FUNCTION_BYTES) +
                                                  block(4, sizes->array_bytes));
}
END_TEST

/* From the size on with which it does not fit into a packet, the text lies in memory. */
START_TEST(the_text_in_memory)
{
    const struct generated nothing = {.functions_count = 0};
    ck_assert(read_graph(GRAPH, &nothing, 100000));
    uint64_t without = need.loading_bytes;
    uint64_t packet_bytes = RUNTIME_GRAPH_CALL_BYTES;
    do
        ck_assert(read_graph(GRAPH, &nothing, ++packet_bytes));
    while (need.loading_bytes > without);
    uint64_t length = packet_bytes - RUNTIME_GRAPH_CALL_BYTES;
    ck_assert_uint_lt(length, sizeof(GRAPH));
    ck_assert(read_graph(GRAPH, &nothing, packet_bytes - 1));
    ck_assert_uint_eq(need.loading_bytes, without + heap_block_bytes((length + 7) / 8 * 8) +
                                              heap_block_bytes(sizes->region_bytes));
}
END_TEST

START_TEST(workspaces_and_linked_parameters)
{
    struct workspace_event event = {WORKSPACE_ALLOCATE, "w", 1000};
    struct generated_function function = {.name = "f", .events = &event, .events_count = 1};
    uint64_t linked = 1;
    const struct generated generated = {
        .functions = &function, .functions_count = 1, .linked = &linked, .linked_count = 1};
    const struct generated nothing = {.functions_count = 0};
    ck_assert(read_graph(GRAPH, &nothing, 2048));
    struct graph_need before = need;
    ck_assert(read_graph(GRAPH, &generated, 2048));
    ck_assert_uint_eq(need.workspace_bytes, heap_block_bytes(1000));
    ck_assert_uint_eq(need.storages_bytes, before.storages_bytes - heap_block_bytes(100));
    ck_assert_uint_eq(need.notes_bytes + need.objects_bytes,
                      before.notes_bytes + before.objects_bytes);
}
END_TEST

static const char *const INSTEAD[] = {
    "", "null", "{}", "[]", "[[]]", "\"\"", "1", "-1", "1e300", "[1e300, -5, \"x\", null, 3.5, {}]",
};

/* Each value of the graph with something else in its place. */
START_TEST(damaged)
{
    const struct generated nothing = {.functions_count = 0};
    char text[sizeof(GRAPH) + 100];
    int read = 0;
    for (size_t at = 0; at + 1 < sizeof(GRAPH); at++) {
        if (!strchr("[{:,", GRAPH[at]))
            continue;
        size_t end = at + 1 + strcspn(GRAPH + at + 1, ",]}");
        snprintf(text, sizeof(text), "%.*s%s%s", (int)at + 1, GRAPH, INSTEAD[_i], GRAPH + end);
        read += read_graph(text, &nothing, 2048);
    }
    ck_assert_int_ge(read, 0);
    (void)read_graph(INSTEAD[_i], &nothing, 2048);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("graph_need");
    TCase *tests = tcase_create("graph_need");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_set_timeout(tests, 30);
    tcase_add_loop_test(tests, by_hand, 0, 2);
    tcase_add_test(tests, the_text_in_memory);
    tcase_add_test(tests, workspaces_and_linked_parameters);
    tcase_add_loop_test(tests, damaged, 0, sizeof(INSTEAD) / sizeof(INSTEAD[0]));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
