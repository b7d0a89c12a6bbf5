/* Which options there are, what is said of each, and what taking them leaves of the settings. */
#include "api/option_table.h"
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
    "arduino_board",
    "cmsis_path",
    "warning_as_error",
    "compile_definitions",
    "extra_files_tar",
    "gdbserver_port",
    "serial_number",
    "config_main_stack_size",
    "workspace_size_bytes",
    "heap_size_bytes",
    "memory_size_bytes",
    "rpc_packet_size_bytes",
    "crt",
    "module",
    "link_parameters",
    "optimization",
    "icount",
    "qemu_args",
    "confine",
    "build_timeout_s",
    "build_memory_mib",
    "build_jobs",
    "use_fvp",
    "arm_fvp_path",
    "west_cmd",
    "zephyr_base",
    "openocd_serial",
    "nrfjprog_snr",
    "arduino_cli_cmd",
    "port",
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

START_TEST(unknown_names_are_refused_with_those_known)
{
    struct error err = {0};
    struct settings settings;
    settings_init(&settings);
    ck_assert(!apply("{\"verbose\": true, \"west_cmb\": \"west\"}", &settings, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, "option \"west_cmb\": no such option (have: verbose, "));
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
    ck_assert_ptr_nonnull(strstr(err.text, "option \"zephyr_board\""));
    settings_dispose(&settings);
}
END_TEST

START_TEST(three_names_of_one_heap)
{
    struct error err = {0};
    struct settings settings;
    settings_init(&settings);
    ck_assert(apply("{\"heap_size_bytes\": \"0x2000\"}", &settings, &err));
    ck_assert_int_eq(settings.workspace_size_bytes, 8192);
    ck_assert(apply("{\"memory_size_bytes\": 4096, \"heap_size_bytes\": null}", &settings, &err));
    ck_assert_int_eq(settings.workspace_size_bytes, 4096);
    ck_assert(!apply("{\"heap_size_bytes\": 1, \"workspace_size_bytes\": 2}", &settings, &err));
    ck_assert(!apply("{\"heap_size_bytes\": \"8k\"}", &settings, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "option \"heap_size_bytes\": want a whole number"));
    ck_assert_int_eq(settings.workspace_size_bytes, 4096);
}
END_TEST

static const struct {
    const char *json;
    const char *ignored; /* NULL: nothing to tell */
    bool is_refused;
} OTHERS[] = {
    {"{\"use_fvp\": false, \"arm_fvp_path\": null, \"west_cmd\": \"\"}", NULL, false},
    {"{\"use_fvp\": \"False\", \"verbose\": true}", NULL, false},
    {"{\"use_fvp\": \"true\", \"verbose\": true}", "use_fvp", false},
    {"{\"zephyr_base\": \"/z\", \"west_cmd\": \"python -m west\"}", "west_cmd, zephyr_base", false},
    {"{\"openocd_serial\": \"066AFF57\", \"nrfjprog_snr\": \"960014826\"}",
     "openocd_serial, nrfjprog_snr", false},
    {"{\"port\": \"/dev/ttyACM0\", \"arduino_cli_cmd\": \"a\", \"arm_fvp_path\": \"/f\"}",
     "arm_fvp_path, arduino_cli_cmd, port", false},
    {"{\"port\": 9090, \"port\": null}", NULL, false},
    {"{\"use_fvp\": \"maybe\"}", NULL, true},
    {"{\"nrfjprog_snr\": \"one\"}", NULL, true},
    {"{\"zephyr_base\": [\"/z\"]}", NULL, true},
    {"{\"arm_fvp_path\": true}", NULL, true},
};

START_TEST(options_of_other_servers_are_checked_and_change_nothing)
{
    struct error err = {0};
    struct settings settings;
    struct settings untouched;
    settings_init(&settings);
    settings_init(&untouched);
    cJSON *options = cJSON_Parse(OTHERS[_i].json);
    ck_assert_msg(options_apply(options, &settings, &err) != OTHERS[_i].is_refused, "%s", err.text);
    settings.verbose = false;
    ck_assert_mem_eq(&settings, &untouched, sizeof(settings));
    char *ignored = OTHERS[_i].is_refused ? NULL : options_ignored(options);
    ck_assert_pstr_eq(ignored, OTHERS[_i].ignored);
    free(ignored);
    cJSON_Delete(options);
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

/* If each was looked for among all, this would take an hour. */
START_TEST(many_of_one_name_are_no_burden)
{
    enum { MANY = 400 * 1000 };
    static const char MEMBER[] = "\"icount\": 1, ";
    static const char LAST[] = "\"verbose\": true, \"icount\": 2}";
    const size_t length = sizeof(MEMBER) - 1;
    struct error err = {0};
    struct settings settings;
    char *json = malloc(1 + MANY * length + sizeof(LAST));
    ck_assert_ptr_nonnull(json);
    json[0] = '{';
    for (size_t i = 0; i < MANY; i++)
        memcpy(json + 1 + i * length, MEMBER, length);
    memcpy(json + 1 + MANY * length, LAST, sizeof(LAST));
    settings_init(&settings);
    ck_assert_msg(apply(json, &settings, &err), "%s", err.text);
    ck_assert_int_eq(settings.icount, 2);
    ck_assert(settings.verbose);
    settings_dispose(&settings);
    free(json);
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
    tcase_add_test(cases, unknown_names_are_refused_with_those_known);
    tcase_add_test(cases, two_names_of_one_board);
    tcase_add_test(cases, three_names_of_one_heap);
    tcase_add_loop_test(cases, options_of_other_servers_are_checked_and_change_nothing, 0,
                        sizeof(OTHERS) / sizeof(OTHERS[0]));
    tcase_add_test(cases, of_two_values_the_last_counts);
    tcase_add_test(cases, many_of_one_name_are_no_burden);
    tcase_add_test(cases, fixed_options_stay);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
