/* The option link_parameters: what the build is given. That it is found on boards, end-to-end
 * tests show. */
#include "base/file.h"
#include "hostile/scratch.h"
#include "project/linked_params.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROJECT scratch_path(".")
#define FILE_PATH scratch_path(LINKED_PARAMS_FILE)

static struct error err;

static struct model_module modules[] = {
    {"net", "graph"}, {"other", "aot"}, {"third", "graph"}, {"last", "graph"}};
static struct manifest manifest;

static void setup(void)
{
    /* One parameter, "p" of two floats. */
    static const uint8_t PARAMS[] =
        "\xb7\x9c\x04\x05\x4f\x8d\xe5\xf7\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0p"
        "\1\0\0\0\0\0\0\0\x3f\xa1\xb4\x96\xf0\x40\x5e\xdd\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
        "\1\0\0\0\2\x20\1\0\2\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0zzzzzzzz";
    scratch_make();
    scratch_write(
        "model/executor-config/graph/net.graph",
        "{\"nodes\": [{\"op\": \"null\", \"name\": \"p\"}], \"arg_nodes\": [0], \"heads\": "
        "[], \"attrs\": {\"shape\": [\"\", [[2]]], \"dltype\": [\"\", [\"float32\"]], "
        "\"storage_id\": [\"\", [0]]}, \"node_row_ptr\": [0, 1]}");
    ck_assert(file_make_dirs(scratch_path("model/parameters"), &err));
    ck_assert(file_write(scratch_path("model/parameters/net.params"), PARAMS, sizeof(PARAMS) - 1,
                         0644, &err));
    manifest.model =
        (struct model){.name = "net", .executor = "graph", .modules = modules, .modules_count = 2};
    settings_init(&manifest.settings);
    manifest.settings.link_parameters = true;
}

static bool is_written(void)
{
    ck_assert_msg(linked_params_write(PROJECT, &manifest, &err), "%s", err.text);
    return access(FILE_PATH, F_OK) == 0;
}

START_TEST(written)
{
    char *text;
    ck_assert(is_written());
    ck_assert(file_read(FILE_PATH, 4096, &text, NULL, &err));
    ck_assert_msg(strstr(text, ".incbin \"model/parameters/net.params\", 89, 8\n") != NULL, "%s",
                  text);
    ck_assert_msg(strstr(text, ".4byte 0, .Lparameter_0 - linked_params_data\n") != NULL, "%s",
                  text);
    free(text);
}
END_TEST

/* And what an earlier build was given is taken away. */
START_TEST(not_wanted)
{
    ck_assert(is_written());
    manifest.settings.link_parameters = false;
    ck_assert(!is_written());
    manifest.settings.link_parameters = true;
    ck_assert(is_written());
    manifest.model.linked_params = true;
    ck_assert(!is_written());
    manifest.model.linked_params = false;
    ck_assert(is_written());
    manifest.model.modules_count = 3; /* two graphs count their storages alike */
    ck_assert(!is_written());
    manifest.model.modules_count = 2;
    ck_assert(is_written());
    manifest.model.executor = "aot";
    ck_assert(!is_written());
}
END_TEST

START_TEST(no_parameters)
{
    ck_assert_int_eq(unlink(scratch_path("model/parameters/net.params")), 0);
    ck_assert(!is_written());
}
END_TEST

START_TEST(damaged)
{
    ck_assert_int_eq(truncate(scratch_path("model/parameters/net.params"), 60), 0);
    ck_assert(!linked_params_write(PROJECT, &manifest, &err));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("linked_params");
    tcase_add_checked_fixture(tests, setup, scratch_remove);
    tcase_add_test(tests, written);
    tcase_add_test(tests, not_wanted);
    tcase_add_test(tests, no_parameters);
    tcase_add_test(tests, damaged);
    Suite *suite = suite_create("linked_params");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
