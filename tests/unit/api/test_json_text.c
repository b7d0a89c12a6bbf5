#include "api/json_text.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A copy in a block of just its size, so that a sanitizer sees a read or write past its end. */
static char *copy_of(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

/* The verdicts are those of Python's json.loads. */
static const char *const ACCEPTED[] = {
    "{}",
    "  {\"a\" :\t1}\r\n",
    "[]",
    "[1,2, 3 ]",
    "1E5",
    "-0",
    "0.5e-3",
    "123456789012345678901234567890",
    "\"\x7f\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"\\udc00x\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "NaN",
    "[Infinity, -Infinity, NaN]",
    "null",
    "{\"a\":1,\"a\":2}",
    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
    "\"\\u0000\"",
};
static const char *const REFUSED[] = {
    "",
    " ",
    "{\"a\":1} x",
    "\xef\xbb\xbf{}",
    "{\"a\":01}",
    "[1,]",
    "[,1]",
    "{\"a\":1,}",
    "{\"a\":\"\t\"}",
    "{'a':1}",
    "{a:1}",
    "-",
    "1.",
    ".5",
    "+1",
    "1e",
    "\"\\x\"",
    "\"\\u12g4\"",
    "\"\\u12",
    "\"abc",
    "\"abc\\",
    "nul",
    "nullx",
    "\v1",
    "{\"a\"}",
    "{\"a\":}",
    "[1 2]",
    "{",
    "[",
    "]",
    "\"\xc0\xaf\"",
    "\"\xed\xa0\x80\"",
    "\"\xf4\x90\x80\x80\"",
    "\"\xe2\x82\"",
    "\"\xff\"",
};

START_TEST(text_is_accepted)
{
    struct error err = {0};
    struct json_text found;
    char *text = copy_of(ACCEPTED[_i], strlen(ACCEPTED[_i]));
    ck_assert_msg(json_text_parse(text, strlen(text), &found, &err), "%s: %s", text, err.text);
    ck_assert_int_ne(found.root->type, cJSON_Invalid);
    json_text_dispose(&found);
    free(text);
}
END_TEST

START_TEST(text_is_refused)
{
    struct error err = {0};
    struct json_text found;
    char *text = copy_of(REFUSED[_i], strlen(REFUSED[_i]));
    ck_assert_msg(!json_text_parse(text, strlen(text), &found, &err), "%s", REFUSED[_i]);
    ck_assert_int_eq(err.kind, ERROR_PARSE);
    free(text);
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
    struct error err = {0};
    struct json_text found;
    char text[] = "{\"a\": \"b\0c\"}";
    ck_assert(!json_text_parse(text, sizeof(text) - 1, &found, &err));
    char end[] = "{}\0";
    ck_assert(!json_text_parse(end, sizeof(end) - 1, &found, &err));
}
END_TEST

START_TEST(every_beginning_of_a_request_is_refused)
{
    static const char whole[] =
        "{\"id\": [1.5e3, \"\\ud83d\\ude00\xc3\xa9\", null, {\"a\": true}]}";
    for (size_t size = 0; size < sizeof(whole) - 1; size++) {
        struct error err = {0};
        struct json_text found;
        char *text = copy_of(whole, size);
        ck_assert_msg(!json_text_parse(text, size, &found, &err), "%s", text);
        free(text);
    }
}
END_TEST

START_TEST(nesting_has_a_limit)
{
    enum { DEPTH = 200000 };
    struct error err = {0};
    struct json_text found;
    char *text = malloc(DEPTH + 1);
    memset(text, '[', DEPTH);
    text[DEPTH] = '\0';
    ck_assert(!json_text_parse(text, DEPTH, &found, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "nesting"));
    memset(text + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
    ck_assert_msg(json_text_parse(text, (size_t)2 * JSON_MAX_DEPTH, &found, &err), "%s", err.text);
    json_text_dispose(&found);
    free(text);
}
END_TEST

/* What comes out is what cJSON makes of the same text, where it can read it. */
static const char *const SHARED[] = {
    "{}",
    "[]",
    "[[], {}, [[1]], {\"a\": {\"b\": [2, {}]}}]",
    "{\"a\": 1, \"b\": [true, false, null], \"c\": \"d\", \"a\": 2}",
    "[0, -0, 1, -1, 2147483648, -2147483649, 9007199254740993, 0.1, -1.5e-3, 1E5, 1e300]",
    "[\"\", \"a\", \"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"a\\nb\\nc\"]",
    "[\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00!\", \"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]",
    "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29]",
    "{\"a\\u0062\": 1, \"\": {\"\\\\\": []}}",
};

START_TEST(values_are_those_of_cjson)
{
    struct error err = {0};
    struct json_text found;
    char *text = copy_of(SHARED[_i], strlen(SHARED[_i]));
    cJSON *wanted = cJSON_Parse(SHARED[_i]);
    ck_assert_msg(json_text_parse(text, strlen(text), &found, &err), "%s", err.text);
    char *got_text = cJSON_Print(found.root);
    char *wanted_text = cJSON_Print(wanted);
    ck_assert_str_eq(got_text, wanted_text);
    for (const cJSON *item = found.root->child, *last = wanted->child; item; item = item->next) {
        ck_assert_int_eq(item->valueint, last->valueint);
        last = last->next;
    }
    free(got_text);
    free(wanted_text);
    cJSON_Delete(wanted);
    json_text_dispose(&found);
    free(text);
}
END_TEST

START_TEST(values_that_cjson_does_not_know)
{
    struct error err = {0};
    struct json_text found;
    char text[] = "[NaN,-Infinity,Infinity,\"\\ud800x\\udc00\",\"a\\u0000b\"]";
    ck_assert(json_text_parse(text, strlen(text), &found, &err));
    const cJSON *item = found.root->child;
    ck_assert(!cJSON_IsNumber(item) && !cJSON_IsString(item));
    item = item->next;
    ck_assert(cJSON_IsNumber(item) && item->valuedouble == -HUGE_VAL);
    item = item->next;
    ck_assert(cJSON_IsNumber(item) && item->valuedouble == HUGE_VAL);
    ck_assert_str_eq(item->next->valuestring, "\xef\xbf\xbdx\xef\xbf\xbd");
    ck_assert_str_eq(item->next->next->valuestring, "a\xef\xbf\xbf"
                                                    "b");
    ck_assert(!found.has_nul);
    json_text_dispose(&found);
}
END_TEST

START_TEST(nul_is_noted_below_the_outermost_object)
{
    struct error err = {0};
    struct json_text found;
    char outer[] = "{\"a\\u0000\": \"\\u0000\"}";
    ck_assert(json_text_parse(outer, strlen(outer), &found, &err));
    ck_assert(!found.has_nul);
    json_text_dispose(&found);
    char inner[] = "{\"a\": {\"b\\u0000\": 1}}";
    ck_assert(json_text_parse(inner, strlen(inner), &found, &err));
    ck_assert(found.has_nul);
    json_text_dispose(&found);
}
END_TEST

#define DIGITS_20 "12345678901234567890"
#define DIGITS_60 DIGITS_20 DIGITS_20 DIGITS_20

/* What comes back as the id is what was sent. */
static const struct {
    const char *text;
    const char *id;
} IDS[] = {
    {"{\"id\": 1 , \"a\": 2}", "1"},
    {"{\"\\u0069\\u0064\": \"x\"}", "\"x\""},
    {"{\"i\\u0064\": 2, \"idx\": 3, \"i\": 4, \"i\\u0064\\u0000\": 5}", "2"},
    {"{\"a\": {\"id\": 1}, \"id\": 2}", "2"},
    {"{\"id\": \"\\ud800\", \"a\": 1}", "\"\\ud800\""},
    {"{\"id\": \"\\u0000\\udfff\"  }", "\"\\u0000\\udfff\""},
    {"{\"id\": " DIGITS_60 "}", DIGITS_60},
    {"{\"id\": " DIGITS_60 "1, \"a\": 1}", DIGITS_60 "1"},
    {"{\"id\": -" DIGITS_60 DIGITS_60 "}", "-" DIGITS_60 DIGITS_60},
    {"{\"id\": \"\\ud800\", \"id\": 3}", "3"},
    {"{\"id\": [\"\\ud800\", \"\\ud801\"], \"id\": \"\\ud802\"}", "\"\\ud802\""},
};

START_TEST(ids_come_back_as_they_came)
{
    struct error err = {0};
    struct json_text found;
    char *text = copy_of(IDS[_i].text, strlen(IDS[_i].text));
    ck_assert_msg(json_text_parse(text, strlen(text), &found, &err), "%s", err.text);
    char *id = copy_of(found.id, found.id_size_bytes);
    ck_assert_str_eq(id, IDS[_i].id);
    free(id);
    json_text_dispose(&found);
    free(text);
}
END_TEST

START_TEST(long_numbers_keep_their_value)
{
    static const char *const numbers[] = {DIGITS_60 "5", "-" DIGITS_60 "5", "0." DIGITS_60,
                                          "-0.00" DIGITS_60 "e-5", DIGITS_60 "1e2"};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct error err = {0};
        struct json_text found;
        char *text = copy_of(numbers[i], strlen(numbers[i]));
        ck_assert_msg(json_text_parse(text, strlen(text), &found, &err), "%s", err.text);
        ck_assert(cJSON_IsNumber(found.root));
        ck_assert(found.root->valuedouble == strtod(numbers[i], NULL));
        json_text_dispose(&found);
        free(text);
    }
}
END_TEST

START_TEST(strings_are_escaped)
{
    static const char text[] = "a\"b\\c\nd\te\x01\x7f\xc3\xa9\xff\xc3";
    struct error err = {0};
    struct buffer buffer = {0};
    ck_assert(json_append_string(&buffer, text, sizeof(text) - 1, &err));
    ck_assert(buffer_append(&buffer, "", 1, &err));
    ck_assert_str_eq(buffer.data,
                     "\"a\\\"b\\\\c\\nd\\u0009e\\u0001\\u007f\xc3\xa9\\ufffd\\ufffd\"");
    buffer_dispose(&buffer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_text");
    TCase *cases = tcase_create("json_text");
    tcase_add_loop_test(cases, text_is_accepted, 0, sizeof(ACCEPTED) / sizeof(ACCEPTED[0]));
    tcase_add_loop_test(cases, text_is_refused, 0, sizeof(REFUSED) / sizeof(REFUSED[0]));
    tcase_add_test(cases, a_nul_byte_is_refused);
    tcase_add_test(cases, every_beginning_of_a_request_is_refused);
    tcase_add_test(cases, nesting_has_a_limit);
    tcase_add_loop_test(cases, values_are_those_of_cjson, 0, sizeof(SHARED) / sizeof(SHARED[0]));
    tcase_add_test(cases, values_that_cjson_does_not_know);
    tcase_add_test(cases, nul_is_noted_below_the_outermost_object);
    tcase_add_loop_test(cases, ids_come_back_as_they_came, 0, sizeof(IDS) / sizeof(IDS[0]));
    tcase_add_test(cases, long_numbers_keep_their_value);
    tcase_add_test(cases, strings_are_escaped);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
