#include "boards/board_list.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "boards/board_programs.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE_BYTES = 64 * 1024 };

static bool copy_name(const cJSON *from, const char *key, char to[BOARD_NAME_SIZE])
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(from, key));
    if (!text || strlen(text) >= BOARD_NAME_SIZE)
        return false;
    memcpy(to, text, strlen(text) + 1);
    return true;
}

static uint64_t number(const cJSON *from, const char *key)
{
    return (uint64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(from, key));
}

static bool is_built_with(const cJSON *json, const char *wanted)
{
    const cJSON *flag = NULL;
    cJSON_ArrayForEach(flag, cJSON_GetObjectItem(cJSON_GetObjectItem(json, "toolchain"), "flags"))
    {
        if (strcmp(cJSON_GetStringValue(flag), wanted) == 0)
            return true;
    }
    return false;
}

static bool read_board(const char *path, struct listed_board *board, struct error *err)
{
    cleanup_free char *text = NULL;
    if (!file_read(path, MAX_FILE_BYTES, &text, NULL, err))
        return false;
    cJSON *json = cJSON_Parse(text);
    const cJSON *timer = cJSON_GetObjectItem(json, "timer");
    board->timer_clock_hz = number(timer, "clock_hz");
    board->is_armv6m = is_built_with(json, "-mcpu=cortex-m0");
    bool has_regions =
        regions_read(cJSON_GetObjectItem(json, "memory"), sizeof(uint64_t), &board->regions, err);
    bool ok = has_regions && copy_name(json, "name", board->name) &&
              copy_name(cJSON_GetObjectItem(json, "uart"), "driver", board->uart_driver) &&
              copy_name(timer, "driver", board->timer_driver);
    board->ram_size_bytes = ok ? regions_writable_bytes(&board->regions) : 0;
    if (ok)
        ok = board_programs_try(json, board->reason, sizeof board->reason, err);
    else if (has_regions)
        error_set(err, ERROR_USAGE, 0, "%s: no name, or no driver", path);
    board->is_missing = board->reason[0] != '\0';
    cJSON_Delete(json);
    return ok;
}

static void choose_firsts(struct board_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct listed_board *board = &list->items[i];
        board->is_first_of_uart = board->is_first_of_timer = !board->is_missing;
        for (size_t before = 0; before < i; before++) {
            const struct listed_board *other = &list->items[before];
            if (other->is_missing)
                continue;
            if (strcmp(other->uart_driver, board->uart_driver) == 0)
                board->is_first_of_uart = false;
            if (strcmp(other->timer_driver, board->timer_driver) == 0)
                board->is_first_of_timer = false;
        }
    }
}

static bool add_folder(const char *dir, struct board_list *list, struct error *err)
{
    const struct name_place place = {.dir = dir, .prefix = "", .ending = ".json"};
    cleanup_name_list char **names = NULL;
    size_t count = 0;
    if (!name_list_load(&place, &names, err))
        return false;
    while (names[count])
        count++;
    struct listed_board *items = realloc(list->items, (list->count + count) * sizeof(*items));
    if (!items)
        return error_no_memory(err, "boards", count);
    list->items = items;
    for (size_t i = 0; i < count; i++) {
        struct listed_board *board = &items[list->count++];
        *board = (struct listed_board){.path = file_path("%s/%s.json", dir, names[i])};
        if (!board->path)
            return error_no_memory(err, "a path", 0);
        if (!read_board(board->path, board, err))
            return false;
    }
    return true;
}

bool board_list_find(enum board_origin origin, struct board_list *ret_list, struct error *err)
{
    *ret_list = (struct board_list){.count = 0};
    if (!add_folder(SOURCE_DIR "/qemu-machines", ret_list, err) ||
        (origin == BOARDS_ALL && !add_folder(SOURCE_DIR "/tests/boards/machines", ret_list, err)))
        return false;
    choose_firsts(ret_list);
    return true;
}

void board_list_dispose(struct board_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].path);
    free(list->items);
    *list = (struct board_list){.count = 0};
}
