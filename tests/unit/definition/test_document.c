/* A definition as a file: what is no JSON though cJSON takes it, and what is. */
#include "definition/document.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

static const struct {
    const char *text;
    const char *error; /* after the path; NULL: it is good */
} FILES[] = {
    {"{\"a\": \"\xc3\xa9\\u0001\\\\u0000\", \"b\": {\"a\": 1}, \"c\": [1, {\"a\": 1}, {\"a\": 1}]}",
     NULL},
    {"{\r\n\t\"a\": 1\n}\n", NULL},
    {"", ":1: not JSON"},
    {"{\n\"a\": 1,\n}", ":3: not JSON"},
    {"{} {}", ":1: not JSON"},
    {"{\n\"a\": \"\xe4\"}", ":2: not UTF-8, which JSON is written in"},
    {"{\"a\": \"\xc3", ":1: not UTF-8"},
    {"\xff\xfe{", ":1: not UTF-8"},
    {"{\n\n\"a\": \"\x01\"}", ":3: not JSON: a control character"},
    {"{\"a\": 1}\x0c", ":1: not JSON: a control character"},
    {"{\"a\": \"x\\u0000y\"}", ":1: \\u0000 is in no name and no text"},
    {"{\"a\\u0000\": 1}", ":1: \\u0000 is in no name and no text"},
    {"{\"a\": 1, \"b\": 2, \"a\": 1}", ": \"a\" is there twice"},
    {"{\"a\": {\"b\": 1, \"b\": {}}}", ": \"a.b\" is there twice"},
    {"{\"a\": [1, {\"b\": 1, \"b\": 2}]}", ": \"a[1].b\" is there twice"},
};

enum { FILES_COUNT = sizeof(FILES) / sizeof(FILES[0]) };

START_TEST(what_is_no_json_is_refused)
{
    cJSON *json = NULL;
    scratch_write("board.json", FILES[_i].text);
    const char *path = scratch_path("board.json");
    bool good = document_read(path, &json, &err);
    cJSON_Delete(json);
    if (!FILES[_i].error) {
        ck_assert_msg(good, "%s", err.text);
        return;
    }
    ck_assert(!good);
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_int_eq(strncmp(err.text, path, strlen(path)), 0);
    ck_assert_msg(strstr(err.text, FILES[_i].error) == err.text + strlen(path),
                  "\"%s\" instead of \"%s\"", err.text, FILES[_i].error);
}
END_TEST

/* As a disk leaves them that was full, or a file that was made longer. */
START_TEST(zeros_are_no_json)
{
    static const char text[] = "{\n\"a\":\0 1}";
    cJSON *json = NULL;
    FILE *file = fopen(scratch_path("board.json"), "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, sizeof(text) - 1, file), sizeof(text) - 1);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert(!document_read(scratch_path("board.json"), &json, &err));
    ck_assert_msg(strstr(err.text, ":2: not JSON: a control character") != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("document");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, what_is_no_json_is_refused, 0, FILES_COUNT);
    tcase_add_test(tests, zeros_are_no_json);
    Suite *suite = suite_create("document");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
