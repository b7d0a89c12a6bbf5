#include "project/settings_fields.h"

#include "definition/limits.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_FIELD(name)                                                                           \
    {                                                                                              \
#name, FIELD_TEXT, offsetof(struct settings, name), 0, 0, 0                                \
    }
#define LIST_FIELD(name)                                                                           \
    {                                                                                              \
#name, FIELD_LIST, offsetof(struct settings, name), 0, 0, 0                                \
    }
#define FLAG_FIELD(name)                                                                           \
    {                                                                                              \
#name, FIELD_FLAG, offsetof(struct settings, name), 0, 0, 0                                \
    }
#define NUMBER_FIELD(name, unset, least, most)                                                     \
    {                                                                                              \
#name, FIELD_NUMBER, offsetof(struct settings, name), unset, least, most                   \
    }

enum { GIB = 1024 * 1024 * 1024, WEEK_S = 604800 };

const struct settings_field SETTINGS_FIELDS[SETTINGS_FIELD_COUNT] = {
    TEXT_FIELD(project_type),
    TEXT_FIELD(board),
    TEXT_FIELD(crt),
    TEXT_FIELD(module),
    TEXT_FIELD(optimization),
    TEXT_FIELD(cmsis_path),
    TEXT_FIELD(extra_files_tar),
    TEXT_FIELD(serial_number),
    TEXT_FIELD(confine),
    LIST_FIELD(compile_definitions),
    LIST_FIELD(qemu_args),
    NUMBER_FIELD(workspace_size_bytes, 0, 0, GIB),
    NUMBER_FIELD(config_main_stack_size, 0, 0, GIB),
    NUMBER_FIELD(rpc_packet_size_bytes, 0, PACKET_LEAST_BYTES, PACKET_MOST_BYTES),
    NUMBER_FIELD(gdbserver_port, 0, 0, 65535),
    NUMBER_FIELD(icount, -1, -1, 10),
    NUMBER_FIELD(build_timeout_s, BUILD_TIMEOUT_DEFAULT_S, 0, WEEK_S),
    NUMBER_FIELD(build_memory_mib, BUILD_MEMORY_DEFAULT_MIB, 0, GIB),
    NUMBER_FIELD(build_jobs, 0, 0, 4096),
    FLAG_FIELD(link_parameters),
    FLAG_FIELD(verbose),
    FLAG_FIELD(warning_as_error),
};

void settings_free_list(char **list)
{
    for (char **item = list; item && *item; item++)
        free(*item);
    free(list);
}

const char *settings_without_dash_d(const char *definition)
{
    return strncmp(definition, "-D", 2) == 0 ? definition + 2 : definition;
}
