#include "boards/real/board_firmware.h"
#include "base/child.h"
#include "base/file.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMPILE_MS = 120 * 1000 };

#define COMMON_FLAGS "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-nostdlib"

const struct firmware_target firmware_targets[FIRMWARE_TARGETS] = {
    {"mps2_an385",
     SOURCE_DIR "/qemu-machines/mps2_an385.json",
     "arm-none-eabi-gcc",
     {COMMON_FLAGS, "-mcpu=cortex-m3", "-mthumb", "-Wl,-estart", "-Wl,--section-start=.vectors=0",
      "-Wl,-Ttext=0x400"},
     65536},
    {"qemu_riscv32_uart",
     SOURCE_DIR "/tests/boards/machines/qemu_riscv32_uart.json",
     "riscv64-unknown-elf-gcc",
     {COMMON_FLAGS, "-march=rv32imac", "-mabi=ilp32", "-mcmodel=medany", "-Wl,-e0x80000000",
      "-Wl,--section-start=.vectors=0x80000000", "-Wl,-Ttext=0x80001000"},
     262144},
};

static const char *const VARIANTS[] = {"NORMAL", "BOOT_FAULT", "BOOT_SILENT"};

enum { VARIANTS_COUNT = sizeof(VARIANTS) / sizeof(VARIANTS[0]) };

static struct error err;
static char folder[] = "/tmp/board_firmware.XXXXXX";
static char output[4096]; /* of the compilers */

const char *firmware_path(const struct firmware_target *target, const char *variant)
{
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s-%s.elf", folder, target->board, variant);
    return path;
}

static void keep_output(void *context, const char *line)
{
    (void)context;
    size_t used = strlen(output);
    snprintf(output + used, sizeof(output) - used, "%s\n", line);
}

static void compile(const struct firmware_target *target, const char *variant)
{
    const char *argv[32] = {target->compiler};
    char definition[64];
    size_t count = 1;
    int status = 0;
    snprintf(definition, sizeof(definition), "-D%s", variant);
    for (size_t i = 0; target->flags[i]; i++)
        argv[count++] = target->flags[i];
    argv[count++] = definition;
    argv[count++] = SOURCE_DIR "/tests/boards/real/firmware/firmware.c";
    argv[count++] = "-o";
    argv[count++] = firmware_path(target, variant);
    struct child_options child = {.argv = argv, .stdin_fd = -1, .parent_death_signal = SIGKILL};
    if (!child_run(&child, deadline_in_ms(COMPILE_MS), NULL, keep_output, NULL, &status, &err) ||
        status != 0) {
        fprintf(stderr, "%s: %s\n%s", target->compiler, status != 0 ? "failed" : err.text, output);
        exit(EXIT_FAILURE);
    }
}

void firmware_compile_all(void)
{
    if (!mkdtemp(folder)) {
        perror(folder);
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < FIRMWARE_TARGETS; i++)
        for (size_t j = 0; j < VARIANTS_COUNT; j++)
            compile(&firmware_targets[i], VARIANTS[j]);
}

void firmware_remove_all(void)
{
    if (!file_remove_tree(folder, &err))
        fprintf(stderr, "%s\n", err.text);
}
