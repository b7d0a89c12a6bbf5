/* What is read from generated C: constants, buffers, tensors, tables and workspaces; and that a
 * text which says it in another way, or badly, takes nothing. */
#include "hostile/scratch.h"
#include "memory/generated_read.h"
#include "memory/heap_block.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct generated generated;

static void read_text(const char *text)
{
    generated_dispose(&generated);
    scratch_write("codegen/host/src/default_lib0.c", text);
    ck_assert_msg(generated_read(scratch_path("."), NULL, &generated, &err), "%s", err.text);
}

static void end(void)
{
    generated_dispose(&generated);
    scratch_remove();
}

/* ---- data ---- */

static const struct {
    const char *text;
    uint64_t constants_bytes;
    uint64_t buffers_bytes;
} DATA[] = {
    {"", 0, 0},
    {"static const float a[10] = {1, 2};", 40, 0},
    {"static const int64_t __attribute__((section(\".rodata.tvm\"), aligned(16))) a[3] = {\n 1};",
     24, 0},
    {"__attribute__((section(\".rodata.tvm\"), ))\nstatic struct global_const_workspace {\n"
     "  float a[5] __attribute__((aligned(16))); // 20 bytes\n"
     "  int8_t b[3] __attribute__((packed, aligned(16)));\n} global_const_workspace = {\n"
     "  .a = {1, 2}, .b = {{3}, 4},\n};",
     35, 0},
    {"__attribute__((section(\".bss.noinit.tvm\"), aligned(16)))\n"
     "static uint8_t global_workspace[14000000];",
     0, 14000000},
    {"static uint8_t a[0x10];\nstatic double b[2];", 0, 32},
    {"#ifdef __cplusplus\nextern \"C\" {\n#endif\nstatic const half a[4] = {1};\n"
     "#ifdef __cplusplus\n}\n#endif\nstatic const bool b[7] = {1};",
     15, 0},
    {"extern const float a[10];\ntypedef float b[10];\nstruct c { float d[10]; };", 0, 0},
    {"/* static const float a[10] = {1}; */ // static const float a[10] = {1};\n", 0, 0},
    {"static const char *a = \"static const float a[10] = {1};\";", 0, 0},
    {"static const struct c a[10] = {{1}};\nstatic const float b = 3;", 0, 0},
    {"int f(float a[10]) { static const float b[10] = {1}; float c[20]; return 0; }", 0, 0},
    {"static const float a[N] = {1};\nstatic const float b[] = {1, 2};", 0, 0},
    {"static const float a[99999999999999999999] = {1};", MEMORY_MAX_BYTES, 0},
    {"static uint8_t a[999999999999999]; static uint8_t b[999999999999999];", 0, MEMORY_MAX_BYTES},
    {"static const float a[10] = {1", 40, 0},
    {"static const float a[10", 0, 0},
    {"} } ) ) ; static const float a[1] = {1};", 4, 0},
    {"enum { A = 1, B[2] };\nunion u { int a[3]; };", 0, 0},
};

START_TEST(data)
{
    read_text(DATA[_i].text);
    ck_assert_uint_eq(generated.constants_bytes, DATA[_i].constants_bytes);
    ck_assert_uint_eq(generated.buffers_bytes, DATA[_i].buffers_bytes);
}
END_TEST

static const char DESCRIPTION[] =
    "static const int64_t kTvmgenMetadata_inputs_0_shape[2] = {\n1L, 16L};\n"
    "static const int64_t kTvmgenMetadata_inputs_1_shape[0] = {\n};\n"
    "static const struct TVMTensorInfo kTvmgenMetadata_inputs[2] = {\n{\n"
    "\"x\" /* name*/, \nkTvmgenMetadata_inputs_0_shape, \n2L /* num_shape*/, \n{2, 32, 1}}, \n{\n"
    "\"y\", kTvmgenMetadata_inputs_1_shape, 0L, {1, 1, 1}}};\n"
    "static const int64_t kTvmgenMetadata_outputs_0_shape[3] = {1L, 2L, 3L};\n"
    "static const struct TVMTensorInfo kTvmgenMetadata_outputs[1] = {\n{"
    "\"out\", kTvmgenMetadata_outputs_0_shape, 3L, {0, 64, 1}}};\n"
    "static const int64_t kTvmgenMetadata_workspace_pools_0_shape[1] = {2560L};\n"
    "static const struct TVMTensorInfo kTvmgenMetadata_workspace_pools[1] = {\n{"
    "\"global_workspace\", kTvmgenMetadata_workspace_pools_0_shape, 1L, {1, 8, 1}}};\n"
    "static const struct TVMConstantInfo kTvmgenMetadata_constant_pools[2] = {\n{"
    "\"a\" /* name_hint*/, \n7168UL /* byte_offset*/, \n360, \n\"\\x3f\\xa1\"}\n, \n{"
    "\"b\", 0UL, 104, \"\\x3f;}{\"}\n};\n"
    "static TVMBackendPackedCFunc _tvm_func_array[] = {\n"
    "    (TVMBackendPackedCFunc)tvmgen_default_run,\n    (TVMBackendPackedCFunc)abc,\n};\n"
    "static const float after[2] = {0};\n";

START_TEST(description)
{
    read_text(DESCRIPTION);
    ck_assert_uint_eq(generated.inputs.count, 2);
    ck_assert_uint_eq(generated.inputs.items[0].size_bytes, 64);
    ck_assert_uint_eq(generated.inputs.items[0].ndim, 2);
    ck_assert_uint_eq(generated.inputs.items[1].size_bytes, 1);
    ck_assert_uint_eq(generated.inputs.items[1].ndim, 0);
    ck_assert_uint_eq(generated.outputs.count, 1);
    ck_assert_uint_eq(generated.outputs.items[0].size_bytes, 48);
    ck_assert_uint_eq(generated.pools.count, 1);
    ck_assert_uint_eq(generated.pools.items[0].size_bytes, 2560);
    ck_assert_uint_eq(generated.description_bytes, 464);
    ck_assert_uint_eq(generated.table_count, 2);
    ck_assert_uint_eq(generated.table_names_bytes, strlen("tvmgen_default_run") + 1 + 4);
    ck_assert_uint_eq(generated.constants_bytes, 8 + 6 * 8);
}
END_TEST

/* Constants and buffers of all models are linked; the rest is of the one that is meant. */
START_TEST(one_of_several)
{
    scratch_write("codegen/host/src/a_lib0.c", DESCRIPTION);
    scratch_write("codegen/host/src/b_lib0.c",
                  "static uint8_t global_workspace[32];\nstatic const float c[1] = {1};\n");
    scratch_write("codegen/host/src/b_lib10.cc", "static const float c[1] = {1};\n");
    ck_assert_msg(generated_read(scratch_path("."), "b", &generated, &err), "%s", err.text);
    ck_assert_uint_eq(generated.inputs.count, 0);
    ck_assert_uint_eq(generated.buffers_bytes, 32);
    ck_assert_uint_eq(generated.constants_bytes, 8 + 6 * 8 + 8);
    ck_assert_uint_eq(generated.table_count, 2);
}
END_TEST

START_TEST(linked_parameters)
{
    read_text("int32_t _lookup_linked_param(void* args) {\n    switch (((int64_t*) args)[0]) {\n"
              "    default:\n        return 0;\n    case 3:\n        x[0] = 5;\n        return 0;\n"
              "    case 12:\n        return 0;\n    }\n}\n"
              "int other(int i) { switch (i) { case 4: return 1; } return 0; }\n");
    ck_assert_uint_eq(generated.linked_count, 2);
    ck_assert_uint_eq(generated.linked[0], 3);
    ck_assert_uint_eq(generated.linked[1], 12);
}
END_TEST

START_TEST(no_code_is_nothing)
{
    ck_assert(generated_read(scratch_path("nowhere"), NULL, &generated, &err));
    ck_assert_uint_eq(generated.functions_count, 0);
    ck_assert(!generated_has_function(&generated, "f"));
    ck_assert_uint_eq(generated_workspace_bytes(&generated, "f"), 0);
}
END_TEST

/* ---- workspaces ---- */

#define ALLOCATE(name, bytes)                                                                      \
    "  void* " name " = TVMBackendAllocWorkspace(1, dev_id, (uint64_t)" bytes ", 0, 8);\n"         \
    "  if (" name " == NULL) {\n    return -1;\n  }\n"
#define FREE(name)                                                                                 \
    "  if (TVMBackendFreeWorkspace(1, dev_id, " name ") != 0) {\n    return -1;\n  }\n"
#define CALL(name) "  if (" name "( (TVMValue*) stack , 1) != 0){\n    return -1;\n  }\n"
#define FUNCTION(name, body)                                                                       \
    "#ifdef __cplusplus\nextern \"C\"\n#endif\nTVM_DLL int32_t " name                              \
    "(void* args, int32_t num_args) {\n" body "  return 0;\n}\n"

static const struct {
    const char *text;
    uint64_t blocks[4]; /* the sizes that f has at one time */
} WORKSPACES[] = {
    {FUNCTION("f", ""), {0}},
    {FUNCTION("f", ALLOCATE("a", "128") FREE("a")), {128}},
    {FUNCTION("f", ALLOCATE("a", "128") ALLOCATE("b", "24") FREE("b") FREE("a")), {128, 24}},
    {FUNCTION("f", ALLOCATE("a", "128") FREE("a") ALLOCATE("b", "240") FREE("b")), {240}},
    {FUNCTION("f", ALLOCATE("a", "100") ALLOCATE("b", "10") FREE("a") ALLOCATE("c", "95")),
     {100, 10}},
    {FUNCTION("g", ALLOCATE("a", "500") FREE("a"))
         FUNCTION("f", ALLOCATE("a", "16") CALL("g") ALLOCATE("b", "200") FREE("b") FREE("a")),
     {16, 500}},
    {FUNCTION("f", CALL("g") CALL("h")) FUNCTION("h", ALLOCATE("a", "9"))
         FUNCTION("g", ALLOCATE("a", "8") CALL("h")),
     {8, 9}},
    /* In a loop; not sure to be; of a size that is no number. */
    {FUNCTION("f", "for (int32_t i = 0; i < 2; ++i) {\n" ALLOCATE("a", "64") FREE("a") "}\n"),
     {64}},
    {FUNCTION("f", "if (num_args == 1) {\n" ALLOCATE("a", "64") CALL("g") "} else {\n" ALLOCATE(
                       "b", "640") "}\n" ALLOCATE("c", "32")) FUNCTION("g", ALLOCATE("a", "999")),
     {32}},
    {FUNCTION("f", ALLOCATE("a", "8 * n")), {0, 0, 0, 1}},
    {FUNCTION("f", ALLOCATE("a", "(4 + 8)")), {0, 0, 0, 1}},
    /* Calls of themselves, and of what is not there. */
    {FUNCTION("f", ALLOCATE("a", "48") CALL("f") CALL("nowhere")), {48}},
    {FUNCTION("f", ALLOCATE("a", "48") CALL("g")) FUNCTION("g", ALLOCATE("a", "32") CALL("f")),
     {48, 32}},
    {FUNCTION("f", FREE("a") FREE("a") ALLOCATE("a", "16") FREE("a") FREE("a") ALLOCATE("b", "8")),
     {16}},
    /* Declared only, a comment, a string. */
    {"int32_t f(void* args);\n/*" FUNCTION("f", ALLOCATE("a", "64")) "*/\n", {0}},
    {"const char* f = \"TVMBackendAllocWorkspace(1, 0, (uint64_t)64, 0, 8)\";", {0}},
};

START_TEST(workspaces)
{
    uint64_t expected = 0;
    for (int i = 0; i < 3; i++)
        if (WORKSPACES[_i].blocks[i])
            expected += heap_block_bytes(WORKSPACES[_i].blocks[i]);
    if (WORKSPACES[_i].blocks[3]) /* an allocation of whatever size */
        expected += HEAP_BLOCK_ALIGNMENT_BYTES;
    read_text(WORKSPACES[_i].text);
    ck_assert_msg(generated_workspace_bytes(&generated, "f") == expected,
                  "%llu bytes, not %llu:\n%s",
                  (unsigned long long)generated_workspace_bytes(&generated, "f"),
                  (unsigned long long)expected, WORKSPACES[_i].text);
}
END_TEST

/* Neither the stack nor the time runs out. */
START_TEST(deep_and_long)
{
    enum { FUNCTIONS = 20000, EVENTS = 50000 };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (int i = 0; i < FUNCTIONS; i++)
        fprintf(out,
                "int f%d(void) { g = TVMBackendAllocWorkspace(1, 0, (uint64_t)8, 0, 8); f%d(); }\n",
                i, i + 1);
    fputs("int many(void) {\n", out);
    for (int i = 0; i < EVENTS; i++)
        fprintf(out, "TVMBackendFreeWorkspace(1, 0, a%d);\n", i);
    fputs("}\nint open(void) { { { {", out);
    fclose(out);
    read_text(text);
    free(text);
    ck_assert_uint_ge(generated_workspace_bytes(&generated, "f0"), 16);
    ck_assert_uint_eq(generated_workspace_bytes(&generated, "many"), 0);
}
END_TEST

/* Every beginning of a text is read to its end. */
START_TEST(cut_texts)
{
    char text[sizeof(DESCRIPTION)];
    for (size_t cut = 0; cut < sizeof(DESCRIPTION); cut += 7) {
        memcpy(text, DESCRIPTION, cut);
        text[cut] = '\0';
        read_text(text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("generated");
    TCase *tests = tcase_create("generated");
    tcase_add_checked_fixture(tests, scratch_make, end);
    tcase_set_timeout(tests, 30);
    tcase_add_loop_test(tests, data, 0, sizeof(DATA) / sizeof(DATA[0]));
    tcase_add_test(tests, description);
    tcase_add_test(tests, one_of_several);
    tcase_add_test(tests, linked_parameters);
    tcase_add_test(tests, no_code_is_nothing);
    tcase_add_loop_test(tests, workspaces, 0, sizeof(WORKSPACES) / sizeof(WORKSPACES[0]));
    tcase_add_test(tests, deep_and_long);
    tcase_add_test(tests, cut_texts);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
