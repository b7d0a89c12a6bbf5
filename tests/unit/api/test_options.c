#include "api/options.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *boards[] = {"mps2_an385", "qemu_cortex_m3", NULL};
static char *types[] = {"host_driven", NULL};

static bool apply(const char *json, struct settings *settings, struct error *err)
{
    cJSON *options = cJSON_Parse(json);
    ck_assert_msg(options != NULL, "%s", json);
    bool good = options_apply(options, settings, err);
    cJSON_Delete(options);
    return good;
}

/* Every name that other boards' servers know, and ours: a client sends no others. */
static const char *const NAMES[] = {
    "verbose",
    "project_type",
    "board",
    "zephyr_board",
    "cmsis_path",
    "warning_as_error",
    "compile_definitions",
    "extra_files_tar",
    "gdbserver_port",
    "serial_number",
    "config_main_stack_size",
    "workspace_size_bytes",
    "crt",
    "module",
    "optimization",
    "icount",
    "qemu_args",
};
enum { NAME_COUNT = sizeof(NAMES) / sizeof(NAMES[0]) };

static void check_methods(const cJSON *list)
{
    const cJSON *name = NULL;
    if (cJSON_IsNull(list))
        return;
    ck_assert(cJSON_IsArray(list));
    ck_assert_int_gt(cJSON_GetArraySize(list), 0);
    cJSON_ArrayForEach(name, list)
    {
        ck_assert(strcmp(name->valuestring, "generate_project") == 0 ||
                  strcmp(name->valuestring, "build") == 0 ||
                  strcmp(name->valuestring, "flash") == 0 ||
                  strcmp(name->valuestring, "open_transport") == 0);
    }
}

START_TEST(every_option_has_seven_keys)
{
    static const char *const keys[] = {"name",     "choices",  "default", "type",
                                       "required", "optional", "help"};
    const struct option_choices choices = {.boards = boards, .project_types = types};
    struct error err = {0};
    cJSON *list = NULL;
    const cJSON *option = NULL;
    ck_assert(options_describe(&choices, &list, &err));
    ck_assert_int_eq(cJSON_GetArraySize(list), NAME_COUNT);
    cJSON_ArrayForEach(option, list)
    {
        const cJSON *key = option->child;
        for (int i = 0; i < 7; i++, key = key->next)
            ck_assert_str_eq(key->string, keys[i]);
        ck_assert_ptr_null(key);
        const char *type = cJSON_GetObjectItem(option, "type")->valuestring;
        ck_assert(!strcmp(type, "bool") || !strcmp(type, "int") || !strcmp(type, "str"));
        ck_assert(*cJSON_GetObjectItem(option, "help")->valuestring != '\0');
        ck_assert(cJSON_IsNull(cJSON_GetObjectItem(option, "default")));
        check_methods(cJSON_GetObjectItem(option, "required"));
        check_methods(cJSON_GetObjectItem(option, "optional"));
        ck_assert(cJSON_IsArray(cJSON_GetObjectItem(option, "required")) ||
                  cJSON_IsArray(cJSON_GetObjectItem(option, "optional")));
    }
    cJSON_Delete(list);
}
END_TEST

/* tvmc makes its users type what is required. */
START_TEST(only_the_board_must_be_typed)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        bool is_board = strcmp(OPTION_TABLE[i].name, "board") == 0;
        ck_assert_int_eq(OPTION_TABLE[i].required, is_board ? OPTION_GENERATE : 0);
        ck_assert_int_eq(OPTION_TABLE[i].required & OPTION_TABLE[i].optional, 0);
    }
}
END_TEST

START_TEST(choices_come_from_folders)
{
    const struct option_choices choices = {.boards = boards, .project_types = types};
    struct error err = {0};
    cJSON *list = NULL;
    ck_assert(options_describe(&choices, &list, &err));
    cJSON *type = cJSON_GetObjectItem(cJSON_GetArrayItem(list, 1), "choices");
    cJSON *board = cJSON_GetObjectItem(cJSON_GetArrayItem(list, 2), "choices");
    ck_assert_int_eq(cJSON_GetArraySize(type), 1);
    ck_assert_int_eq(cJSON_GetArraySize(board), 2);
    ck_assert_str_eq(cJSON_GetArrayItem(board, 1)->valuestring, "qemu_cortex_m3");
    cJSON_Delete(list);
}
END_TEST

START_TEST(each_name_is_known_and_null_is_nothing)
{
    char json[80];
    struct error err = {0};
    struct settings settings;
    struct settings untouched;
    settings_init(&settings);
    settings_init(&untouched);
    ck_assert_str_eq(OPTION_TABLE[_i].name, NAMES[_i]);
    snprintf(json, sizeof(json), "{\"%s\": null}", NAMES[_i]);
    ck_assert_msg(apply(json, &settings, &err), "%s", err.text);
    snprintf(json, sizeof(json), "{\"%s\": \"\"}", NAMES[_i]);
    ck_assert_msg(apply(json, &settings, &err), "%s", err.text);
    ck_assert_mem_eq(&settings, &untouched, sizeof(settings));
}
END_TEST

START_TEST(null_leaves_what_was_chosen)
{
    struct error err = {0};
    struct settings settings;
    settings_init(&settings);
    ck_assert(apply("{\"board\": \"b\", \"icount\": 3, \"verbose\": true, \"optimization\": \"s\"}",
                    &settings, &err));
    ck_assert(
        apply("{\"board\": null, \"icount\": null, \"verbose\": null, \"optimization\": \"\"}",
              &settings, &err));
    ck_assert_str_eq(settings.board, "b");
    ck_assert_str_eq(settings.optimization, "s");
    ck_assert_int_eq(settings.icount, 3);
    ck_assert(settings.verbose);
    settings_dispose(&settings);
}
END_TEST

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

START_TEST(unknown_names_are_refused_with_those_known)
{
    struct error err = {0};
    struct settings settings;
    settings_init(&settings);
    ck_assert(!apply("{\"verbose\": true, \"west_cmd\": \"west\"}", &settings, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "option \"west_cmd\": no such option (have: verbose, "));
    for (int i = 0; i < NAME_COUNT; i++)
        ck_assert_ptr_nonnull(strstr(err.text, NAMES[i]));
    ck_assert_msg(!settings.verbose, "a refused call must change nothing");
}
END_TEST

START_TEST(two_names_of_one_board)
{
    struct error err = {0};
    struct settings settings;
    settings_init(&settings);
    ck_assert(apply("{\"zephyr_board\": \"a\"}", &settings, &err));
    ck_assert_str_eq(settings.board, "a");
    ck_assert(apply("{\"zephyr_board\": \"b\", \"board\": \"b\"}", &settings, &err));
    ck_assert(apply("{\"zephyr_board\": null, \"board\": \"c\"}", &settings, &err));
    ck_assert_str_eq(settings.board, "c");
    ck_assert(!apply("{\"zephyr_board\": \"a\", \"board\": \"b\"}", &settings, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "option \"board\""));
    settings_dispose(&settings);
}
END_TEST

START_TEST(of_two_values_the_last_counts)
{
    struct error err = {0};
    struct settings settings;
    settings_init(&settings);
    ck_assert(apply("{\"icount\": 2, \"icount\": 5}", &settings, &err));
    ck_assert_int_eq(settings.icount, 5);
}
END_TEST

START_TEST(fixed_options_stay)
{
    struct error err = {0};
    struct settings generated;
    struct settings now;
    settings_init(&generated);
    settings_init(&now);
    ck_assert(apply("{\"board\": \"a\"}", &generated, &err));
    ck_assert(apply("{\"board\": \"a\", \"crt\": \"given\", \"project_type\": \"host_driven\", "
                    "\"icount\": 1}",
                    &now, &err));
    ck_assert_msg(options_check_fixed(&generated, &now, &err), "%s", err.text);
    ck_assert(apply("{\"board\": \"b\"}", &now, &err));
    ck_assert(!options_check_fixed(&generated, &now, &err));
    ck_assert_ptr_nonnull(
        strstr(err.text, "option \"board\": \"b\": this project was generated with \"a\""));
    ck_assert(apply("{\"board\": \"a\", \"cmsis_path\": \"/x\"}", &now, &err));
    ck_assert(!options_check_fixed(&generated, &now, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "\"cmsis_path\": \"/x\""));
    settings_dispose(&generated);
    settings_dispose(&now);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *cases = tcase_create("options");
    tcase_add_test(cases, every_option_has_seven_keys);
    tcase_add_test(cases, only_the_board_must_be_typed);
    tcase_add_test(cases, choices_come_from_folders);
    tcase_add_loop_test(cases, each_name_is_known_and_null_is_nothing, 0, NAME_COUNT);
    tcase_add_test(cases, null_leaves_what_was_chosen);
    tcase_add_loop_test(cases, flags, 0, sizeof(FLAGS) / sizeof(FLAGS[0]));
    tcase_add_loop_test(cases, numbers, 0, sizeof(NUMBERS) / sizeof(NUMBERS[0]));
    tcase_add_test(cases, lists);
    tcase_add_test(cases, texts_and_choices);
    tcase_add_test(cases, unknown_names_are_refused_with_those_known);
    tcase_add_test(cases, two_names_of_one_board);
    tcase_add_test(cases, of_two_values_the_last_counts);
    tcase_add_test(cases, fixed_options_stay);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
