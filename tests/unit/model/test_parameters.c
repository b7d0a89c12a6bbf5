/* Where a graph's parameters are: in the archive, and in its executor's plan. */
#include "base/file.h"
#include "hostile/scratch.h"
#include "model/graph/parameters.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct error err;

/* ---- a file of parameters ---- */

static uint8_t blob[1024];
static size_t blob_size;

static void put_number(uint64_t value, int size_bytes)
{
    for (int i = 0; i < size_bytes; i++)
        blob[blob_size++] = (uint8_t)(value >> 8 * i);
}

static void put_name(const char *name)
{
    size_t length = strlen(name);
    put_number(length, 8);
    for (size_t i = 0; i < length; i++)
        put_number((uint64_t)name[i], 1);
}

/* float32 of one dimension; the bytes are all `fill`. */
static void put_tensor(int elements, uint8_t fill)
{
    put_number(0xdd5e40f096b4a13f, 8);
    put_number(0, 8);
    put_number(1, 8); /* the device */
    put_number(1, 4); /* dimensions */
    put_number(2 | 32 << 8 | 1 << 16, 4);
    put_number((uint64_t)elements, 8);
    put_number((uint64_t)elements * 4, 8);
    memset(blob + blob_size, fill, (size_t)elements * 4);
    blob_size += (size_t)elements * 4;
}

static void write_blob(size_t size)
{
    ck_assert(file_make_dirs(scratch_path("parameters"), &err));
    ck_assert(file_write(scratch_path("parameters/g.params"), blob, size, 0644, &err));
}

static void write_params(void)
{
    blob_size = 0;
    put_number(0xf7e58d4f05049cb7, 8);
    put_number(0, 8);
    put_number(3, 8);
    put_name("p");
    put_name("gone"); /* the graph has no such node */
    put_name("q");
    put_number(3, 8);
    put_tensor(2, 0x11);
    put_tensor(1, 0x22);
    put_tensor(5, 0x33);
    write_blob(blob_size);
}

/* ---- a graph: add(x, p), nop(q), add(., .) ---- */

#define NODE(name) "{\"op\": \"null\", \"name\": \"" name "\", \"inputs\": []}"
#define OPERATOR(function)                                                                         \
    "{\"op\": \"tvm_op\", \"name\": \"o\", \"attrs\": {\"func_name\": \"" function "\"}}"
#define GRAPH(nodes, ids, shapes, rows)                                                            \
    "{\"nodes\": [" nodes "], \"arg_nodes\": [0], \"heads\": [], \"attrs\": {\"shape\": "          \
    "[\"list_shape\", [" shapes "]], \"dltype\": [\"list_str\", [\"float32\", \"float32\", "       \
    "\"float32\", \"float32\", \"float32\"]], \"storage_id\": [\"list_int\", [" ids "]]}, "        \
    "\"node_row_ptr\": [" rows "]}"
#define NODES NODE("x") "," NODE("q") "," OPERATOR("__nop") "," NODE("p") "," OPERATOR("add")
#define SHAPES "[2], [5], [5, 1], [2], [2]"
#define ROWS "0, 1, 2, 3, 4, 5"

static bool find(const char *graph, struct graph_parameter **parameters, size_t *count)
{
    scratch_write("executor-config/graph/g.graph", graph);
    return model_parameters_find(scratch_path("."), "g", parameters, count, &err);
}

START_TEST(finds_them)
{
    struct graph_parameter *parameters;
    size_t count = 0;
    write_params();
    ck_assert_msg(find(GRAPH(NODES, "0, 3, 3, 1, 2", SHAPES, ROWS), &parameters, &count), "%s",
                  err.text);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(parameters[0].storage, 3);
    ck_assert_uint_eq(parameters[0].size_bytes, 20);
    ck_assert_uint_eq(blob[parameters[0].offset_bytes], 0x33);
    ck_assert_uint_eq(blob[parameters[0].offset_bytes + 19], 0x33);
    ck_assert_uint_eq(parameters[1].storage, 1);
    ck_assert_uint_eq(parameters[1].size_bytes, 8);
    ck_assert_uint_eq(blob[parameters[1].offset_bytes], 0x11);
    ck_assert_uint_eq(blob[parameters[1].offset_bytes - 1], 0);
    free(parameters);
}
END_TEST

START_TEST(there_are_none)
{
    struct graph_parameter *parameters;
    size_t count = 7;
    ck_assert_msg(find(GRAPH(NODES, "0, 3, 3, 1, 2", SHAPES, ROWS), &parameters, &count), "%s",
                  err.text);
    ck_assert_uint_eq(count, 0);
    free(parameters);
}
END_TEST

/* Cut off anywhere, and counts that are none. */
START_TEST(damaged_file)
{
    struct graph_parameter *parameters;
    size_t count = 0;
    write_params();
    for (size_t size = 0; size < blob_size; size++) {
        write_blob(size);
        ck_assert(!find(GRAPH(NODES, "0, 3, 3, 1, 2", SHAPES, ROWS), &parameters, &count));
        ck_assert_int_eq(err.kind, ERROR_MODEL);
        ck_assert_ptr_nonnull(strstr(err.text, "parameters/g.params: it is damaged"));
    }
    for (size_t at = 0; at < blob_size; at++) { /* whatever it then is: no crash */
        blob[at] ^= 0xff;
        write_blob(blob_size);
        if (find(GRAPH(NODES, "0, 3, 3, 1, 2", SHAPES, ROWS), &parameters, &count))
            free(parameters);
        blob[at] ^= 0xff;
    }
}
END_TEST

static const struct {
    const char *graph;
    const char *text;
} BAD[] = {
    {GRAPH(NODES, "0, 3, 3, 1, 2", "[2], [5], [5], [3], [2]", ROWS),
     "parameter \"p\" has 8 bytes, the graph has another size"},
    {GRAPH(NODES, "0, 3, 3, 3, 2", SHAPES, ROWS), "parameter \"p\" lies where another one does"},
    {GRAPH(NODES, "0, 3, 3, 1, 1", SHAPES, ROWS), "node \"o\" lies where a parameter does"},
    {GRAPH(NODES, "1, 3, 3, 1, 2", SHAPES, ROWS), "node \"x\" lies where a parameter does"},
    {GRAPH(NODES, "0, 3, 3, 1, 5", SHAPES, ROWS), "do not fit the other lists"},
    {GRAPH(NODES, "0, 3, 3, 1, -1", SHAPES, ROWS), "do not fit the other lists"},
    {GRAPH(NODES, "0, 3, 3, 1", SHAPES, ROWS), "do not fit the other lists"},
    {GRAPH(NODES, "0, 3, 3, 1, 2", SHAPES, "0, 1, 2, 3, 4"), "do not fit the other lists"},
    {GRAPH(NODES, "0, 3, 3, 1, 2", SHAPES, "0, 2, 1, 3, 4, 5"), "do not fit the other lists"},
    {GRAPH(NODE("p") "," NODE("p") "," NODE("p") "," NODE("p") "," NODE("q"), "0, 1, 2, 3, 4",
           "[2], [2], [2], [2], [5]", ROWS),
     "two nodes are called \"p\""},
    {"[]", "not an executor graph"},
};

START_TEST(bad_graph)
{
    struct graph_parameter *parameters;
    size_t count = 0;
    write_params();
    ck_assert(!find(BAD[_i].graph, &parameters, &count));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    ck_assert_msg(strstr(err.text, BAD[_i].text) != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("parameters");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, finds_them);
    tcase_add_test(tests, there_are_none);
    tcase_add_test(tests, damaged_file);
    tcase_add_loop_test(tests, bad_graph, 0, sizeof(BAD) / sizeof(BAD[0]));
    Suite *suite = suite_create("parameters");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
