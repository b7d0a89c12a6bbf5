/* Options to and from JSON. */
#include "project/settings.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

/* JSON text to settings; what is there already stays unless the text says otherwise. */
static bool read_into(struct settings *settings, const char *text)
{
    cJSON *json = cJSON_Parse(text);
    ck_assert_msg(json != NULL, "not JSON: %s", text);
    bool good = settings_from_json(json, settings, &err);
    cJSON_Delete(json);
    return good;
}

static char *to_text(const struct settings *settings)
{
    cJSON *json = NULL;
    ck_assert_msg(settings_to_json(settings, &json, &err), "%s", err.text);
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return text;
}

static void check_text(const struct settings *settings, const char *expected)
{
    char *text = to_text(settings);
    ck_assert_str_eq(text, expected);
    free(text);
}

static const char FULL[] =
    "{\"project_type\":\"host_driven\",\"board\":\"mps2_an385\",\"crt\":\"bundled\","
    "\"optimization\":\"s\",\"cmsis_path\":\"/opt/cmsis\",\"extra_files_tar\":\"x.tar\","
    "\"serial_number\":\"7\",\"compile_definitions\":[\"A\",\"B_1=\\\"x y\\\"\"],"
    "\"qemu_args\":[\"-d\",\"int\"],\"workspace_size_bytes\":8192,\"config_main_stack_size\":4096,"
    "\"rpc_packet_size_bytes\":65536,\"gdbserver_port\":1234,\"icount\":0,"
    "\"link_parameters\":true,\"verbose\":true,\"warning_as_error\":true}";

START_TEST(unset_ones_are_left_out)
{
    struct settings settings;
    settings_init(&settings);
    ck_assert_int_eq(settings.icount, -1);
    check_text(&settings, "{}");
    ck_assert(read_into(&settings, "{\"board\": null, \"icount\": null}"));
    check_text(&settings, "{}");
    settings_dispose(&settings);
    settings_dispose(&settings);
}
END_TEST

START_TEST(all_go_there_and_back)
{
    struct settings settings;
    settings_init(&settings);
    ck_assert_msg(read_into(&settings, FULL), "%s", err.text);
    ck_assert_str_eq(settings.board, "mps2_an385");
    ck_assert_str_eq(settings.compile_definitions[1], "B_1=\"x y\"");
    ck_assert_ptr_null(settings.compile_definitions[2]);
    ck_assert_int_eq(settings.workspace_size_bytes, 8192);
    ck_assert_int_eq(settings.icount, 0);
    ck_assert(settings.link_parameters && settings.verbose && settings.warning_as_error);
    check_text(&settings, FULL);
    settings_dispose(&settings);
}
END_TEST

START_TEST(only_named_fields_change)
{
    struct settings settings;
    settings_init(&settings);
    ck_assert(read_into(&settings, FULL));
    ck_assert(read_into(&settings, "{\"board\": \"other\", \"qemu_args\": [], \"verbose\": false,"
                                   "\"icount\": 3, \"compile_definitions\": [\"-DX=-DY\"]}"));
    ck_assert_str_eq(settings.board, "other");
    ck_assert_str_eq(settings.crt, "bundled");
    ck_assert_ptr_null(settings.qemu_args[0]);
    ck_assert(!settings.verbose && settings.warning_as_error);
    ck_assert_int_eq(settings.icount, 3);
    char *text = to_text(&settings);
    ck_assert_ptr_nonnull(strstr(text, "[\"X=-DY\"]"));
    free(text);
    settings_dispose(&settings);
}
END_TEST

static const struct {
    const char *text;
    const char *why;
} BAD[] = {
    {"[]", "not an object"},
    {"{\"bord\": \"x\"}", "option bord: there is none"},
    {"{\"board\": 5}", "option board: not a string"},
    {"{\"board\": \"a\\nb\"}", "option board: control"},
    {"{\"verbose\": \"true\"}", "option verbose: neither"},
    {"{\"workspace_size_bytes\": -1}", "option workspace_size_bytes: not a whole number"},
    {"{\"workspace_size_bytes\": 1.5}", "option workspace_size_bytes: not a whole number"},
    {"{\"workspace_size_bytes\": 1e300}", "option workspace_size_bytes: not a whole number"},
    {"{\"workspace_size_bytes\": \"8192\"}", "option workspace_size_bytes: not a whole number"},
    {"{\"gdbserver_port\": 65536}", "from 0 to 65535"},
    {"{\"rpc_packet_size_bytes\": 0}", "from 512 to 65536, got 0"},
    {"{\"rpc_packet_size_bytes\": 511}", "from 512 to 65536, got 511"},
    {"{\"rpc_packet_size_bytes\": 65537}", "from 512 to 65536, got 65537"},
    {"{\"icount\": 11}", "from -1 to 10"},
    {"{\"optimization\": \"fast\"}", "\"fast\": not one of 0 1 2 3 s g"},
    {"{\"optimization\": \"\"}", "not one of 0 1 2 3 s g"},
    {"{\"crt\": \"mine\"}", "\"mine\": not one of given bundled"},
    {"{\"compile_definitions\": \"A\"}", "option compile_definitions: not a list"},
    {"{\"compile_definitions\": [\"A\", 5]}", "item 1 is not a string"},
    {"{\"compile_definitions\": [\"1A\"]}", "\"1A\": not NAME"},
    {"{\"compile_definitions\": [\"-D\"]}", "\"-D\": not NAME"},
    {"{\"compile_definitions\": [\"A B\"]}", "\"A B\": not NAME"},
    {"{\"compile_definitions\": [\"A=1;B\"]}", "\"A=1;B\": not NAME"},
    {"{\"compile_definitions\": [\"A=1\\n#include\"]}", "not NAME"},
    {"{\"qemu_args\": [\"-d\\u0007\"]}", "option qemu_args: control"},
};

START_TEST(bad_values_are_named_and_change_nothing)
{
    struct settings settings;
    char text[256];
    settings_init(&settings);
    ck_assert(read_into(&settings, FULL));
    ck_assert(!read_into(&settings, BAD[_i].text));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, BAD[_i].why) != NULL, "%s", err.text);
    /* A good field in front of the bad one is not taken either. */
    if (BAD[_i].text[0] == '{') {
        snprintf(text, sizeof(text), "{\"serial_number\": \"other\", %s", BAD[_i].text + 1);
        ck_assert(!read_into(&settings, text));
    }
    check_text(&settings, FULL);
    settings_dispose(&settings);
}
END_TEST

START_TEST(a_bad_value_is_not_written)
{
    struct settings settings;
    cJSON *json = NULL;
    settings_init(&settings);
    settings.optimization = strdup("9");
    ck_assert(!settings_to_json(&settings, &json, &err));
    ck_assert_ptr_null(json);
    free(settings.optimization);
    settings.optimization = NULL;
    settings.gdbserver_port = -1;
    ck_assert(!settings_to_json(&settings, &json, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "option gdbserver_port: -1"));
    settings_dispose(&settings);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings");
    TCase *tests = tcase_create("settings");
    tcase_add_test(tests, unset_ones_are_left_out);
    tcase_add_test(tests, all_go_there_and_back);
    tcase_add_test(tests, only_named_fields_change);
    tcase_add_loop_test(tests, bad_values_are_named_and_change_nothing, 0,
                        (int)(sizeof(BAD) / sizeof(BAD[0])));
    tcase_add_test(tests, a_bad_value_is_not_written);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
