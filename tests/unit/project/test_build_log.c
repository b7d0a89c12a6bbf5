/* What of a failed build's output is told. */
#include "project/build/log.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLLECT2 "collect2: error: ld returned 1 exit status\n"
#define LINK                                                                                       \
    "[7/7] Linking C executable firmware.elf\nFAILED: firmware.elf\n: && gcc -o firmware.elf\n"
#define WARNING "[6/7] Building C object a.o\na.c:1:2: warning: #warning an error: none [-Wcpp]\n"
#define STOPPED "ninja: build stopped: subcommand failed.\n"

static const struct {
    const char *output;
    enum error_kind kind;
    const char *text;
} LOGS[] = {
    /* what the linker says and no list knows */
    {LINK "ld: a.o: file not recognized: file format not recognized\n" COLLECT2 STOPPED,
     ERROR_BUILD,
     "linking failed\n  ld: a.o: file not recognized: file format not recognized\n"
     "  collect2: error: ld returned 1 exit status"},
    {LINK "ld: cannot open map file build/x.map: Permission denied\n" COLLECT2 STOPPED, ERROR_BUILD,
     "linking failed\n  ld: cannot open map file build/x.map: Permission denied\n"
     "  collect2: error: ld returned 1 exit status"},
    /* another assembler */
    {"FAILED: a.o\nas a.s\na.s, line 3: syntax error near `foo'\n" STOPPED, ERROR_BUILD,
     "linking failed\n  a.s, line 3: syntax error near `foo'"},
    /* a line that looks like an error, but is none of the program's that failed */
    {WARNING LINK "ld: a.o: file in wrong format\n" COLLECT2 STOPPED, ERROR_BUILD,
     "linking failed\n  a.c:1:2: warning: #warning an error: none [-Wcpp]\n"
     "  ld: a.o: file in wrong format\n  collect2: error: ld returned 1 exit status"},
    {WARNING LINK "ld: a.o: in f: undefined reference to `g'\n" COLLECT2 STOPPED, ERROR_BUILD,
     "linking failed\n  a.c:1:2: warning: #warning an error: none [-Wcpp]\n"
     "  ld: a.o: in f: undefined reference to `g'"},
    /* the second to fail is the one that is known */
    {"FAILED: a.o\nas a.s\na.s, line 3: syntax error\nFAILED: b.o\ngcc b.c\nb.c:1:2: error: no\n"
     "1 error generated\n" STOPPED,
     ERROR_BUILD, "linking failed\n  b.c:1:2: error: no\n  a.s, line 3: syntax error"},
    /* of much, what was said last */
    {LINK "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n" COLLECT2 STOPPED, ERROR_BUILD,
     "linking failed\n  2\n  3\n  4\n  5\n  6\n  7\n  8\n  9\n  10\n"
     "  collect2: error: ld returned 1 exit status"},
    {LINK "collect2: fatal error: ld terminated with signal 11 [Segmentation fault]\n" STOPPED,
     ERROR_BUILD,
     "linking failed\n"
     "  collect2: fatal error: ld terminated with signal 11 [Segmentation fault]"},
    {"a program that no other knows\nends\n", ERROR_BUILD,
     "linking failed\n  a program that no other knows\n  ends"},
    /* a header of CMSIS, and one that is none */
    {"FAILED: a.o\ngcc a.c\na.c:7:10: fatal error: arm_math.h: No such file or directory\n" STOPPED,
     ERROR_BUILD,
     "linking failed\n  a.c:7:10: fatal error: arm_math.h: No such file or directory\n"
     "arm_math.h is not in the folder of option cmsis_path (or CMSIS_PATH); CMSIS 5 has all "
     "headers below CMSIS, of today's CMSIS put CMSIS-NN, CMSIS_6 and CMSIS-DSP side by side"},
    {"FAILED: a.o\ngcc a.c\na.c:7:10: fatal error: warm_math.h: No such file or "
     "directory\n" STOPPED,
     ERROR_BUILD,
     "linking failed\n  a.c:7:10: fatal error: warm_math.h: No such file or directory"},
    {LINK "ld: final link failed: No space left on device\n" COLLECT2 STOPPED, ERROR_SYSTEM,
     "linking failed: No space left on device (no room, or no inodes: see `df` and `df -i`)\n"
     "  ld: final link failed: No space left on device"},
};
enum { LOGS_COUNT = sizeof(LOGS) / sizeof(LOGS[0]) };

START_TEST(the_cause_is_told)
{
    static struct build_log log;
    struct error err;
    char output[1024];
    build_log_init(&log, NULL);
    snprintf(output, sizeof(output), "%s", LOGS[_i].output);
    for (char *line = strtok(output, "\n"); line; line = strtok(NULL, "\n"))
        build_log_add(&log, line);
    ck_assert(!build_log_error(&log, "linking", &err));
    ck_assert_int_eq(err.kind, LOGS[_i].kind);
    ck_assert_str_eq(err.text, LOGS[_i].text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("build_log");
    tcase_add_loop_test(tests, the_cause_is_told, 0, LOGS_COUNT);
    Suite *suite = suite_create("build_log");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
