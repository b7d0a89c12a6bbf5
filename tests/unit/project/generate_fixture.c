#include "unit/project/generate_fixture.h"

#include "hostile/make_archive.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct error err;
struct settings settings;
struct generate_options options;
static char paths[6][512];

const char *kept(int place, const char *name)
{
    snprintf(paths[place], sizeof(paths[place]), "%s", scratch_path("%s", name));
    return paths[place];
}

const char GENERATE_BOARD[] = "{\"architecture\": \"a\", \"uart\": {\"driver\": \"u\"},"
                              " \"timer\": {\"driver\": \"t\"}, \"halt\": {\"driver\": \"h\"},"
                              " \"interrupt_controller\": {\"driver\": \"i\"},"
                              " \"memory\": {\"regions\": [{\"name\": \"flash\", \"origin\": "
                              "\"0x0\", \"size_bytes\": 65536, \"holds\": [\"code\", "
                              "\"constants\"]}, {\"name\": \"RAM\", \"origin\": \"0x20000000\", "
                              "\"size_bytes\": 65536, \"holds\": [\"data\", \"workspace\"]}],"
                              " \"devices\": {\"origin\": \"0x40000000\", \"size_bytes\": 4096}},"
                              " \"rpc_packet_size_bytes\": 2048}";

static void write_share(void)
{
    static const char *const FILES[] = {
        "share/template/launch_microtvm_api_server.sh",
        "share/template/microtvm_api_server.sh",
        "share/template/boards.json",
        "share/guest/CMakeLists.txt",
        "share/guest/boot/a/cpu.c",
        "share/guest/boot/halt_h.c",
        "share/guest/boot/start.c",
        "share/guest/apps/host_driven/main.c",
        "share/guest/apps/other_type/main.c",
        "share/guest/interrupts/i.c",
        "share/guest/clock/clock_t.c",
        "share/guest/uart/uart.c",
        "share/guest/uart/uart_u.c",
        "share/guest/crt/include/tvm/runtime/crt/ours.h",
        "share/guest/crt/src/runtime/crt/common/ours.c",
        "share/qemu-machines/README.md",
        "program",
    };
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++)
        scratch_write(FILES[i], FILES[i]);
    scratch_write("share/qemu-machines/first.json", GENERATE_BOARD);
    scratch_write("share/qemu-machines/second.json", GENERATE_BOARD);
    chmod(scratch_path("program"), 0755);
}

void generate_setup(void)
{
    scratch_make();
    write_share();
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_model(tar);
    tar_end(tar);
    ck_assert_int_eq(mkdir(scratch_path("in"), 0777), 0);
    settings_init(&settings);
    settings.board = "first";
    options = (struct generate_options){
        .model_path = kept(0, "m.tar"),
        .project_dir = kept(1, "in/project"),
        .share_dir = kept(2, "share"),
        .program_path = kept(3, "program"),
        .settings = &settings,
    };
}

void generate(void)
{
    ck_assert_msg(generate_project(&options, &err), "%s", err.text);
}

void refused(enum error_kind kind, const char *why)
{
    char *before = scratch_listing(scratch_path("in"));
    ck_assert_msg(!generate_project(&options, &err), "taken, but: %s", why);
    ck_assert_msg(err.kind == kind, "kind %d: %s", err.kind, err.text);
    ck_assert_msg(strstr(err.text, why) != NULL, "\"%s\" does not say \"%s\"", err.text, why);
    char *after = scratch_listing(scratch_path("in"));
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
}
