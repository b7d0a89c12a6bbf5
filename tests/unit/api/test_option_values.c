/* Values as clients send them, for each type. */
#include "api/options.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool apply(const char *json, struct settings *settings, struct error *err)
{
    cJSON *options = cJSON_Parse(json);
    ck_assert_msg(options != NULL, "%s", json);
    bool good = options_apply(options, settings, err);
    cJSON_Delete(options);
    return good;
}

static const struct {
    const char *json;
    int flag; /* -1: refused */
} FLAGS[] = {{"true", 1},       {"false", 0},      {"1", 1},     {"0", 0},     {"1.0", 1},
             {"\"true\"", 1},   {"\"False\"", 0},  {"\"1\"", 1}, {"\"0\"", 0}, {"\"yes\"", 1},
             {"\"off\"", 0},    {"2", -1},         {"0.5", -1},  {"[]", -1},   {"{}", -1},
             {"\"maybe\"", -1}, {"\"true \"", -1}, {"1e999", -1}};

START_TEST(flags)
{
    char json[80];
    struct error err = {0};
    struct settings settings;
    settings_init(&settings);
    settings.verbose = FLAGS[_i].flag == 0;
    snprintf(json, sizeof(json), "{\"verbose\": %s}", FLAGS[_i].json);
    ck_assert_msg(apply(json, &settings, &err) == (FLAGS[_i].flag >= 0), "%s", json);
    if (FLAGS[_i].flag >= 0)
        ck_assert_int_eq(settings.verbose, FLAGS[_i].flag);
    else
        ck_assert_ptr_nonnull(strstr(err.text, "option \"verbose\": want true or false, got "));
}
END_TEST

static const struct {
    const char *json;
    int64_t number; /* -1: refused */
} NUMBERS[] = {
    {"8192", 8192},       {"8192.0", 8192}, {"\"8192\"", 8192},
    {"\"0x2000\"", 8192}, {"\"010\"", 10},  {"0", 0},
    {"1.5", -1},          {"\"1.5\"", -1},  {"\"8k\"", -1},
    {"true", -1},         {"[1]", -1},      {"-5", -1},
    {"\"-5\"", -1},       {"1e300", -1},    {"1e999", -1},
    {"\"1 2\"", -1},      {"\"0x\"", -1},   {"\"99999999999999999999\"", -1},
};

START_TEST(numbers)
{
    char json[80];
    struct error err = {0};
    struct settings settings;
    settings_init(&settings);
    settings.config_main_stack_size = 7;
    snprintf(json, sizeof(json), "{\"config_main_stack_size\": %s}", NUMBERS[_i].json);
    ck_assert_msg(apply(json, &settings, &err) == (NUMBERS[_i].number >= 0), "%s", json);
    ck_assert_int_eq(settings.config_main_stack_size,
                     NUMBERS[_i].number >= 0 ? NUMBERS[_i].number : 7);
    if (NUMBERS[_i].number < 0)
        ck_assert_ptr_nonnull(strstr(err.text, "config_main_stack_size"));
}
END_TEST

static void check_list(char *const *list, const char *const *wanted)
{
    for (; *wanted; list++, wanted++)
        ck_assert_pstr_eq(*list, *wanted);
    ck_assert_ptr_null(*list);
}

START_TEST(lists)
{
    static const char *const wanted[] = {"A", "B=1", "C=x y", NULL};
    static const char *const words[] = {"A", "B=1", NULL};
    static const char *const args[] = {"-d", "int;x", NULL};
    struct error err = {0};
    struct settings settings;
    settings_init(&settings);
    ck_assert(apply("{\"compile_definitions\": [\"A\", \"B=1\", \"C=x y\"]}", &settings, &err));
    check_list(settings.compile_definitions, wanted);
    ck_assert(apply("{\"compile_definitions\": \" A;  B=1 \"}", &settings, &err));
    check_list(settings.compile_definitions, words);
    ck_assert(apply("{\"qemu_args\": \"-d int;x\"}", &settings, &err));
    check_list(settings.qemu_args, args);
    ck_assert(!apply("{\"compile_definitions\": [\"A\", 1]}", &settings, &err));
    ck_assert(!apply("{\"compile_definitions\": [null]}", &settings, &err));
    ck_assert(!apply("{\"compile_definitions\": {\"A\": 1}}", &settings, &err));
    ck_assert(!apply("{\"compile_definitions\": 5}", &settings, &err));
    ck_assert(!apply("{\"compile_definitions\": [\"A;B\"]}", &settings, &err));
    check_list(settings.compile_definitions, words);
    settings_dispose(&settings);
}
END_TEST

START_TEST(texts_and_choices)
{
    struct error err = {0};
    struct settings settings;
    settings_init(&settings);
    ck_assert(apply("{\"optimization\": 3, \"serial_number\": 1234567890123}", &settings, &err));
    ck_assert_str_eq(settings.optimization, "3");
    ck_assert_str_eq(settings.serial_number, "1234567890123");
    ck_assert(!apply("{\"optimization\": \"fast\"}", &settings, &err));
    ck_assert_str_eq(err.text,
                     "option \"optimization\": want one of 0, 1, 2, 3, s, g, got \"fast\"");
    ck_assert(!apply("{\"crt\": \"mine\"}", &settings, &err));
    ck_assert(!apply("{\"board\": true}", &settings, &err));
    ck_assert(!apply("{\"board\": [\"a\"]}", &settings, &err));
    ck_assert_str_eq(settings.optimization, "3");
    settings_dispose(&settings);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("option_values");
    TCase *cases = tcase_create("option_values");
    tcase_add_loop_test(cases, flags, 0, sizeof(FLAGS) / sizeof(FLAGS[0]));
    tcase_add_loop_test(cases, numbers, 0, sizeof(NUMBERS) / sizeof(NUMBERS[0]));
    tcase_add_test(cases, lists);
    tcase_add_test(cases, texts_and_choices);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
