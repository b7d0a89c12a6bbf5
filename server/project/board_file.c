#include "project/board_file.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "definition/field.h"
#include "model/json_read.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What a definition names, and where in guest/ it lies: PREFIX + its value + ENDING. */
struct part {
    const char *object; /* NULL: the definition itself */
    const char *key;
    const char *what;
    const char *folder;
    const char *prefix;
    const char *ending;
    const char *spared; /* the architecture that may do without it, or NULL */
};

static const struct part parts[] = {
    {NULL, "architecture", "architecture", "boot", "", "/", NULL},
    {"uart", "driver", "driver", "uart", "uart_", ".c", NULL},
    {"timer", "driver", "driver", "clock", "clock_", ".c", NULL},
    {"halt", "driver", "driver", "boot", "halt_", ".c", NULL},
    {"interrupt_controller", "driver", "driver", "interrupts", "", ".c", "cortex_m"},
};

bool board_file_is_path(const char *board)
{
    return strchr(board, '/') != NULL;
}

enum { DRIVER_MAX_BYTES = 1024 * 1024, PARTS_COUNT = sizeof(parts) / sizeof(parts[0]) };

/* "BOARD_UART_" of "uart". */
static void make_macro(const char *object, char *macro, size_t macro_size_bytes)
{
    snprintf(macro, macro_size_bytes, "BOARD_%s_", object);
    for (; *macro; macro++)
        *macro = (char)toupper((unsigned char)*macro);
}

/* Each number that a driver's source takes from that object of the definition. */
static bool check_numbers(const char *source, const char *object, const cJSON *definition,
                          const char *driver, struct error *err)
{
    char macro[FIELD_PATH_SIZE];
    make_macro(object, macro, sizeof(macro));
    for (const char *at = strstr(source, macro); at; at = strstr(at, macro)) {
        char key[FIELD_PATH_SIZE];
        at += strlen(macro);
        size_t length = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        snprintf(key, sizeof(key), "%.*s", (int)length, at);
        for (char *letter = key; *letter; letter++)
            *letter = (char)tolower((unsigned char)*letter);
        if (cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(definition, object),
                                             key))
            continue;
        return error_set(err, ERROR_USAGE, 0, "\"%s.%s\" is missing: the driver \"%s\" needs it",
                         object, key, driver);
    }
    return true;
}

static bool check_driver(const struct part *part, const char *driver, const cJSON *definition,
                         const char *folder, struct error *err)
{
    cleanup_free char *source = NULL;
    cleanup_free char *file = file_path("%s/%s%s%s", folder, part->prefix, driver, part->ending);
    if (!file)
        return error_no_memory(err, "a path", strlen(folder));
    if (!file_read(file, DRIVER_MAX_BYTES, &source, NULL, err))
        return false;
    for (size_t i = 0; i < PARTS_COUNT; i++)
        if (parts[i].object && !check_numbers(source, parts[i].object, definition, driver, err))
            return false;
    return true;
}

static bool is_spared(const struct part *part, const cJSON *definition)
{
    const char *architecture =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(definition, "architecture"));
    return part->spared && architecture && strcmp(part->spared, architecture) == 0;
}

static bool check_part(const struct part *part, const cJSON *definition, const char *guest_dir,
                       struct error *err)
{
    char field[FIELD_PATH_SIZE];
    cleanup_free char *folder = file_path("%s/%s", guest_dir, part->folder);
    const cJSON *object =
        part->object ? cJSON_GetObjectItemCaseSensitive(definition, part->object) : definition;
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, part->key);
    const struct name_place place = {folder, part->prefix, part->ending};
    if (!folder)
        return error_no_memory(err, "a path", strlen(guest_dir));
    const bool spared = is_spared(part, definition);
    if (!value && spared)
        return true;
    snprintf(field, sizeof(field), "%s%s%s", part->object ? part->object : "",
             part->object ? "." : "", part->key);
    if (spared)
        return error_set(err, ERROR_USAGE, 0,
                         "\"%s\": not for architecture \"%s\", which has its own", field,
                         part->spared);
    if (!field_fits(value, FIELD_NAME))
        return field_wrong(field, value, FIELD_NAME, err);
    const char *name = cJSON_GetStringValue(value);
    if (!name_list_check(part->what, name, &place, err))
        return error_wrap(err, "\"%s\"", field);
    return !part->object || check_driver(part, name, definition, folder, err);
}

static bool check_parts(const char *path, const char *guest_dir, struct error *err)
{
    cJSON *definition = NULL;
    if (!json_read_file(path, ERROR_USAGE, &definition, err))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < PARTS_COUNT; i++)
        good = check_part(&parts[i], definition, guest_dir, err) || error_wrap(err, "%s", path);
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
