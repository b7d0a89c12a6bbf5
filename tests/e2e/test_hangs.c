/* A model that hangs, in each way and in each kind of firmware: what it says of where. */
#include "base/cleanup.h"
#include "base/file.h"
#include "e2e/digits.h"
#include "e2e/repack.h"
#include "e2e/run_program.h"
#include "e2e/text/text_firmware.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define SOURCES "model/codegen/host/src/"
#define HERE "hang at ./model/codegen/host/src/more.c:"

enum { TEST_TIMEOUT_S = 300, READ_TIMEOUT_MS = 1500 };

static struct error err;

/* MODEL, whose softmax hangs in the function "hang", made of BODY. */
static const char *model_that_hangs(const char *model, const char *source, const char *body)
{
    char path[128];
    snprintf(path, sizeof(path), SOURCES "%s", source);
    repack_open(model);
    cleanup_free char *text = repack_read(scratch_path("%s", path));
    cleanup_free char *hanging = file_path("#define expf hang\n%s", text);
    scratch_write(path, hanging);
    scratch_write(SOURCES "more.c", body);
    return repack_close();
}

#define HANG "float hang(float x) "
#define LOOP HANG "{ for (;;) __asm__ volatile(\"\"); return x; }\n"
#define SLEEP                                                                                      \
    "#ifdef __riscv\n#define OFF \"csrci mstatus, 8\"\n#else\n#define OFF \"cpsid "                \
    "i\"\n#endif\n" HANG                                                                           \
    "{ __asm__ volatile(OFF); for (;;) __asm__ volatile(\"wfi\"); return x; }\n"
#define LOG                                                                                        \
    "void TVMLogf(const char *format, ...);\n" HANG                                                \
    "{ for (;;) TVMLogf(\"still at it\"); return x; }\n"
#define PRINT "#include <stdio.h>\n" HANG "{ for (;;) printf(\"still at it\\n\"); return x; }\n"
#define MAZE                                                                                       \
    "#define NOINLINE __attribute__((noinline, noclone))\nstatic volatile int count;\n"            \
    "static NOINLINE void left(void) { for (int i = 0; i < 100000; i++) count++; }\n"              \
    "static NOINLINE void right(void) { for (int i = 0; i < 100000; i++) count--; }\n"             \
    "static NOINLINE void maze(void) { left(); right(); count = 0; }\n" HANG                       \
    "{ for (;;) maze(); return x; }\n"

#define QUIET "not a byte came\nits CPU stands at pc=0x"
#define BUSY " bytes came, but no whole answer\nits CPU stands at pc=0x"
#define DRIVEN "host_driven", MODELS "/digits.tar", "default_lib2.c"
#define STANDALONE "aot_standalone_demo", MODELS "/digits_c.tar", "default_lib1.c"
#define BENCHMARK "mlperftiny", MODELS "/digits_c.tar", "default_lib1.c"

static const struct {
    const char *board;
    const char *type;
    const char *model;
    const char *source;
    const char *body;
    const char *says[3];
} HANGS[] = {
    {"mps2_an385", DRIVEN, LOOP, {QUIET, HERE, "the device did not answer within 3000 ms\n"}},
    {"qemu_cortex_m3", DRIVEN, LOG, {BUSY, HERE, "log:\n  still at it\n"}},
    {"qemu_riscv32", DRIVEN, MAZE, {QUIET, "maze at ./model/", "did not answer"}},
    {"qemu_riscv32", STANDALONE, SLEEP, {HERE, "its CPU stands at pc=0x", "did not answer"}},
    {"mps2_an385", BENCHMARK, PRINT, {BUSY, HERE, "  still at it\n"}},
};
enum { HANGS_COUNT = sizeof(HANGS) / sizeof(HANGS[0]) };

START_TEST(run_says_where)
{
    const char *model = model_that_hangs(HANGS[_i].model, HANGS[_i].source, HANGS[_i].body);
    int code = program_run("run", model, "--board", HANGS[_i].board, "--input", DIGITS_IMAGES,
                           "--project-type", HANGS[_i].type, "--timeout", "3", NULL);
    ck_assert_msg(code == 5, "%d: %s", code, program_output);
    ASSERT_PRINTED("no progress for ");
    for (size_t i = 0; i < sizeof(HANGS[_i].says) / sizeof(HANGS[_i].says[0]); i++)
        ASSERT_PRINTED(HANGS[_i].says[i]);
    ASSERT_PRINTED("--timeout SECONDS gives each call on the device more than 3 s");
}
END_TEST

/* A client of the API gets it with the error that TVM's client knows. */
START_TEST(a_read_in_vain_says_where)
{
    struct api_client client;
    char byte = 0;
    size_t got = 0;
    text_firmware_open(model_that_hangs(MODELS "/digits_c.tar", "default_lib1.c", LOOP),
                       "{\"board\": \"mps2_an385\", \"project_type\": \"aot_standalone_demo\"}",
                       &client);
    struct link_stream stream = api_stream(&client);
    text_firmware_send(&client, "infer%");
    for (int i = 0; i < 2; i++) {
        while (
            stream.read(stream.context, &byte, 1, 1, &got, deadline_in_ms(READ_TIMEOUT_MS), &err))
            continue; /* what it said when it started */
        ck_assert_str_eq(client.error_name, "IoTimeoutError");
        ck_assert_msg(strstr(err.text, "no progress for "), "%s", err.text);
        ck_assert_msg(strstr(err.text, "its CPU stands at pc=0x"), "%s", err.text);
        ck_assert_msg(strstr(err.text, HERE), "%s", err.text);
    }
    ck_assert(!stream.read(stream.context, &byte, 1, 1, &got, deadline_in_ms(0), &err));
    ck_assert_str_eq(client.error_name, "IoTimeoutError");
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("hangs");
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, run_says_where, 0, HANGS_COUNT);
    tcase_add_test(tests, a_read_in_vain_says_where);
    Suite *suite = suite_create("hangs");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
