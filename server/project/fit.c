#include "project/fit.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/json_read.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKET_BUFFERS = 2 }; /* the UART's ring and the RPC server's message buffer */

struct memory {
    uint64_t flash_bytes;
    uint64_t ram_bytes;
    uint64_t own_ram_bytes; /* stack and packet buffers: they are the board's, not the model's */
};

static bool read_region(const cJSON *memory, const char *name, uint64_t *size_bytes,
                        struct error *err)
{
    const cJSON *region = cJSON_GetObjectItemCaseSensitive(memory, name);
    if (!json_read_size(region, "size_bytes", ERROR_USAGE, size_bytes, err))
        return error_wrap(err, "\"memory\": \"%s\"", name);
    if (*size_bytes)
        return true;
    return error_set(err, ERROR_USAGE, 0, "\"memory\": \"%s\": no \"size_bytes\"", name);
}

/* With these options: they go for every board. */
static bool read_memory(const char *path, const struct settings *settings,
                        struct memory *ret_memory, struct error *err)
{
    struct memory memory = {0};
    uint64_t packet = 0;
    cJSON *json = NULL;
    if (!json_read_file(path, ERROR_USAGE, &json, err))
        return false;
    const cJSON *regions = cJSON_GetObjectItemCaseSensitive(json, "memory");
    bool good =
        read_region(regions, "flash", &memory.flash_bytes, err) &&
        read_region(regions, "ram", &memory.ram_bytes, err) &&
        json_read_size(json, "main_stack_size_bytes", ERROR_USAGE, &memory.own_ram_bytes, err) &&
        json_read_size(json, "rpc_packet_size_bytes", ERROR_USAGE, &packet, err);
    cJSON_Delete(json);
    if (!good)
        return error_wrap(err, "%s", path);
    if (settings->rpc_packet_size_bytes > 0)
        packet = (uint64_t)settings->rpc_packet_size_bytes;
    memory.own_ram_bytes += PACKET_BUFFERS * packet;
    *ret_memory = memory;
    return true;
}

/* A region that did not overflow may still be nearly full, by how much the linker does not say: a
 * board with less of it than this one is not named. */
static bool would_hold(const struct memory *candidate, const struct memory *board,
                       struct overflow overflow)
{
    return candidate->flash_bytes >= board->flash_bytes + overflow.flash_bytes &&
           candidate->ram_bytes + board->own_ram_bytes >=
               board->ram_bytes + overflow.ram_bytes + candidate->own_ram_bytes;
}

static bool is_definition(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > strlen(".json") &&
           strcmp(name + length - strlen(".json"), ".json") == 0;
}

static bool add_board(const char *machines_dir, const char *file, const struct settings *settings,
                      const struct memory *board, struct overflow overflow, FILE *list,
                      struct error *err)
{
    struct memory candidate;
    cleanup_free char *path = file_path("%s/%s", machines_dir, file);
    if (!path)
        return error_no_memory(err, "a path", strlen(file));
    if (!read_memory(path, settings, &candidate, err))
        return false;
    if (would_hold(&candidate, board, overflow))
        fprintf(list, "%s%.*s", ftell(list) > 0 ? ", " : "", (int)(strlen(file) - strlen(".json")),
                file);
    return true;
}

/* "a, b" in a new string; "" when no board would. */
static bool list_boards(const char *machines_dir, const struct settings *settings,
                        const struct memory *board, struct overflow overflow, char **ret_text,
                        struct error *err)
{
    struct dirent **entries = NULL;
    char *text = NULL;
    size_t size = 0;
    int count = scandir(machines_dir, &entries, NULL, alphasort);
    if (count < 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", machines_dir);
    FILE *list = open_memstream(&text, &size);
    bool good = list || error_no_memory(err, "a list of boards", 0);
    for (int i = 0; i < count; i++) {
        if (good && is_definition(entries[i]->d_name))
            good =
                add_board(machines_dir, entries[i]->d_name, settings, board, overflow, list, err);
        free(entries[i]);
    }
    free(entries);
    if (list && fclose(list) != 0 && good)
        good = error_no_memory(err, "a list of boards", size);
    if (good)
        *ret_text = text;
    else
        free(text);
    return good;
}

static void describe(const struct manifest *manifest, const char *region, uint64_t have_bytes,
                     uint64_t over_bytes, struct error *err)
{
    if (!over_bytes)
        return;
    if (err->kind != ERROR_NONE) {
        error_append(err, "and %llu bytes of %s, of which it has %llu (%llu too many)",
                     (unsigned long long)(have_bytes + over_bytes), region,
                     (unsigned long long)have_bytes, (unsigned long long)over_bytes);
        return;
    }
    error_set(err, ERROR_BUILD, 0,
              "model \"%s\" needs %llu bytes of %s, board \"%s\" has %llu (%llu too many)",
              manifest->model.name, (unsigned long long)(have_bytes + over_bytes), region,
              manifest->settings.board ? manifest->settings.board : "?",
              (unsigned long long)have_bytes, (unsigned long long)over_bytes);
}

bool fit_error(const char *project_dir, const struct manifest *manifest, struct overflow overflow,
               struct error *err)
{
    struct memory board;
    cleanup_free char *board_path = file_path("%s/board.json", project_dir);
    cleanup_free char *machines_dir = file_path("%s/qemu-machines", project_dir);
    cleanup_free char *boards = NULL;
    if (!board_path || !machines_dir)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (!read_memory(board_path, &manifest->settings, &board, err) ||
        !list_boards(machines_dir, &manifest->settings, &board, overflow, &boards, err))
        return false;
    err->kind = ERROR_NONE;
    describe(manifest, "RAM", board.ram_bytes, overflow.ram_bytes, err);
    describe(manifest, "flash", board.flash_bytes, overflow.flash_bytes, err);
    if (overflow.ram_bytes && manifest->settings.workspace_size_bytes)
        error_append(err, "its option workspace_size_bytes=%lld is part of that",
                     (long long)manifest->settings.workspace_size_bytes);
    if (overflow.ram_bytes && manifest->settings.rpc_packet_size_bytes)
        error_append(err, "%d times its option rpc_packet_size_bytes=%lld is part of that",
                     PACKET_BUFFERS, (long long)manifest->settings.rpc_packet_size_bytes);
    return error_append(err, "%s%s",
                        *boards ? "boards that would hold it: " : "no board here would hold it",
                        boards);
}
