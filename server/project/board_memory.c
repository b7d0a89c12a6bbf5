#include "project/board_memory.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/json_read.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool board_memory_read(const char *path, const struct settings *settings,
                       struct board_memory *ret_memory, struct error *err)
{
    struct board_memory memory = {0};
    cJSON *json = NULL;
    if (!json_read_file(path, ERROR_USAGE, &json, err))
        return false;
    const cJSON *regions = cJSON_GetObjectItemCaseSensitive(json, "memory");
    bool good =
        read_region(regions, "flash", &memory.flash_bytes, err) &&
        read_region(regions, "ram", &memory.ram_bytes, err) &&
        json_read_size(json, "main_stack_size_bytes", ERROR_USAGE, &memory.stack_bytes, err) &&
        json_read_size(json, "rpc_packet_size_bytes", ERROR_USAGE, &memory.packet_bytes, err) &&
        json_read_size(json, "pointer_size_bytes", ERROR_USAGE, &memory.pointer_bytes, err);
    cJSON_Delete(json);
    if (!good)
        return error_wrap(err, "%s", path);
    if (settings->config_main_stack_size > 0)
        memory.stack_bytes = (uint64_t)settings->config_main_stack_size;
    if (settings->rpc_packet_size_bytes > 0)
        memory.packet_bytes = (uint64_t)settings->rpc_packet_size_bytes;
    *ret_memory = memory;
    return true;
}

static bool is_definition(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > strlen(".json") &&
           strcmp(name + length - strlen(".json"), ".json") == 0;
}

bool board_memory_list(const char *machines_dir, const struct settings *settings,
                       board_memory_fn is_wanted, const void *context, char **ret_text,
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
        const char *name = entries[i]->d_name;
        struct board_memory memory;
        cleanup_free char *path =
            good && is_definition(name) ? file_path("%s/%s", machines_dir, name) : NULL;
        good = good && (!path || board_memory_read(path, settings, &memory, err));
        if (good && path && is_wanted(context, &memory))
            fprintf(list, "%s%.*s", ftell(list) > 0 ? ", " : "",
                    (int)(strlen(name) - strlen(".json")), name);
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
