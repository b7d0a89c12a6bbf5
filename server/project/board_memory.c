#include "project/board_memory.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "model/json_read.h"

#include <stdlib.h>
#include <string.h>

bool board_memory_read(const char *path, const struct settings *settings,
                       struct board_memory *ret_memory, struct error *err)
{
    struct board_memory memory = {.pointer_bytes = sizeof(uint32_t)};
    cJSON *json = NULL;
    if (!json_read_file(path, ERROR_USAGE, &json, err))
        return false;
    bool good =
        json_read_size(json, "main_stack_size_bytes", ERROR_USAGE, &memory.stack_bytes, err) &&
        json_read_size(json, "rpc_packet_size_bytes", ERROR_USAGE, &memory.packet_bytes, err) &&
        json_read_size(json, "pointer_size_bytes", ERROR_USAGE, &memory.pointer_bytes, err) &&
        regions_read(cJSON_GetObjectItemCaseSensitive(json, "memory"), memory.pointer_bytes,
                     &memory.regions, err);
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
