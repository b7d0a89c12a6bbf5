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

bool board_list_find(struct board_list *ret_list, struct error *err)
{
    static const struct name_place place = {
        .dir = SOURCE_DIR "/qemu-machines", .prefix = "", .ending = ".json"};
    cleanup_name_list char **names = NULL;
    size_t count = 0;
    *ret_list = (struct board_list){.count = 0};
    if (!name_list_load(&place, &names, err))
        return false;
    while (names[count])
        count++;
    ret_list->items = calloc(count + 1, sizeof(*ret_list->items));
    if (!ret_list->items)
        return error_no_memory(err, "boards", count);
    for (; ret_list->count < count; ret_list->count++) {
        cleanup_free char *path = file_path("%s/%s.json", place.dir, names[ret_list->count]);
        if (!path)
            return error_no_memory(err, "a path", 0);
        if (!read_board(path, &ret_list->items[ret_list->count], err))
            return false;
    }
    choose_firsts(ret_list);
    return true;
}

void board_list_dispose(struct board_list *list)
{
    free(list->items);
    *list = (struct board_list){.count = 0};
}
