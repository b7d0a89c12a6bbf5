#include "boards/board_programs.h"
#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRY_TIMEOUT_MS = 60 * 1000,
    FLAGS_MOST = 32,
    OUTPUT_SIZE = 4096,
    DEFINITION_MAX_BYTES = 64 * 1024,
};

struct search {
    const char *machine;
    bool is_there;
};

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, key));
    return text ? text : "";
}

/* "mps2-an385           ARM MPS2 with AN385 FPGA image for Cortex-M3" */
static void look_at_line(void *context, const char *line)
{
    struct search *search = context;
    size_t length = strlen(search->machine);
    if (strncmp(line, search->machine, length) == 0 && line[length] == ' ')
        search->is_there = true;
}

static void keep_output(void *context, const char *line)
{
    char *output = context;
    size_t used = strlen(output);
    snprintf(output + used, OUTPUT_SIZE - used, "%s\n", line);
}

/* One program to its end. *ret_is_there: it could be started. */
static bool try(const char *const *argv, child_line_fn on_line, void *context, int *ret_status,
                bool *ret_is_there, struct error *err)
{
    struct child_options options = {.argv = argv, .parent_death_signal = SIGKILL};
    *ret_is_there = child_run(&options, deadline_in_ms(TRY_TIMEOUT_MS), NULL, on_line, context,
                              ret_status, err);
    return *ret_is_there || err->kind == ERROR_TOOL;
}

static bool try_qemu(const cJSON *qemu, char *reason, size_t reason_size, struct error *err)
{
    const char *program = text_of(qemu, "program");
    const char *const argv[] = {program, "-machine", "help", NULL};
    struct search search = {.machine = text_of(qemu, "machine")};
    int status = 0;
    bool is_there;
    if (!try(argv, look_at_line, &search, &status, &is_there, err))
        return false;
    if (!is_there)
        snprintf(reason, reason_size, "no %s on this computer", program);
    else if (status != 0)
        return error_set(err, ERROR_DEVICE, 0, "%s -machine help failed", program);
    else if (!search.is_there)
        snprintf(reason, reason_size, "the QEMU of this computer has no machine %s",
                 search.machine);
    return true;
}

/* The compiler reads a header of the C library, with the flags that a firmware is built with. */
static bool try_compiler(const cJSON *toolchain, char *reason, size_t reason_size,
                         struct error *err)
{
    static const char *const header[] = {"--specs=picolibc.specs",
                                         "-include",
                                         "stdio.h",
                                         "-E",
                                         "-x",
                                         "c",
                                         "/dev/null",
                                         "-o",
                                         "/dev/null"};
    cleanup_free char *compiler = file_path("%sgcc", text_of(toolchain, "prefix"));
    const char *argv[1 + FLAGS_MOST + sizeof header / sizeof header[0] + 1] = {compiler};
    char output[OUTPUT_SIZE] = "";
    size_t count = 1;
    int status = 0;
    bool is_there;
    const cJSON *flag = NULL;
    if (!compiler)
        return error_no_memory(err, "a program's name", 0);
    cJSON_ArrayForEach(flag, cJSON_GetObjectItem(toolchain, "flags"))
    {
        if (count <= FLAGS_MOST && cJSON_IsString(flag))
            argv[count++] = flag->valuestring;
    }
    memcpy(argv + count, header, sizeof header);
    if (!try(argv, keep_output, output, &status, &is_there, err))
        return false;
    if (!is_there)
        snprintf(reason, reason_size, "no %s on this computer", compiler);
    else if (status != 0 && strstr(output, "picolibc.specs") && strstr(output, "No such file"))
        snprintf(reason, reason_size, "%s has no picolibc on this computer", compiler);
    else if (status != 0)
        return error_set(err, ERROR_DEVICE, 0, "%s fails:\n%s", compiler, output);
    return true;
}

/* One toolchain, or a list of which any will do. */
static bool try_toolchains(const cJSON *toolchain, char *reason, size_t reason_size,
                           struct error *err)
{
    if (!cJSON_IsArray(toolchain))
        return try_compiler(toolchain, reason, reason_size, err);
    const cJSON *one = NULL;
    cJSON_ArrayForEach(one, toolchain)
    {
        reason[0] = '\0';
        if (!try_compiler(one, reason, reason_size, err))
            return false;
        if (reason[0] == '\0')
            return true;
    }
    return true;
}

bool board_programs_try(const cJSON *board, char *reason, size_t reason_size, struct error *err)
{
    reason[0] = '\0';
    if (!try_qemu(cJSON_GetObjectItem(board, "qemu"), reason, reason_size, err))
        return false;
    return reason[0] != '\0' ||
           try_toolchains(cJSON_GetObjectItem(board, "toolchain"), reason, reason_size, err);
}

static bool read_definition(const char *name, cJSON **ret_board, struct error *err)
{
    cleanup_free char *path = file_path(SOURCE_DIR "/qemu-machines/%s.json", name);
    cleanup_free char *text = NULL;
    if (!path)
        return error_no_memory(err, "a path", 0);
    if (!file_read(path, DEFINITION_MAX_BYTES, &text, NULL, err))
        return false;
    *ret_board = cJSON_Parse(text);
    return *ret_board || error_set(err, ERROR_USAGE, 0, "%s: not JSON", path);
}

static void look(const char *name, bool is_run, char reason[BOARD_REASON_SIZE])
{
    struct error err;
    cJSON *board = NULL;
    reason[0] = '\0';
    bool good = read_definition(name, &board, &err) &&
                (is_run ? board_programs_try(board, reason, BOARD_REASON_SIZE, &err)
                        : try_toolchains(cJSON_GetObjectItem(board, "toolchain"), reason,
                                         BOARD_REASON_SIZE, &err));
    cJSON_Delete(board);
    if (good)
        return;
    fprintf(stderr, "%s: %s\n", name, err.text);
    exit(EXIT_FAILURE);
}

void board_programs_lacking(const char *name, char ret_reason[BOARD_REASON_SIZE])
{
    look(name, true, ret_reason);
}

void board_compiler_lacking(const char *name, char ret_reason[BOARD_REASON_SIZE])
{
    look(name, false, ret_reason);
}
