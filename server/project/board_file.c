#include "project/board_file.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "model/json_read.h"

#include <string.h>

/* What a definition names, and where in guest/ it lies: PREFIX + its value + ENDING. */
struct part {
    const char *object; /* NULL: the definition itself */
    const char *key;
    const char *what;
    const char *folder;
    const char *prefix;
    const char *ending;
    bool is_optional;
};

static const struct part parts[] = {
    {NULL, "architecture", "architecture", "boot", "", "/", false},
    {"uart", "driver", "driver", "uart", "uart_", ".c", false},
    {"timer", "driver", "driver", "platform", "clock_", ".c", false},
    {"halt", "driver", "driver", "boot", "halt_", ".c", false},
    {"interrupt_controller", "driver", "driver", "interrupts", "", ".c", true},
};

bool board_file_is_path(const char *board)
{
    return strchr(board, '/') != NULL;
}

static bool check_part(const struct part *part, const cJSON *definition, const char *guest_dir,
                       const char *path, struct error *err)
{
    cleanup_free char *value = NULL;
    cleanup_free char *folder = file_path("%s/%s", guest_dir, part->folder);
    const cJSON *object =
        part->object ? cJSON_GetObjectItemCaseSensitive(definition, part->object) : definition;
    const struct name_place place = {folder, part->prefix, part->ending};
    if (!folder)
        return error_no_memory(err, "a path", strlen(guest_dir));
    if (part->is_optional && !cJSON_GetObjectItemCaseSensitive(object, part->key))
        return true;
    return (json_read_text(object, part->key, ERROR_USAGE, &value, err) &&
            name_list_check(part->what, value, &place, err)) ||
           error_wrap(err, "%s: \"%s%s%s\"", path, part->object ? part->object : "",
                      part->object ? "." : "", part->key);
}

static bool check_parts(const char *path, const char *guest_dir, struct error *err)
{
    cJSON *definition = NULL;
    if (!json_read_file(path, ERROR_USAGE, &definition, err))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < sizeof(parts) / sizeof(parts[0]); i++)
        good = check_part(&parts[i], definition, guest_dir, path, err);
    cJSON_Delete(definition);
    return good;
}

bool board_file_copy(const char *share_dir, const char *board, const char *project_dir,
                     struct error *err)
{
    cleanup_free char *from = board_file_is_path(board)
                                  ? strdup(board)
                                  : file_path("%s/qemu-machines/%s.json", share_dir, board);
    cleanup_free char *to = file_path("%s/board.json", project_dir);
    cleanup_free char *guest = file_path("%s/guest", share_dir);
    if (!from || !to || !guest)
        return error_no_memory(err, "a path", strlen(board));
    return check_parts(from, guest, err) && file_copy(from, to, err);
}
