#include "unit/api/method_fixture.h"

#include "api/device.h"
#include "api/methods.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "project/manifest.h"
#include "unit/api/fake_board.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct device device;

char folder[64];
struct buffer reply;
struct error err;

void write_file(const char *name, const char *text)
{
    cleanup_free char *path = file_path("%s/%s", folder, name);
    ck_assert_msg(file_write(path, text, strlen(text), 0644, &err), "%s", err.text);
}

static void make_folder(const char *name)
{
    cleanup_free char *path = file_path("%s/%s", folder, name);
    ck_assert_msg(file_make_dirs(path, &err), "%s", err.text);
}

static void open_folder(void)
{
    static const struct interrupt interrupt = {.signal_fd = -1, .peer_fd = -1};
    ck_assert_msg(device_open(folder, false, &interrupt, &device, &err), "%s", err.text);
}

void set_up_template(void)
{
    memset(&fake_board, 0, sizeof(fake_board));
    memset(&reply, 0, sizeof(reply));
    strcpy(folder, "/tmp/test_methods.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    open_folder();
}

void set_up_project(void)
{
    struct manifest manifest = {.model = {.name = "default",
                                          .executor = "aot",
                                          .version = 7,
                                          .system_lib = true,
                                          .c_metadata = true}};
    set_up_template();
    device_close(&device);
    settings_init(&manifest.settings);
    manifest.settings.board = "mps2_an385";
    manifest.settings.icount = 4;
    ck_assert_msg(manifest_save(folder, &manifest, &err), "%s", err.text);
    cleanup_free char *to = file_path("%s/board.json", folder);
    ck_assert(file_copy(SOURCE_DIR "/qemu-machines/mps2_an385.json", to, &err));
    make_folder("qemu-machines");
    make_folder("apps/host_driven");
    make_folder("build");
    write_file("qemu-machines/mps2_an385.json", "{}");
    write_file("build/firmware.elf", "ELF");
    open_folder();
}

void tear_down(void)
{
    device_close(&device);
    ck_assert_int_eq(fake_board.living, 0);
    buffer_dispose(&reply);
    file_remove_tree(folder, &err);
}

bool call(const char *method, const char *params)
{
    struct rpc_request request = {0};
    cleanup_free char *line = file_path(
        "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"%s\", \"params\": {%s}}", method, params);
    err.kind = ERROR_NONE;
    ck_assert_msg(rpc_request_parse(line, strlen(line), &request, &err), "%s", err.text);
    bool good = methods_call(&device, &request, &reply, &err);
    rpc_request_dispose(&request);
    return good;
}

void expect_result(const char *method, const char *params, const char *result)
{
    cleanup_free char *wanted =
        file_path("{\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": %s}\n", result);
    ck_assert_msg(call(method, params), "%s: %s", method, err.text);
    ck_assert_uint_eq(reply.size_bytes, strlen(wanted));
    ck_assert_mem_eq(reply.data, wanted, reply.size_bytes);
}

void expect_error(const char *method, const char *params, enum error_kind kind, const char *text)
{
    ck_assert_msg(!call(method, params), "%s {%s} passed", method, params);
    ck_assert_msg(err.kind == kind, "%s {%s}: kind %d: %s", method, params, (int)err.kind,
                  err.text);
    ck_assert_msg(strstr(err.text, text) != NULL, "\"%s\" without \"%s\"", err.text, text);
}
