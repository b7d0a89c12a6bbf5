/* Model code that means harm to the machine that builds it, and what a build does without: a
 * compiler cache, an object that its linker knows. */
#include "base/file.h"
#include "e2e/repack.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_DATA                                                                                \
    "--input", MODELS "/digits_images.npy", "--expect", MODELS "/digits_expected.npy"
#define BOARD "-b", "mps2_an385"
#define SOURCE "model/codegen/host/src/more.c"

/* The digits model with one more source file. */
static const char *model_with(const char *text)
{
    repack_open(MODELS "/digits.tar");
    scratch_write(SOURCE, text);
    return repack_close();
}

static const char *const READERS[] = {
    "#include \"/etc/passwd\"\n",
    "#include \"../../../../../../../../../../../../etc/passwd\"\n",
    "__asm__(\".incbin \\\"/etc/passwd\\\"\");\n",
    "#include \"/proc/self/environ\"\n",
    "#include \"/proc/self/root/etc/passwd\"\n",
};
enum { READERS_COUNT = sizeof(READERS) / sizeof(READERS[0]) };

START_TEST(a_model_reads_no_file_of_the_host)
{
    static const char *const WAYS[] = {"confine=auto", "confine=landlock", "confine=bubblewrap"};
    char archive[512];
    snprintf(archive, sizeof(archive), "%s", model_with(READERS[_i]));
    for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++) {
        int code = program_run("run", archive, BOARD, DIGITS_DATA, "--option", WAYS[i], NULL);
        if ((code == 6 || code == 7) && i > 0 && strstr(program_output, "option confine=")) {
            printf("SKIP a_model_reads_no_file_of_the_host: %s\n", program_output);
            continue;
        }
        if (strstr(program_output, "warning: the model's code is compiled unconfined")) {
            printf("SKIP a_model_reads_no_file_of_the_host: nothing here confines a compiler\n");
            continue;
        }
        ck_assert_msg(code == 4, "%s: %d: %s", WAYS[i], code, program_output);
        ASSERT_PRINTED("building the firmware failed");
        ck_assert_msg(!strstr(program_output, "root:") && !strstr(program_output, "PATH="), "%s",
                      program_output);
    }
}
END_TEST

START_TEST(a_compiler_that_grows_is_ended)
{
    int code = program_run("run", model_with("#include \"/dev/zero\"\n"), BOARD, DIGITS_DATA,
                           "--option", "confine=off", "--option", "build_memory_mib=400", NULL);
    ck_assert_msg(code == 4, "%s", program_output);
    ASSERT_PRINTED("build_memory_mib=400");
}
END_TEST

/* 2^60 tokens, of which the preprocessor keeps none. */
START_TEST(a_compiler_that_never_ends_is_ended)
{
    char text[8192] = "#define A0 +1\n";
    size_t length = strlen(text);
    for (int i = 1; i <= 60; i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "#define A%d A%d A%d\n", i,
                                   i - 1, i - 1);
    snprintf(text + length, sizeof(text) - length, "#if 1 A60\n#endif\n");
    int code = program_run("run", model_with(text), BOARD, DIGITS_DATA, "--option",
                           "build_timeout_s=4", NULL);
    ck_assert_msg(code == 4, "%s", program_output);
    ASSERT_PRINTED("took longer than build_timeout_s=4");
}
END_TEST

START_TEST(what_the_linker_does_not_know_is_told)
{
    repack_open(MODELS "/digits.tar");
    scratch_write("model/codegen/host/lib/odd.o", "no object at all\n");
    int code = program_run("run", repack_close(), BOARD, DIGITS_DATA, NULL);
    ck_assert_msg(code == 4, "%s", program_output);
    ASSERT_PRINTED("model/codegen/host/lib/odd.o");
    ASSERT_PRINTED("file format not recognized");
}
END_TEST

#define ARCHIVES SOURCE_DIR "/tests/hostile/archives"

/* An input of zeros for both of a model's tensors, (3, 5) each. */
static const char *zeros(const char *name, const char *dtype, size_t size_bytes)
{
    enum { HEAD_SIZE = 10 };
    char data[256] = "\x93NUMPY\x01";
    int length = snprintf(data + HEAD_SIZE, sizeof(data) - HEAD_SIZE,
                          "{'descr': '%s', 'fortran_order': False, 'shape': (3, 5), }\n", dtype);
    data[8] = (char)length;
    struct error err;
    ck_assert(file_write(scratch_path("%s", name), data, HEAD_SIZE + (size_t)length + size_bytes,
                         0644, &err));
    return scratch_path("%s", name);
}

/* Names of tensors and what a firmware prints reach a terminal, and the log of a CI system that
 * takes some lines for commands. */
START_TEST(what_strangers_say_is_printable)
{
    static const char *const FILES[] = {ARCHIVES "/name_forgery.tar.gz",
                                        ARCHIVES "/log_controls.tar.gz"};
    static const char UNSEEN[][4] = {{'\xc2', '\x9b'}, {'\xe2', '\x80', '\xae'}};
    char a[512];
    char b[512];
    snprintf(a, sizeof(a), "a=%s", zeros("a.npy", "<f4", 60));
    snprintf(b, sizeof(b), "b=%s", zeros("b.npy", "|i1", 15));
    (void)program_run("run", FILES[_i], BOARD, "--input", a, "--input", b, "--verbose", NULL);
    ASSERT_PRINTED("session");
    for (const char *at = program_output; *at; at++)
        ck_assert_msg((unsigned char)*at >= ' ' || *at == '\n', "byte %d: %s", *at, program_output);
    ck_assert_msg(!strstr(program_output, "\n::") && !strstr(program_output, "\n  ::"), "%s",
                  program_output);
    ck_assert_msg(!strstr(program_output, "\noutput0   float32 (3, 5)  max abs"), "%s",
                  program_output);
    for (size_t i = 0; i < sizeof(UNSEEN) / sizeof(UNSEEN[0]); i++)
        ck_assert_msg(!strstr(program_output, UNSEEN[i]), "%s", program_output);
}
END_TEST

/* NULL: the variable is not there. Paths below /proc can be made by nobody. */
static const struct {
    const char *name;
    const char *value;
    bool has_cache;
} CACHES[] = {
    {"HOME", NULL, true},
    {"HOME", "/proc", false},
    {"CCACHE_DIR", "/proc", false},
    {"CCACHE_TEMPDIR", "/proc/none", true},
    {"CCACHE_MAXSIZE", "much", false},
    {"CCACHE_LOGFILE", "/proc/none/log", false},
    {"CCACHE_CONFIGPATH", "/proc/none", true},
};

START_TEST(no_cache_keeps_nobody_from_building)
{
    unsetenv("CCACHE_DIR");
    unsetenv("XDG_CACHE_HOME");
    if (CACHES[_i].value)
        setenv(CACHES[_i].name, CACHES[_i].value, 1);
    else
        unsetenv(CACHES[_i].name);
    int code = program_run("run", MODELS "/digits.tar", BOARD, DIGITS_DATA, "--verbose", NULL);
    ck_assert_msg(code == 0, "%s=%s: %s", CACHES[_i].name, CACHES[_i].value, program_output);
    bool told = strstr(program_output, "no compiler cache, all is compiled: ") != NULL;
    ck_assert_msg(told != CACHES[_i].has_cache, "%s=%s: %s", CACHES[_i].name, CACHES[_i].value,
                  program_output);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("foreign code");
    tcase_set_timeout(tests, RUN_TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, a_model_reads_no_file_of_the_host, 0, READERS_COUNT);
    tcase_add_test(tests, a_compiler_that_grows_is_ended);
    tcase_add_test(tests, a_compiler_that_never_ends_is_ended);
    tcase_add_test(tests, what_the_linker_does_not_know_is_told);
    tcase_add_loop_test(tests, what_strangers_say_is_printable, 0, 2);
    tcase_add_loop_test(tests, no_cache_keeps_nobody_from_building, 0,
                        sizeof(CACHES) / sizeof(CACHES[0]));
    Suite *suite = suite_create("foreign_code");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
