/* Code that TVM writes although it does not compile is refused, with what to do. */
#include "hostile/scratch.h"
#include "model/load.h"
#include "unit/model/pieces.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

#define LIBRARY "const TVMModule* TVMSystemLibEntryPoint(void) {\n"
#define DECLARED                                                                                   \
    "TVM_DLL int32_t tvmgen_m_run(TVMValue* args, int* type_code, int num_args);\n" LIBRARY
#define C_ENTRY "int32_t tvmgen_m_run(struct tvmgen_m_inputs* inputs) {return 0;\n}\n"
#define UNPACKED_ENTRY "int32_t tvmgen_m_run(void* args, void* type_code, int num_args) {\n}\n"

static void write(const char *code, const char *header)
{
    scratch_write("metadata.json", AOT(X, AB));
    scratch_write("codegen/host/src/m_lib0.c", code);
    if (header)
        scratch_write("codegen/host/include/tvmgen_m.h", header);
}

static const struct {
    const char *code;
    const char *header;
    const char *why[2]; /* NULL: it is taken */
} CASES[] = {
    {DECLARED C_ENTRY, NULL, {"the C interface and a system library exclude each other", "17194"}},
    {DECLARED UNPACKED_ENTRY, NULL, {"\"unpacked-api\": True and a system library", "Executor"}},
    {DECLARED "int32_t tvmgen_m_run(TVMValue* args, int* type_code, int num_args) {}\n",
     NULL,
     {NULL}},
    {C_ENTRY, NULL, {NULL}},
    {UNPACKED_ENTRY, NULL, {NULL}},
    {LIBRARY UNPACKED_ENTRY, NULL, {NULL}}, /* as of TVM 0.8: nothing declares it otherwise */
    /* names */
    {PACKED(PACKED_LINE("a/b", "0")), NULL, {"into C as \"a/b\"", "output_tensor_names"}},
    {PACKED(PACKED_LINE("a b", "0")), NULL, {"into C as \"a b\"", ""}},
    {PACKED(PACKED_LINE("495", "0")), NULL, {"into C as \"495\"", "no word of C"}},
    {PACKED(PACKED_LINE("q\"\033[2J", "0")), NULL, {"\"q\\x22\\x1b[2J\"", ""}},
    {PACKED(PACKED_LINE("static", "0")), NULL, {"into C as \"static\"", ""}},
    {PACKED("  int32_t int_code = arg_type_ids[0];\n"
            "  void* int_1 = (((TVMValue*)args)[0].v_handle);\n"),
     NULL,
     {NULL}},
    {PACKED(PACKED_LINE("a_b", "0") PACKED_LINE("a_b", "1")), NULL, {"called \"a_b\" there", ""}},
    {UNPACKED("float* x_buffer_var, float* c;d_buffer_var", ""), NULL, {"\"c;d\"", ""}},
    {UNPACKED("float* x_buffer_var, float* a*b_buffer_var", ""), NULL, {"\"a*b\"", ""}},
    {UNPACKED("float* x_buffer_var, float* a, b_buffer_var", ""), NULL, {"\"b_buffer_var\"", ""}},
    {UNPACKED("float* x_buffer_var, float* x_buffer_var", ""), NULL, {"\"x_buffer_var\"", ""}},
    {"", HEADER(MEMBER("int"), MEMBER("a")), {"tvmgen_m.h: TVM wrote", "\"int\""}},
    {"", HEADER(MEMBER("x"), MEMBER("1st")), {"tvmgen_m.h: TVM wrote", "\"1st\""}},
    {"", HEADER(MEMBER("x"), MEMBER("a") MEMBER("a")), {"two outputs are called \"a\"", ""}},
    {"", HEADER(MEMBER("a"), MEMBER("a")), {NULL}},
    {CALL("outputs->a,outputs->a,outputs->b"),
     HEADER(MEMBER("x"), MEMBER("a")),
     {"it has no \"b\", which codegen/host/src/m_lib0.c uses", "a name of its own"}},
    {"struct tvmgen_m_outputs tvmgen_m_map_outputs(\n){\nstruct tvmgen_m_outputs ret = {\n"
     "\t.a/b = &((uint8_t*)workspace_pools->sram)[0],\n};\n",
     HEADER(MEMBER("x"), MEMBER("a_b")),
     {"into C as \"a/b\"", ""}},
};

START_TEST(faults)
{
    struct model model;
    write(CASES[_i].code, CASES[_i].header);
    bool good = model_load_dir(scratch_path("."), NULL, &model, &err);
    if (good)
        model_dispose(&model);
    ck_assert_msg(good == !CASES[_i].why[0], "%s", good ? "taken" : err.text);
    if (good)
        return;
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    for (int i = 0; i < 2; i++)
        ck_assert_msg(strstr(err.text, CASES[_i].why[i]) != NULL, "%s", err.text);
}
END_TEST

static const struct {
    const char *code;
    bool needs_half;
} HALVES[] = {
    {"  ((half*)T_1)[0] = (((half*)p0_1)[0] * (half)2.0f);\n", true},
    {"int32_t f(half* p0) {\n", true},
    {"int32_t f(float* p0) {\n", false},
    /* a tensor that is called so, and what is not the type */
    {"  void* half = (((TVMValue*)args)[0].v_handle);\n  x = half * y;\n  f(half);\n", false},
    {"  void* half_1 = (((DLTensor*)half)[0].data);\n", false},
    {"int32_t f(myhalf* p0, behalf* p1) {\n", false},
    /* somebody else's, who says what it is */
    {"typedef unsigned short half;\nint f(half* x);\n", false},
    {"#define half _Float16\nint f(half* x);\n", false},
};

START_TEST(float16)
{
    struct model model;
    write(HALVES[_i].code, NULL);
    ck_assert_msg(model_load_dir(scratch_path("."), NULL, &model, &err), "%s", err.text);
    ck_assert_int_eq(model.needs_half, HALVES[_i].needs_half);
    model_dispose(&model);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
    Suite *suite = suite_create("model_faults");
    TCase *tests = tcase_create("faults");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, faults, 0, COUNT(CASES));
    tcase_add_loop_test(tests, float16, 0, COUNT(HALVES));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
