#include "base/cleanup.h"
#include "base/file.h"
#include "board/machine.h"
#include "commands/commands.h"
#include "commands/document/value.h"
#include "commands/exit_code.h"
#include "commands/json_option.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "Usage: microtvm-qemu boards [--json]\n"
                            "\n"
                            "Lists the boards that a model can be run on.\n"
                            "  --json   one JSON object, sizes in bytes, for scripts\n";

enum { SIZE_TEXT_BYTES = 32, MEMORY_TEXT_BYTES = 400 };

/* "64K", "4M": memory sizes are powers of two nearly always; any other is told in bytes. */
static const char *size_text(uint64_t size_bytes, char *buffer)
{
    static const struct {
        uint64_t unit_bytes;
        char letter;
    } units[] = {{1U << 30, 'G'}, {1U << 20, 'M'}, {1U << 10, 'K'}};

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (size_bytes && size_bytes % units[i].unit_bytes == 0) {
            snprintf(buffer, SIZE_TEXT_BYTES, "%" PRIu64 "%c", size_bytes / units[i].unit_bytes,
                     units[i].letter);
            return buffer;
        }
    }
    snprintf(buffer, SIZE_TEXT_BYTES, "%" PRIu64, size_bytes);
    return buffer;
}

/* "SSRAM1 4M, PSRAM 16M" */
static const char *memory_text(const struct regions *regions, char *buffer, size_t size)
{
    buffer[0] = '\0';
    for (size_t i = 0; i < regions->count; i++) {
        char text[SIZE_TEXT_BYTES];
        size_t used = strlen(buffer);
        snprintf(buffer + used, size - used, "%s%s %s", used ? ", " : "", regions->items[i].name,
                 size_text(regions->items[i].size_bytes, text));
    }
    return buffer;
}

static void print_table(const struct machine_list *list)
{
    printf("%-16s %-11s %-12s %-44s %-36s %s\n", "BOARD", "CORE", "FLOAT", "MEMORY", "QEMU",
           "DESCRIPTION");
    for (size_t i = 0; i < list->count; i++) {
        const struct machine *machine = &list->items[i];
        char memory[MEMORY_TEXT_BYTES];
        char qemu[64];
        snprintf(qemu, sizeof qemu, "%s -M %s", machine->qemu_program, machine->qemu_machine);
        printf("%-16s %-11s %-12s %-44s %-36s %s\n", machine->name,
               machine->core ? machine->core : "-",
               machine->floating_point ? machine->floating_point : "-",
               memory_text(&machine->regions, memory, sizeof memory), qemu, machine->description);
    }
}

/* One item of "memory". */
static cJSON *region_to_json(const struct region *region)
{
    char origin[SIZE_TEXT_BYTES];
    cJSON *json = cJSON_CreateObject();
    cJSON *holds = cJSON_CreateArray();
    snprintf(origin, sizeof origin, "0x%" PRIx64, region->origin);
    bool good = cJSON_AddStringToObject(json, "name", region->name) &&
                cJSON_AddStringToObject(json, "origin", origin) &&
                cJSON_AddNumberToObject(json, "size_bytes", (double)region->size_bytes);
    for (unsigned use = 0; use < REGION_USES; use++)
        if (region->holds[use])
            good = good && cJSON_AddItemToArray(holds, cJSON_CreateString(region_use_name(use)));
    if (good && cJSON_AddItemToObject(json, "holds", holds))
        return json;
    cJSON_Delete(holds);
    cJSON_Delete(json);
    return NULL;
}

static bool add_memory(cJSON *board, const struct regions *regions)
{
    cJSON *memory = cJSON_AddArrayToObject(board, "memory");
    bool good = memory != NULL;
    for (size_t i = 0; good && i < regions->count; i++) {
        cJSON *region = region_to_json(&regions->items[i]);
        good = region && cJSON_AddItemToArray(memory, region);
        if (!good)
            cJSON_Delete(region);
    }
    return good;
}

static bool add_note(cJSON *board, const char *key, const char *note)
{
    return note ? cJSON_AddStringToObject(board, key, note) : cJSON_AddNullToObject(board, key);
}

static bool add_board(cJSON *array, const struct machine *machine)
{
    cJSON *board = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(array, board)) {
        cJSON_Delete(board);
        return false;
    }
    return cJSON_AddStringToObject(board, "name", machine->name) &&
           cJSON_AddStringToObject(board, "description", machine->description) &&
           add_note(board, "core", machine->core) &&
           add_note(board, "floating_point", machine->floating_point) &&
           cJSON_AddStringToObject(board, "model", machine->model) &&
           cJSON_AddStringToObject(board, "qemu_program", machine->qemu_program) &&
           cJSON_AddStringToObject(board, "qemu_machine", machine->qemu_machine) &&
           cJSON_AddNumberToObject(board, "flash_size_bytes",
                                   (double)regions_code(&machine->regions)->size_bytes) &&
           cJSON_AddNumberToObject(board, "ram_size_bytes",
                                   (double)regions_writable_bytes(&machine->regions)) &&
           add_memory(board, &machine->regions);
}

static cJSON *make_document(const struct machine_list *list)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *array = cJSON_CreateArray();
    bool good = document_add(root, "format", document_text("microtvm-qemu boards")) &&
                document_add(root, "version", cJSON_CreateNumber(1));
    good = document_add(root, "boards", array) && good;
    for (size_t i = 0; good && i < list->count; i++)
        good = add_board(array, &list->items[i]);
    return document_finish(root, good);
}

static bool print_json(const struct machine_list *list, struct error *err)
{
    cJSON *root = make_document(list);
    cleanup_free char *text = root ? document_print(root) : NULL;
    cJSON_Delete(root);
    if (!text)
        return error_no_memory(err, "the list of boards", 0);
    fputs(text, stdout);
    return true;
}

static bool print_boards(bool as_json, struct error *err)
{
    cleanup_free char *share_dir = NULL;
    if (!file_share_dir(&share_dir, err))
        return false;
    cleanup_free char *dir = file_path("%s/qemu-machines", share_dir);
    if (!dir)
        return error_no_memory(err, "a path", PATH_MAX);
    __attribute__((cleanup(machine_list_dispose))) struct machine_list list = {0};
    if (!machine_list_load(dir, &list, err))
        return false;
    if (!as_json)
        print_table(&list);
    return !as_json || print_json(&list, err);
}

int command_boards(int argc, char **argv)
{
    struct error err = {0};
    bool as_json;
    int exit_code;
    if (!json_option_read(argc, argv, usage, &as_json, &exit_code))
        return exit_code;
    if (!print_boards(as_json, &err))
        return (int)exit_with_error("boards", &err);
    return EXIT_CODE_OK;
}
