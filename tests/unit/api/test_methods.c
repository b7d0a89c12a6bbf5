#include "base/cleanup.h"
#include "base/file.h"
#include "project/manifest.h"
#include "unit/api/fake_board.h"
#include "unit/api/method_fixture.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NO_OPTIONS "\"options\": {}"
#define TIMEOUTS                                                                                   \
    "{\"timeouts\": {\"session_start_retry_timeout_sec\": 0.0, \"session_start_timeout_sec\": "    \
    "%s.0, \"session_established_timeout_sec\": %s.0}}"

static void open_transport_with(const char *options, const char *start, const char *established)
{
    char result[256];
    snprintf(result, sizeof(result), TIMEOUTS, start, established);
    expect_result("open_transport", options, result);
}

static const struct {
    const char *method;
    const char *params;
    enum error_kind kind;
    const char *text;
} BAD_CALLS[] = {
    {"nothing", "", ERROR_NO_METHOD, "\"nothing\": no such method"},
    {"__init__", "", ERROR_NO_METHOD, "no such method"},
    {"build\\n", NO_OPTIONS, ERROR_NO_METHOD, "no such method"},
    {"build", "", ERROR_INVALID_PARAMS, "parameter options: not given"},
    {"build", "\"options\": null", ERROR_INVALID_PARAMS, "want an object, got null"},
    {"build", "\"options\": []", ERROR_INVALID_PARAMS, "want an object, got []"},
    {"build", NO_OPTIONS ", \"x\": 1", ERROR_INVALID_PARAMS, "no parameter \"x\""},
    {"flash", "\"options\": 1", ERROR_INVALID_PARAMS, "want an object"},
    {"open_transport", "\"options\": \"\"", ERROR_USAGE, "want an object"},
    {"close_transport", NO_OPTIONS, ERROR_INVALID_PARAMS, "no parameter \"options\""},
    {"server_info_query", "", ERROR_INVALID_PARAMS, "tvm_version: not given"},
    {"read_transport", "\"n\": \"1\", \"timeout_sec\": 1, \"x\": 1", ERROR_INVALID_PARAMS, "\"x\""},
    {"build", NO_OPTIONS ", \"options\\u0000\": 1", ERROR_INVALID_PARAMS, "no parameter"},
    {"server_info_query", "\"tvm_version\": 18", ERROR_USAGE, "want a string, got 18"},
    {"read_transport", "\"timeout_sec\": 1", ERROR_INVALID_PARAMS, "parameter n: not given"},
    {"read_transport", "\"n\": 1", ERROR_INVALID_PARAMS, "timeout_sec: not given"},
    {"read_transport", "\"n\": -1, \"timeout_sec\": 1", ERROR_USAGE, "got -1"},
    {"read_transport", "\"n\": 1.5, \"timeout_sec\": 1", ERROR_USAGE, "got 1.5"},
    {"read_transport", "\"n\": \"1\", \"timeout_sec\": 1", ERROR_USAGE, "parameter n"},
    {"read_transport", "\"n\": true, \"timeout_sec\": 1", ERROR_USAGE, "got true"},
    {"read_transport", "\"n\": 1e999, \"timeout_sec\": 1", ERROR_USAGE, "parameter n"},
    {"read_transport", "\"n\": 1, \"timeout_sec\": \"1\"", ERROR_USAGE, "timeout_sec"},
    {"read_transport", "\"n\": 1, \"timeout_sec\": NaN", ERROR_USAGE, "timeout_sec"},
    {"read_transport", "\"n\": 100000000, \"timeout_sec\": 1", ERROR_USAGE, "100000000"},
    {"write_transport", "\"data\": 1, \"timeout_sec\": 1", ERROR_USAGE, "data"},
    {"write_transport", "\"data\": \"0 \", \"timeout_sec\": 1", ERROR_USAGE, "0x20"},
    {"write_transport", "\"data\": \"\\u0000\", \"timeout_sec\": 1", ERROR_USAGE, "\\u0000"},
    {"generate_project",
     "\"model_library_format_path\": 1, \"standalone_crt_dir\": \"\", \"project_dir\": \"\", "
     "\"options\": {}",
     ERROR_USAGE, "model_library_format_path: want a string"},
    {"generate_project",
     "\"model_library_format_path\": \"a\", \"standalone_crt_dir\": 0, \"project_dir\": \"\", "
     "\"options\": {}",
     ERROR_USAGE, "standalone_crt_dir"},
};

START_TEST(bad_calls)
{
    expect_error(BAD_CALLS[_i].method, BAD_CALLS[_i].params, BAD_CALLS[_i].kind,
                 BAD_CALLS[_i].text);
}
END_TEST

START_TEST(a_template_does_no_project_work)
{
    expect_error("build", NO_OPTIONS, ERROR_STATE, "build: \"/tmp/");
    expect_error("flash", NO_OPTIONS, ERROR_STATE, "is a template");
    expect_error("open_transport", NO_OPTIONS, ERROR_STATE, "is a template");
    expect_error("read_transport", "\"n\": 1, \"timeout_sec\": 0", ERROR_CLOSED, "not open");
    expect_error("write_transport", "\"data\": \"\", \"timeout_sec\": 0", ERROR_CLOSED, "not open");
    expect_result("close_transport", "", "null");
}
END_TEST

START_TEST(a_project_generates_no_other)
{
    expect_error("generate_project",
                 "\"model_library_format_path\": \"m\", \"standalone_crt_dir\": null, "
                 "\"project_dir\": \"p\", \"options\": {\"board\": \"mps2_an385\"}",
                 ERROR_STATE, "is a generated project already");
}
END_TEST

START_TEST(tvm_versions)
{
    static const char *const fine[] = {"0.8.0",
                                       "0.8.dev1452+g338940dc5",
                                       "0.16.dev0",
                                       "0.18.0",
                                       "0.12.dev387+gabc",
                                       "0.10",
                                       "0.18.1.post",
                                       "unknown",
                                       "",
                                       "main"};
    static const char *const other[] = {"0.7.0", "0.6", "0.19.0", "0.20.dev1", "1.0", "0.100.0"};
    char params[64];
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
        snprintf(params, sizeof(params), "\"tvm_version\": \"%s\"", fine[i]);
        ck_assert_msg(call("server_info_query", params), "%s: %s", fine[i], err.text);
    }
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        snprintf(params, sizeof(params), "\"tvm_version\": \"%s\"", other[i]);
        expect_error("server_info_query", params, ERROR_TVM_VERSION, other[i]);
        ck_assert_ptr_nonnull(strstr(err.text, "0.8 to 0.18"));
    }
}
END_TEST

START_TEST(a_project_tells_of_itself)
{
    char wanted[256];
    ck_assert(call("server_info_query", "\"tvm_version\": \"0.18.0\""));
    ck_assert(buffer_append(&reply, "", 1, &err));
    snprintf(wanted, sizeof(wanted),
             "\"is_template\":false,\"model_library_format_path\":\"%s/model.tar\","
             "\"protocol_version\":1,\"project_options\":[{",
             folder);
    ck_assert_ptr_nonnull(strstr(reply.data, wanted));
    ck_assert_ptr_nonnull(strstr(reply.data, "\"choices\":[\"mps2_an385\"]"));
    ck_assert_ptr_nonnull(strstr(reply.data, "\"choices\":[\"host_driven\"]"));
}
END_TEST

START_TEST(the_way_of_a_session)
{
    expect_error("open_transport", NO_OPTIONS, ERROR_STATE, "flash is empty");
    expect_error("read_transport", "\"n\": 1, \"timeout_sec\": 0", ERROR_CLOSED, "not open");
    expect_result("flash", NO_OPTIONS, "null");
    expect_error("write_transport", "\"data\": \"\", \"timeout_sec\": 0", ERROR_CLOSED, "not open");
    open_transport_with(NO_OPTIONS, "10", "300");
    expect_error("open_transport", NO_OPTIONS, ERROR_STATE, "open already");
    expect_result("write_transport", "\"data\": \"Xk~0{Zv\", \"timeout_sec\": 1.5", "null");
    ck_assert_uint_eq(fake_board.held, 5);
    expect_result("read_transport", "\"n\": 4, \"timeout_sec\": null", "{\"data\": \"Xk~0{\"}");
    expect_result("read_transport", "\"n\": 0, \"timeout_sec\": 0", "{\"data\": \"\"}");
    expect_error("read_transport", "\"n\": 2, \"timeout_sec\": 0", ERROR_TIMEOUT, "");
    expect_result("read_transport", "\"n\": 1, \"timeout_sec\": 0", "{\"data\": \"Zv\"}");
    expect_result("close_transport", "", "null");
    expect_result("close_transport", "", "null");
    open_transport_with(NO_OPTIONS, "10", "300");
    ck_assert_int_eq(fake_board.made, 1);
    ck_assert_int_eq(fake_board.options.icount_shift, 4);
}
END_TEST

/* Looking at a firmware takes a while: a client that only looks in is not kept for that. */
START_TEST(a_read_in_vain_says_what_the_firmware_does)
{
    expect_result("flash", NO_OPTIONS, "null");
    open_transport_with(NO_OPTIONS, "10", "300");
    for (int i = 0; i < 2; i++) {
        expect_error("read_transport", "\"n\": 1, \"timeout_sec\": 0", ERROR_TIMEOUT,
                     "0 of 1 bytes");
        ck_assert_ptr_null(strstr(err.text, "it loops"));
        expect_error("read_transport", "\"n\": 1, \"timeout_sec\": 0.2", ERROR_TIMEOUT, "it loops");
        expect_result("write_transport", "\"data\": \"Xk~0{Zv\", \"timeout_sec\": 1.5", "null");
        expect_result("read_transport", "\"n\": 5, \"timeout_sec\": 1", "{\"data\": \"Xk~0{Zv\"}");
    }
    for (int i = 0; i < 2; i++)
        expect_error("read_transport", "\"n\": 1, \"timeout_sec\": 1", ERROR_TIMEOUT, "it loops");
}
END_TEST

START_TEST(flash_needs_a_build)
{
    cleanup_free char *elf = file_path("%s/build/firmware.elf", folder);
    unlink(elf);
    expect_error("flash", NO_OPTIONS, ERROR_STATE, "call build first");
    ck_assert_int_eq(fake_board.made, 0);
}
END_TEST

static int64_t timeout_noted(const char *timeout_sec)
{
    char params[64];
    int64_t before = clock_now_ns();
    snprintf(params, sizeof(params), "\"n\": 0, \"timeout_sec\": %s", timeout_sec);
    ck_assert_msg(call("read_transport", params), "%s", err.text);
    if (fake_board.deadline.at_ns == INT64_MAX)
        return INT64_MAX;
    return fake_board.deadline.at_ns - before;
}

/* A deadline is in the future by what was asked for, and a little more for the time since. */
START_TEST(timeouts)
{
    expect_result("flash", NO_OPTIONS, "null");
    open_transport_with(NO_OPTIONS, "10", "300");
    ck_assert(timeout_noted("null") == INT64_MAX);
    ck_assert(timeout_noted("Infinity") == INT64_MAX);
    ck_assert(timeout_noted("1e30") == INT64_MAX);
    ck_assert_int_ge(timeout_noted("2.5"), 2500000000LL);
    ck_assert_int_lt(timeout_noted("2.5"), 3600000000000LL);
    ck_assert_int_ge(timeout_noted("3600"), 3600000000000LL);
    static const char *const none[] = {"0", "0.0", "-1", "-Infinity", "-1e30"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        timeout_noted(none[i]);
        ck_assert(deadline_passed(fake_board.deadline));
    }
}
END_TEST

/* QEMU's arguments are given at its start: other ones need another QEMU. */
START_TEST(other_options_make_another_board)
{
    expect_result("flash", NO_OPTIONS, "null");
    open_transport_with(NO_OPTIONS, "10", "300");
    expect_result("close_transport", "", "null");
    open_transport_with("\"options\": {\"gdbserver_port\": \"1234\", \"qemu_args\": \"-d int\", "
                        "\"icount\": null}",
                        "0", "0");
    ck_assert_int_eq(fake_board.made, 2);
    ck_assert_int_eq(fake_board.options.gdbserver_port, 1234);
    ck_assert_int_eq(fake_board.options.icount_shift, 4);
    ck_assert_str_eq(fake_board.qemu_args, "-d int");
    expect_result("close_transport", "", "null");
    open_transport_with("\"options\": {\"gdbserver_port\": 1234, \"qemu_args\": [\"-d\", "
                        "\"int\"]}",
                        "0", "0");
    ck_assert_int_eq(fake_board.made, 2);
    ck_assert_int_eq(fake_board.living, 1);
}
END_TEST

START_TEST(options_are_checked_in_each_method)
{
    static const char *const methods[] = {"build", "flash", "open_transport"};
    for (int i = 0; i < 3; i++) {
        expect_error(methods[i], "\"options\": {\"no_such\": null}", ERROR_USAGE, "no_such");
        expect_error(methods[i], "\"options\": {\"icount\": \"x\"}", ERROR_USAGE, "icount");
        expect_error(methods[i], "\"options\": {\"board\": \"other\"}", ERROR_USAGE,
                     "generated with \"mps2_an385\"");
    }
    expect_result("flash", "\"options\": {\"board\": \"mps2_an385\", \"verbose\": \"false\"}",
                  "null");
}
END_TEST

/* Configures, and does not build. */
static const char FAILING_LISTS[] = "cmake_minimum_required(VERSION 3.19)\n"
                                    "project(failing NONE)\n"
                                    "add_custom_target(failing ALL COMMAND false)\n";

START_TEST(a_failed_build_leaves_nothing_to_flash)
{
    write_file("CMakeLists.txt", FAILING_LISTS);
    expect_error("build", NO_OPTIONS, ERROR_BUILD, "building the firmware");
    expect_error("flash", NO_OPTIONS, ERROR_STATE, "call build first");
}
END_TEST

/* null is what was chosen when the project was generated, not what an earlier build was given. */
START_TEST(options_of_a_build_are_for_that_build)
{
    static const struct {
        const char *options;
        const char *optimization;
        bool verbose;
    } builds[] = {
        {"\"options\": {\"optimization\": \"0\", \"verbose\": true}", "0", true},
        {"\"options\": {\"optimization\": null, \"verbose\": null}", NULL, false},
        {NO_OPTIONS, NULL, false},
    };
    write_file("CMakeLists.txt", FAILING_LISTS);
    for (size_t i = 0; i < sizeof(builds) / sizeof(builds[0]); i++) {
        struct manifest manifest = {0};
        expect_error("build", builds[i].options, ERROR_BUILD, "");
        ck_assert_msg(manifest_load(folder, &manifest, &err), "%s", err.text);
        ck_assert_pstr_eq(manifest.settings.optimization, builds[i].optimization);
        ck_assert_int_eq(manifest.settings.verbose, builds[i].verbose);
        ck_assert_int_eq(manifest.settings.icount, 4);
        ck_assert_str_eq(manifest.settings.board, "mps2_an385");
        ck_assert_ptr_null(manifest.generated.optimization);
        manifest_dispose(&manifest);
    }
}
END_TEST

START_TEST(a_damaged_project_says_so)
{
    write_file("project.json", "{}");
    expect_error("flash", NO_OPTIONS, ERROR_USAGE, "project.json");
    expect_error("open_transport", NO_OPTIONS, ERROR_USAGE, "project.json");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("methods");
    TCase *template = tcase_create("template");
    tcase_add_checked_fixture(template, set_up_template, tear_down);
    tcase_add_loop_test(template, bad_calls, 0, sizeof(BAD_CALLS) / sizeof(BAD_CALLS[0]));
    tcase_add_test(template, a_template_does_no_project_work);
    suite_add_tcase(suite, template);
    TCase *project = tcase_create("project");
    tcase_add_checked_fixture(project, set_up_project, tear_down);
    tcase_add_loop_test(project, bad_calls, 0, sizeof(BAD_CALLS) / sizeof(BAD_CALLS[0]));
    tcase_add_test(project, a_project_generates_no_other);
    tcase_add_test(project, tvm_versions);
    tcase_add_test(project, a_project_tells_of_itself);
    tcase_add_test(project, the_way_of_a_session);
    tcase_add_test(project, a_read_in_vain_says_what_the_firmware_does);
    tcase_add_test(project, flash_needs_a_build);
    tcase_add_test(project, timeouts);
    tcase_add_test(project, other_options_make_another_board);
    tcase_add_test(project, options_are_checked_in_each_method);
    tcase_add_test(project, a_failed_build_leaves_nothing_to_flash);
    tcase_add_test(project, options_of_a_build_are_for_that_build);
    tcase_add_test(project, a_damaged_project_says_so);
    suite_add_tcase(suite, project);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
