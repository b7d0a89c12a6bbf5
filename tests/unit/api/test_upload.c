/* What a server with the option verbose says of parameters that a client sends. */
#include "api/upload.h"
#include "base/file.h"
#include "hostile/scratch.h"
#include "project/linked_params.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIZE_BYTES = 40000, INTERVAL_NS = 1000000001 };

static struct error err;
static struct manifest manifest;
static struct upload upload;

/* One parameter, "p" of so many bytes. */
static void write_params(void)
{
    static uint8_t params[89 + SIZE_BYTES] =
        "\xb7\x9c\x04\x05\x4f\x8d\xe5\xf7\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0p"
        "\1\0\0\0\0\0\0\0\x3f\xa1\xb4\x96\xf0\x40\x5e\xdd\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
        "\1\0\0\0\2\x20\1\0\x10\x27\0\0\0\0\0\0\x40\x9c\0\0\0\0\0";
    ck_assert(file_make_dirs(scratch_path("model/parameters"), &err));
    ck_assert(file_write(scratch_path("model/parameters/net.params"), params, sizeof(params), 0644,
                         &err));
}

static void setup(void)
{
    scratch_make();
    write_params();
    scratch_write(
        "model/executor-config/graph/net.graph",
        "{\"nodes\": [{\"op\": \"null\", \"name\": \"p\"}], \"arg_nodes\": [0], \"heads\": "
        "[], \"attrs\": {\"shape\": [\"\", [[10000]]], \"dltype\": [\"\", [\"float32\"]], "
        "\"storage_id\": [\"\", [0]]}, \"node_row_ptr\": [0, 1]}");
    manifest.model = (struct model){.name = "net", .executor = "graph"};
    ck_assert_ptr_nonnull(freopen(scratch_path("said"), "w+", stderr));
}

static const char *said(void)
{
    static char text[1024];
    fflush(stderr);
    rewind(stderr);
    text[fread(text, 1, sizeof(text) - 1, stderr)] = '\0';
    return text;
}

START_TEST(tells)
{
    upload_begin(&upload, scratch_path("."), &manifest);
    ck_assert_uint_eq(upload.all_bytes, SIZE_BYTES);
    upload_sent(&upload, 1000); /* not yet */
    upload.told_ns -= INTERVAL_NS;
    upload_sent(&upload, 2000);
    upload_sent(&upload, 3000); /* not again */
    upload_sent(&upload, SIZE_BYTES);
    upload.told_ns -= INTERVAL_NS;
    upload_sent(&upload, 5000); /* no more: inputs */
    const char *text = said();
    ck_assert_msg(strstr(text, "model \"net\": its client sends 40000 bytes of parameters") != NULL,
                  "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "Executor(\"graph\", {\"link-params\": True})"));
    ck_assert_msg(strstr(text, "-link-params)\nmicrotvm-qemu: sent 3000 of about 40000 bytes\n") !=
                      NULL,
                  "%s", text);
    ck_assert_ptr_null(strstr(text, "sent 4"));
}
END_TEST

/* What is linked, and an AOT model's constants, nobody sends. */
START_TEST(has_nothing_to_tell)
{
    scratch_write(LINKED_PARAMS_FILE, "");
    upload_begin(&upload, scratch_path("."), &manifest);
    ck_assert_uint_eq(upload.all_bytes, 0);
    ck_assert_int_eq(unlink(scratch_path(LINKED_PARAMS_FILE)), 0);
    manifest.model.linked_params = true;
    upload_begin(&upload, scratch_path("."), &manifest);
    ck_assert_uint_eq(upload.all_bytes, 0);
    manifest.model.linked_params = false;
    manifest.model.executor = "aot";
    upload_begin(&upload, scratch_path("."), &manifest);
    ck_assert_uint_eq(upload.all_bytes, 0);
    upload.told_ns -= INTERVAL_NS;
    upload_sent(&upload, 100);
    ck_assert_str_eq(said(), "");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("upload");
    tcase_add_checked_fixture(tests, setup, scratch_remove);
    tcase_add_test(tests, tells);
    tcase_add_test(tests, has_nothing_to_tell);
    Suite *suite = suite_create("upload");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
