/* metadata.json of each version, and what graph and generated code add to it; test_model_order.c
 * has the order of tensors. */
#include "hostile/make_archive.h"
#include "hostile/scratch.h"
#include "model/load.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct model model;

static void load(void)
{
    ck_assert_msg(model_load_dir(scratch_path("."), NULL, &model, &err), "%s", err.text);
}

static void refused(const char *why)
{
    memset(&model, 0x5a, sizeof(model));
    struct model before = model;
    ck_assert_msg(!model_load_dir(scratch_path("."), NULL, &model, &err), "taken, but: %s", why);
    ck_assert_msg(err.kind == ERROR_MODEL, "kind %d: %s", err.kind, err.text);
    ck_assert_msg(strstr(err.text, why) != NULL, "\"%s\" does not say \"%s\"", err.text, why);
    ck_assert_mem_eq(&model, &before, sizeof(model));
}

/* "a b c": names in their order. */
static const char *names(const struct model_tensor *tensors, size_t count)
{
    static char text[2][512];
    static int next;
    char *buffer = text[next++ % 2];
    *buffer = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(buffer + strlen(buffer), sizeof(text[0]) - strlen(buffer), "%s%s", i ? " " : "",
                 tensors[i].name);
    return buffer;
}

#define CODE "codegen/host/src/default_lib0.c"

START_TEST(reads_version_7)
{
    scratch_write("metadata.json", MODEL_METADATA);
    scratch_write(CODE, MODEL_SOURCE);
    load();
    ck_assert_str_eq(model.name, "default");
    ck_assert_str_eq(model.executor, "aot");
    ck_assert_int_eq(model.version, 7);
    ck_assert_str_eq(names(model.inputs, model.inputs_count), "x");
    ck_assert_str_eq(model.inputs[0].dtype, "float32");
    ck_assert_uint_eq(model.inputs[0].size_bytes, 256);
    ck_assert_str_eq(names(model.outputs, model.outputs_count), "output");
    ck_assert_uint_eq(model.outputs[0].size_bytes, 1024);
    ck_assert(model.system_lib);
    ck_assert(!model.c_interface);
    model_dispose(&model);
    model_dispose(&model); /* twice is fine */
}
END_TEST

#define MAIN_MEMORY                                                                                \
    "\"memory\": {\"functions\": {\"main\": [{\"device\": 1, \"workspace_size_bytes\": 20,"        \
    " \"constants_size_bytes\": 3, \"io_size_bytes\": 40}]}}"

/* TVM 0.8: no names; the C interface's header has them. */
START_TEST(reads_version_5_with_a_c_interface)
{
    scratch_write("metadata.json",
                  "{\"version\": 5, \"model_name\": \"net\", \"executors\": [\"aot\"],"
                  "\"target\": {\"1\": \"c\"}, \"style\": \"full-model\"," MAIN_MEMORY "}");
    scratch_write("codegen/host/src/net_lib0.c", "int32_t tvmgen_net_run(void);");
    scratch_write("codegen/host/include/tvmgen_net.h",
                  "struct tvmgen_net_inputs {\n  void* zulu;\n  void* alpha;\n};\n"
                  "struct tvmgen_net_outputs {\n  void* output0;\n  void* output1;\n};\n");
    load();
    ck_assert_int_eq(model.version, 5);
    ck_assert(model.c_interface);
    ck_assert(!model.system_lib);
    ck_assert_str_eq(names(model.inputs, model.inputs_count), "zulu alpha");
    ck_assert_ptr_null(model.inputs[0].dtype);
    ck_assert_uint_eq(model.inputs[0].size_bytes, 0);
    ck_assert_str_eq(names(model.outputs, model.outputs_count), "output0 output1");
    model_dispose(&model);
}
END_TEST

#define GRAPH                                                                                      \
    "{\"nodes\": [{\"op\": \"null\", \"name\": \"data\"}, {\"op\": \"null\", \"name\": \"p0\"},"   \
    " {\"op\": \"tvm_op\", \"name\": \"f\"}, {\"op\": \"null\", \"name\": \"bias\"}],"             \
    " \"arg_nodes\": [0, 1, 3], \"node_row_ptr\": [0, 1, 2, 4, 5], \"attrs\": {"                   \
    " \"dltype\": [\"list_str\", [\"int8\", \"float32\", \"int8\", \"int8\", \"float32\"]],"       \
    " \"shape\": [\"list_shape\", [[1, 8], [3], [1], [1], [2, 5]]]}}"
#define GRAPH_METADATA(version)                                                                    \
    "{\"version\": " version ", \"model_name\": \"g\", \"executors\": [\"graph\"]," MAIN_MEMORY "}"

static void write_params(void)
{
    /* One parameter, p0, of no elements. */
    static const char HEAD[] =
        "\xb7\x9c\x04\x05\x4f\x8d\xe5\xf7\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
        "\2\0\0\0\0\0\0\0p0\1\0\0\0\0\0\0\0\x3f\xa1\xb4\x96\xf0\x40\x5e\xdd\0\0\0\0\0\0\0\0"
        "\1\0\0\0\0\0\0\0\0\0\0\0\2\x20\1\0\0\0\0\0\0\0\0\0";
    scratch_write("parameters/g.params", "");
    FILE *file = fopen(scratch_path("parameters/g.params"), "wb");
    ck_assert_uint_eq(fwrite(HEAD, 1, sizeof(HEAD) - 1, file), sizeof(HEAD) - 1);
    fclose(file);
}

/* TVM 0.8's graph executor: the graph alone tells which inputs there are. */
START_TEST(reads_inputs_from_the_graph)
{
    scratch_write("metadata.json", GRAPH_METADATA("5"));
    scratch_write(CODE, "TVMBackendAllocWorkspace(1, 2, 3);");
    write_params();
    scratch_write(_i ? "executor-config/graph/g.graph" : "executor-config/graph/graph.json", GRAPH);
    load();
    ck_assert_str_eq(model.executor, "graph");
    ck_assert_str_eq(names(model.inputs, model.inputs_count), "data bias");
    ck_assert_str_eq(model.inputs[1].dtype, "float32");
    ck_assert_uint_eq(model.inputs[0].size_bytes, 8);
    ck_assert_uint_eq(model.inputs[1].size_bytes, 40);
    model_dispose(&model);
}
END_TEST

static const char *const BAD_GRAPHS[] = {
    "",
    "[]",
    "{\"nodes\": []}",
    "{\"nodes\": [], \"arg_nodes\": [7], \"node_row_ptr\": [], \"attrs\": {\"dltype\": [1, []],"
    " \"shape\": [1, []]}}",
    "{\"nodes\": [{\"name\": \"a\"}], \"arg_nodes\": [0], \"node_row_ptr\": [9],"
    " \"attrs\": {\"dltype\": [1, [\"int8\"]], \"shape\": [1, [[1]]]}}",
    "{\"nodes\": [{\"name\": \"a\"}], \"arg_nodes\": [0], \"node_row_ptr\": [0],"
    " \"attrs\": {\"dltype\": [1, [\"int8\"]], \"shape\": [1, [[2147483647, 2147483647, "
    "2147483647]]]"
    "}}",
};

START_TEST(refuses_a_broken_graph)
{
    scratch_write("metadata.json", GRAPH_METADATA("7"));
    scratch_write(CODE, "");
    refused("executor-config/graph");
    scratch_write("executor-config/graph/g.graph", BAD_GRAPHS[_i]);
    refused("executor-config/graph");
}
END_TEST

START_TEST(refuses_broken_parameters)
{
    scratch_write("metadata.json", GRAPH_METADATA("7"));
    scratch_write(CODE, "");
    scratch_write("executor-config/graph/g.graph", GRAPH);
    scratch_write("parameters/g.params", "short");
    refused("parameters/g.params");
}
END_TEST

/* AutoTVM sends single functions; without "modules", also in version 7. */
START_TEST(reads_operators)
{
    scratch_write("metadata.json",
                  "{\"version\": 7, \"model_name\": \"default\", \"executors\": [], \"style\":"
                  " \"operator\", \"target\": [\"c\"], \"memory\": {\"f\": [{\"size_bytes\": 30,"
                  " \"dtype\": \"int8\"}, {\"size_bytes\": 12}], \"g\": [{\"size_bytes\": 5}]}}");
    scratch_write("codegen/host/lib/lib0.o", "ELF");
    load();
    ck_assert_str_eq(model.executor, "operator");
    ck_assert_uint_eq(model.io_size_bytes, 42);
    ck_assert_uint_eq(model.inputs_count, 0);
    ck_assert(model.system_lib); /* objects are not looked into */
    model_dispose(&model);
}
END_TEST

static const struct {
    const char *metadata; /* NULL: none */
    const char *why;
} BAD[] = {
    {NULL, "metadata.json: missing"},
    {"", "not JSON"},
    {"{\"version\": 7,\n\n oops", "not JSON (line 3)"},
    {"[7]", "not an object"},
    {"{}", "\"version\": missing"},
    {"{\"version\": 4}", "\"version\": 4: not supported (known are 5 to 7"},
    {"{\"version\": 8}", "\"version\": 8: not supported"},
    {"{\"version\": \"7\"}", "\"version\": not a whole number"},
    {"{\"version\": 6.5}", "\"version\": not a whole number"},
    {"{\"version\": -7}", "\"version\": not a whole number"},
    {"{\"version\": 7, \"modules\": {}}", "holds no model"},
    {"{\"version\": 7, \"modules\": {\"a\": {}, \"b\": {}}}", "\"model_name\": missing"},
    {"{\"version\": 7, \"modules\": null}", "holds no model"},
    {"{\"version\": 7, \"modules\": [{}]}", "holds no model"},
    {"{\"version\": 7, \"modules\": {\"a\": {\"model_name\": \"n\", \"executors\": [\"aot\"]},"
     " \"b\": {\"model_name\": \"N\", \"executors\": [\"aot\"]}}}",
     "two are called \"N\""},
    {"{\"version\": 7}", "\"model_name\": missing"},
    {"{\"version\": 7, \"model_name\": \"../x\"}", "\"model_name\": not 1 to"},
    {"{\"version\": 7, \"model_name\": \"\"}", "\"model_name\": not 1 to"},
    {"{\"version\": 7, \"model_name\": \"a\"}", "\"executors\": names none"},
    {"{\"version\": 7, \"model_name\": \"a\", \"executors\": []}", "\"executors\": names none"},
    {"{\"version\": 7, \"model_name\": \"a\", \"executors\": [\"vm\"]}",
     "\"executors\": \"vm\": not supported"},
    {"{\"version\": 7, \"model_name\": \"a\", \"executors\": [\"aot\"]}", "no \"functions\""},
    {"{\"version\": 7, \"model_name\": \"a\", \"executors\": [\"aot\"], \"memory\": {\"functions\":"
     " {\"main\": [{\"inputs\": {\"x\": {\"dtype\": \"int8\", \"size\": -1}}}]}}}",
     "\"size\": not a whole number"},
    {"{\"version\": 7, \"model_name\": \"a\", \"executors\": [\"aot\"], \"memory\": {\"functions\":"
     " {\"main\": [{\"inputs\": {\"x\": 5}}]}}}",
     "tensor \"x\": \"dtype\": missing"},
    {"{\"version\": 7, \"model_name\": \"a\", \"style\": \"operator\", \"memory\": {\"f\":"
     " [{\"size_bytes\": 9e14}, {\"size_bytes\": 9e14}]}}",
     "999999999999999 bytes in all"},
};

START_TEST(refuses_bad_metadata)
{
    scratch_write(CODE, MODEL_SOURCE);
    if (BAD[_i].metadata)
        scratch_write("metadata.json", BAD[_i].metadata);
    refused(BAD[_i].why);
}
END_TEST

START_TEST(refuses_deep_nesting)
{
    static char text[200001];
    memset(text, '[', sizeof(text) - 1);
    scratch_write("metadata.json", text);
    refused("not JSON");
}
END_TEST

START_TEST(refuses_a_model_without_code)
{
    scratch_write("metadata.json", MODEL_METADATA);
    refused("no code of \"default\" in it");
    scratch_write("codegen/host/src/folder/x.c", "int x;");
    refused("no code of \"default\" in it");
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tests = tcase_create("model");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, reads_version_7);
    tcase_add_test(tests, reads_version_5_with_a_c_interface);
    tcase_add_loop_test(tests, reads_inputs_from_the_graph, 0, 2);
    tcase_add_loop_test(tests, refuses_a_broken_graph, 0, COUNT(BAD_GRAPHS));
    tcase_add_test(tests, refuses_broken_parameters);
    tcase_add_test(tests, reads_operators);
    tcase_add_loop_test(tests, refuses_bad_metadata, 0, COUNT(BAD));
    tcase_add_test(tests, refuses_deep_nesting);
    tcase_add_test(tests, refuses_a_model_without_code);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
