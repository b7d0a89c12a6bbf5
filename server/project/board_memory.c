#include "project/board_memory.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "model/json_read.h"

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

static void drop_first(char **names)
{
    free(names[0]);
    do
        names[0] = names[1];
    while (*++names);
}

bool board_memory_list(const char *machines_dir, const struct settings *settings,
                       board_memory_fn is_wanted, const void *context, char ***ret_names,
                       struct error *err)
{
    cleanup_name_list char **names = NULL;
    size_t i = 0;
    if (!name_list_load(&(struct name_place){machines_dir, "", ".json"}, &names, err))
        return false;
    while (names[i]) {
        struct board_memory memory;
        cleanup_free char *path = file_path("%s/%s.json", machines_dir, names[i]);
        if (!path)
            return error_no_memory(err, "a path", strlen(machines_dir));
        if (!board_memory_read(path, settings, &memory, err))
            return false;
        if (is_wanted(context, &memory))
            i++;
        else
            drop_first(names + i);
    }
    *ret_names = steal_pointer(names);
    return true;
}
