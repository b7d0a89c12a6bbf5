#include "unit/project/build_fixture.h"

#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error err;
struct manifest manifest;
char output[256 * 1024];

const char CMAKE_LISTS[] =
    "cmake_minimum_required(VERSION 3.19)\n"
    "set(CMAKE_C_COMPILER_WORKS TRUE)\n"
    "project(firmware C)\n"
    "file(READ project.json text)\n"
    "string(JSON level ERROR_VARIABLE none GET \"${text}\" options optimization)\n"
    "message(STATUS \"level ${level}\")\n"
    "add_executable(firmware main.c other.c)\n"
    "set_target_properties(firmware PROPERTIES OUTPUT_NAME firmware.elf)\n";

void write_project(const char *name)
{
    static const char *const FILES[][2] = {
        {"CMakeLists.txt", CMAKE_LISTS},
        {"main.c", "int other(void);\nint main(void)\n{\n    return other();\n}\n"},
        {"other.c", "int other(void) { return 0; }\n"},
        {"board.json", BOARD(4096, 2048, 0)},
        {"qemu-machines/tiny.json", BOARD(4096, 2048, 0)},
        {"qemu-machines/chatty.json", BOARD(4096, 8000, 5000)},
        {"qemu-machines/more_ram.json", BOARD(4096, 4000000, 0)},
        {"qemu-machines/more_ram_less_flash.json", BOARD(2048, 4000000, 0)},
        {"qemu-machines/more_of_both.json", BOARD(4000000, 4000000, 0)},
    };
    char path[256];
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", name, FILES[i][0]);
        scratch_write(path, FILES[i][1]);
    }
    manifest.model = (struct model){
        .name = "net", .executor = "aot", .version = 7, .system_lib = true, .c_metadata = true};
    settings_init(&manifest.settings);
    manifest.settings.board = "tiny";
}

void build_setup(void)
{
    scratch_make();
    write_project("p");
    /* Nothing that was compiled before, for anybody. */
    setenv("CCACHE_DIR", scratch_path("ccache"), 1);
}

static void keep_line(void *context, const char *line)
{
    (void)context;
    size_t length = strlen(output);
    snprintf(output + length, sizeof(output) - length, "%s\n", line);
}

bool build_at(const char *name)
{
    struct build_options options = {
        .project_dir = scratch_path("%s", name),
        .manifest = &manifest,
        .on_line = keep_line,
    };
    *output = '\0';
    return build_project(&options, &err);
}

void build(void)
{
    ck_assert_msg(build_at("p"), "%s", err.text);
}

void fails(enum error_kind kind, const char *why)
{
    ck_assert_msg(!build_at("p"), "built, but: %s", why);
    ck_assert_msg(err.kind == kind, "kind %d: %s", err.kind, err.text);
    ck_assert_msg(strstr(err.text, why) != NULL, "\"%s\" does not say \"%s\"", err.text, why);
}
