/* Who is who among a model's inputs and outputs: each place that tells, alone and against others;
 * and what is done where none tells. */
#include "hostile/scratch.h"
#include "model/load.h"
#include "model/notes.h"
#include "unit/model/pieces.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

struct archive {
    const char *name; /* of the case */
    const char *metadata;
    const char *relay; /* NULL: none; so below */
    const char *code;
    const char *header;
    const char *graph;
    const char *inputs; /* "a b": names by place */
    const char *outputs;
    const char *note; /* part of it; NULL: there is none */
};

static void write(const struct archive *archive)
{
    scratch_write("metadata.json", archive->metadata);
    scratch_write("codegen/host/src/m_lib0.c", archive->code ? archive->code : "int x;\n");
    if (archive->relay)
        scratch_write("src/m.relay", archive->relay);
    if (archive->header)
        scratch_write("codegen/host/include/tvmgen_m.h", archive->header);
    if (archive->graph)
        scratch_write("executor-config/graph/m.graph", archive->graph);
}

static const char *join(const struct model_tensor *tensors, size_t count, char text[256])
{
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), 256 - strlen(text), "%s%s%s", i ? " " : "", tensors[i].name,
                 tensors[i].unwritten ? "!" : "");
    return text;
}

static void add_line(void *context, const char *line)
{
    char *text = context;
    snprintf(text + strlen(text), 1024 - strlen(text), "%s\n", line);
}

/* ---- each place ---- */

#define PACKED_XBA                                                                                 \
    PACKED(PACKED_LINE("x", "0") PACKED_LINE("b", "1") PACKED_LINE("a", "2") USE("x") USE("a")     \
               USE("b"))

static const struct archive ARCHIVES[] = {
    {.name = "relay's attribute",
     .metadata = AOT(X, AB),
     .relay = RELAY(NAMED("\"b\", \"a\"")),
     .inputs = "x",
     .outputs = "b a"},
    {.name = "the same for a graph",
     .metadata = METADATA("graph", X, AB),
     .relay = RELAY(NAMED("\"b\", \"a\"")),
     .graph = GRAPH("[1, 4]", "[1, 4]"),
     .inputs = "x",
     .outputs = "b a"},
    {.name = "escapes in relay's strings",
     .metadata = AOT(X, "\"a\\\"b\": " F16 ", \"c\\\\\\u00e9\": " F16),
     .relay = RELAY(NAMED("\"c\\\\\\xC3\\xA9\", \"a\\\"b\"")),
     .inputs = "x",
     .outputs = "c\\\xc3\xa9 a\"b"},
    {.name = "TVM's numbers, as relay has no attribute",
     .metadata = AOT(X, "\"output1\": " F16 ", \"output0\": " F16),
     .relay = RELAY(""),
     .inputs = "x",
     .outputs = "output0 output1"},
    {.name = "numbers that the author gave",
     .metadata = AOT(X, "\"output1\": " F16 ", \"output0\": " F16),
     .relay = RELAY(NAMED("\"output1\", \"output0\"")),
     .inputs = "x",
     .outputs = "output1 output0"},
    {.name = "inputs that relay's text calls otherwise",
     .metadata = AOT("\"1st\": " F16 ", \"a:0\": " F16, "\"output\": " F16),
     .relay = "def @main(%v1st: Tensor[(1), int8], %w: int8, %a:0: Tensor[(1), int8]) {\n",
     .inputs = "1st a:0",
     .outputs = "output"},
    {.name = "inputs that are the same in C",
     .metadata = AOT("\"a b\": " F16 ", \"a.b\": " F16 ", \"a_b\": " F16, "\"output\": " F16),
     .relay = "def @main(%a_b: int8, %w%a.b: int8, %a b: bool, %a.b: int8) {\n",
     .inputs = "a_b a b a.b",
     .outputs = "output"},
    {.name = "inputs that are the same in C, and nothing tells",
     .metadata = AOT("\"a.b\": " F16 ", \"a_b\": " F16, "\"output\": " F16),
     .relay = "def @main(%a_b: int8, %w%a.b: int8) {\n",
     .code = TABLE("inputs", "2", RECORD("a_b", "{2, 32, 1}") ", " RECORD("a_b", "{2, 32, 1}")),
     .inputs = "input0 input1",
     .outputs = "output",
     .note = "which of its inputs is which of \"a.b\", \"a_b\""},
    {.name = "packed arguments",
     .metadata = AOT(X, AB),
     .code = PACKED_XBA,
     .inputs = "x",
     .outputs = "b a"},
    {.name = "packed arguments that C needs other names for",
     .metadata = AOT("\"z:0\": " F16 ", \"b:0\": " F16, "\"x.1\": " F16 ", \"int\": " F16),
     .code = PACKED(PACKED_LINE("z_0", "0") PACKED_LINE("b_0", "1")
                        PACKED_LINE("x_1", "2") "  int32_t int_code_1 = arg_type_ids[3];\n"
                                                "  void* int_1 = (((TVMValue*)args)[3].v_handle);\n"
                                                "  f(z_0, b_0, x_1, int_1);\n"),
     .inputs = "z:0 b:0",
     .outputs = "x.1 int"},
    {.name = "unpacked arguments",
     .metadata = AOT(X, AB),
     .code = UNPACKED("float* x_buffer_var, float* b_buffer_var, float* a_buffer_var_1, "
                      "uint8_t* pool",
                      "x_buffer_var, a_buffer_var_1, b_buffer_var"),
     .inputs = "x",
     .outputs = "b a"},
    {.name = "the C interface's structs",
     .metadata = AOT(X, AB),
     .header = HEADER(MEMBER("x"), MEMBER("b") MEMBER("a")),
     .code = CALL("outputs->b,outputs->a"),
     .inputs = "x",
     .outputs = "b a"},
    {.name = "tensors in a pool",
     .metadata = AOT(X, AB),
     .header = HEADER(MEMBER("x"), MEMBER("b") MEMBER("a")),
     .code =
         "struct tvmgen_m_outputs tvmgen_m_map_outputs(\n\n){\nstruct tvmgen_m_outputs ret = {\n"
         "\t.b = &((uint8_t*)workspace_pools->sram)[0],\n"
         "\t.a = &((uint8_t*)workspace_pools->sram)[16],\n};\nreturn ret;\n}\n",
     .inputs = "x",
     .outputs = "b a"},
    {.name = "sizes in AOT's table",
     .metadata = AOT(X, "\"a\": " F8 ", \"b\": " F16),
     .code = TABLE_4_2,
     .inputs = "x",
     .outputs = "b a"},
    {.name = "sizes in a graph's heads",
     .metadata = METADATA("graph", X, "\"a\": " F8 ", \"b\": " F16),
     .graph = GRAPH("[1, 4]", "[1, 2]"),
     .inputs = "x",
     .outputs = "b a"},
    {.name = "inputs in AOT's table",
     .metadata = AOT("\"a:0\": " F16 ", \"x\": " F16, "\"output\": " F16),
     .code = TABLE("inputs", "2", RECORD("x", "{2, 32, 1}") ", " RECORD("a_0", "{2, 32, 1}")),
     .inputs = "x a:0",
     .outputs = "output"},
    /* ---- nothing tells ---- */
    {.name = "equal types, no names",
     .metadata = AOT(X, AB),
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "nothing in the archive tells which of its outputs is which of \"a\", \"b\""},
    {.name = "the same for a graph",
     .metadata = METADATA("graph", X, AB),
     .graph = GRAPH("[1, 4]", "[1, 4]"),
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "which of \"a\", \"b\": they are numbered"},
    {.name = "the same in C",
     .metadata = AOT(X, "\"a.b\": " F16 ", \"a_b\": " F16),
     .code = PACKED(PACKED_LINE("x", "0") PACKED_LINE(
         "a_b", "1") "  int32_t a_b_code_1 = arg_type_ids[2];\n"
                     "  void* a_b_1 = (((TVMValue*)args)[2].v_handle);\n  f(x, a_b, a_b_1);\n"),
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "which of \"a.b\", \"a_b\""},
    {.name = "the same in C, told by relay",
     .metadata = AOT(X, "\"a.b\": " F16 ", \"a_b\": " F16),
     .relay = RELAY(NAMED("\"a_b\", \"a.b\"")),
     .code = PACKED(PACKED_LINE("x", "0") PACKED_LINE(
         "a_b", "1") "  int32_t a_b_code_1 = arg_type_ids[2];\n"
                     "  void* a_b_1 = (((TVMValue*)args)[2].v_handle);\n  f(x, a_b, a_b_1);\n"),
     .inputs = "x",
     .outputs = "a_b a.b"},
    {.name = "names that look like numbers of ours",
     .metadata = AOT(X, "\"output1\": " F16 ", \"output2\": " F16),
     .inputs = "x",
     .outputs = "#0 #1",
     .note = "which of \"output1\", \"output2\""},
    {.name = "numbers, whosever they are",
     .metadata = METADATA("graph", X, "\"output0\": " F16 ", \"output1\": " F16),
     .graph = GRAPH("[1, 4]", "[1, 4]"),
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "nothing in the archive tells whether output0, output1, ... are the model's names"},
    {.name = "numbers that are TVM's by the main function",
     .metadata = AOT(X, "\"output0\": " F16 ", \"output1\": " F16),
     .code = PACKED(PACKED_LINE("x", "0") PACKED_LINE("output", "1") PACKED_LINE("output2", "2")
                        USE("output") USE("output2")),
     .inputs = "x",
     .outputs = "output0 output1"},
    {.name = "inputs",
     .metadata = AOT(AB, "\"output\": " F16),
     .inputs = "input0 input1",
     .outputs = "output",
     .note = "which of its inputs is which of \"a\", \"b\""},
    {.name = "one name of two",
     .metadata = AOT(X, "\"a\": " F16),
     .relay = RELAY(NAMED("\"a\", \"a\"")),
     .code = TABLE_4_2,
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "metadata.json names 1 output, codegen/host/src/m_lib0.c has 2"},
    {.name = "other names",
     .metadata = AOT(X, AB),
     .relay = RELAY(NAMED("\"c\", \"d\"")),
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "nothing in the archive tells"},
    {.name = "relay that breaks off",
     .metadata = AOT(X, AB),
     .relay = "def @main(%x: Tensor[(1, 4), float32], output_tensor_names=[\"b\", \"a\"",
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "nothing in the archive tells"},
    /* ---- they contradict each other ---- */
    {.name = "relay and the main function",
     .metadata = AOT(X, AB),
     .relay = RELAY(NAMED("\"a\", \"b\"")),
     .code = PACKED_XBA,
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "src/m.relay and codegen/host/src/m_lib0.c contradict each other about the outputs"},
    {.name = "relay and the header",
     .metadata = AOT(X, AB),
     .relay = RELAY(NAMED("\"a\", \"b\"")),
     .header = HEADER(MEMBER("x"), MEMBER("b") MEMBER("a")),
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "src/m.relay and codegen/host/include/tvmgen_m.h contradict"},
    {.name = "relay and sizes",
     .metadata = AOT(X, "\"a\": " F8 ", \"b\": " F16),
     .relay = RELAY(NAMED("\"a\", \"b\"")),
     .code = TABLE_4_2,
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "src/m.relay and codegen/host/src/m_lib0.c contradict"},
    {.name = "metadata.json and sizes",
     .metadata = AOT(X, AB),
     .relay = RELAY(NAMED("\"a\", \"b\"")),
     .code = TABLE_4_2,
     .inputs = "x",
     .outputs = "output0 output1",
     .note = "metadata.json and codegen/host/src/m_lib0.c contradict"},
    /* ---- never written ---- */
    {.name = "packed, never used",
     .metadata = AOT(X, AB),
     .relay = RELAY(NAMED("\"b\", \"a\"")),
     .code = PACKED(PACKED_LINE("x", "0") PACKED_LINE("b", "1") PACKED_LINE(
         "a", "2") "  if (!(tvmgen_m___tvm_main___a_strides == NULL)) {\n  }\n" USE("x") USE("b")),
     .inputs = "x",
     .outputs = "b a!",
     .note = "output \"a\" is never written"},
    {.name = "unpacked, never used",
     .metadata = AOT(X, AB),
     .code = UNPACKED("float* x_buffer_var, float* b_buffer_var, float* a_buffer_var",
                      "x_buffer_var, a_buffer_var"),
     .inputs = "x",
     .outputs = "b! a",
     .note = "output \"b\" is never written"},
};

START_TEST(places)
{
    const struct archive *archive = &ARCHIVES[_i];
    struct model model;
    char text[256];
    char notes[1024] = "";
    write(archive);
    ck_assert_msg(model_load_dir(scratch_path("."), NULL, &model, &err), "%s: %s", archive->name,
                  err.text);
    join(model.inputs, model.inputs_count, text);
    ck_assert_msg(strcmp(text, archive->inputs) == 0, "%s: inputs %s", archive->name, text);
    join(model.outputs, model.outputs_count, text);
    ck_assert_msg(strcmp(text, archive->outputs) == 0, "%s: outputs %s", archive->name, text);
    model_tell_notes(&model, add_line, notes);
    ck_assert_msg(archive->note ? strstr(notes, archive->note) != NULL : notes[0] == '\0', "%s: %s",
                  archive->name, notes);
    model_dispose(&model);
}
END_TEST

/* Sizes by place, where names are not known. */
START_TEST(types_of_numbered_outputs)
{
    struct model model;
    write(&(struct archive){.metadata = AOT(X, "\"a\": " F8 ", \"b\": " F16),
                            .relay = RELAY(NAMED("\"a\", \"b\"")),
                            .code = TABLE_4_2});
    ck_assert_msg(model_load_dir(scratch_path("."), NULL, &model, &err), "%s", err.text);
    ck_assert_str_eq(model.outputs[0].name, "output0");
    ck_assert_uint_eq(model.outputs[0].size_bytes, 16);
    ck_assert_str_eq(model.outputs[0].dtype, "float32");
    ck_assert_uint_eq(model.outputs[1].size_bytes, 8);
    model_dispose(&model);
}
END_TEST

/* TVM before 0.11 lists nothing in metadata.json. */
START_TEST(nothing_is_listed)
{
    struct model model;
    char text[256];
    write(&(struct archive){.metadata = AOT("", ""),
                            .relay = RELAY(NAMED("\"b\", \"a\"")),
                            .code = TABLE("inputs", "1", RECORD("x", "{2, 32, 1}")) TABLE_4_2});
    ck_assert_msg(model_load_dir(scratch_path("."), NULL, &model, &err), "%s", err.text);
    ck_assert_str_eq(join(model.inputs, model.inputs_count, text), "x");
    ck_assert_str_eq(join(model.outputs, model.outputs_count, text), "b a");
    ck_assert_uint_eq(model.outputs[0].size_bytes, 16);
    ck_assert_ptr_null(model.outputs_note);
    model_dispose(&model);
    ck_assert_int_eq(remove(scratch_path("src/m.relay")), 0);
    ck_assert_msg(model_load_dir(scratch_path("."), NULL, &model, &err), "%s", err.text);
    ck_assert_str_eq(join(model.outputs, model.outputs_count, text), "output0 output1");
    ck_assert_ptr_null(model.outputs_note);
    model_dispose(&model);
}
END_TEST

START_TEST(a_graph_without_an_input)
{
    struct model model;
    write(&(struct archive){.metadata = METADATA("graph", "\"y\": " F16, AB),
                            .graph = GRAPH("[1, 4]", "[1, 4]")});
    ck_assert(!model_load_dir(scratch_path("."), NULL, &model, &err));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    ck_assert_ptr_nonnull(strstr(err.text, "no input \"y\" in it"));
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
    Suite *suite = suite_create("model_order");
    TCase *tests = tcase_create("order");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, places, 0, COUNT(ARCHIVES));
    tcase_add_test(tests, types_of_numbered_outputs);
    tcase_add_test(tests, nothing_is_listed);
    tcase_add_test(tests, a_graph_without_an_input);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
