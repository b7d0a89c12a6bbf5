#include "base/cleanup.h"
#include "base/file.h"
#include "board/machine.h"
#include "commands/commands.h"
#include "commands/exit_code.h"

#include <cjson/cJSON.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

static const char usage[] = "Usage: microtvm-qemu boards [--json]\n"
                            "\n"
                            "Lists the boards that a model can be run on.\n"
                            "  --json   one JSON array, sizes in bytes, for scripts\n";

enum { SIZE_TEXT_BYTES = 32 };

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

static void print_table(const struct machine_list *list)
{
    printf("%-16s %-12s %-12s %6s %6s  %-30s %s\n", "BOARD", "CORE", "FLOAT", "FLASH", "RAM",
           "QEMU", "DESCRIPTION");
    for (size_t i = 0; i < list->count; i++) {
        const struct machine *machine = &list->items[i];
        char flash[SIZE_TEXT_BYTES];
        char ram[SIZE_TEXT_BYTES];
        char qemu[64];
        snprintf(qemu, sizeof qemu, "%s -M %s", machine->qemu_program, machine->qemu_machine);
        printf("%-16s %-12s %-12s %6s %6s  %-30s %s\n", machine->name,
               machine->core ? machine->core : "-",
               machine->floating_point ? machine->floating_point : "-",
               size_text(machine->flash_size_bytes, flash), size_text(machine->ram_size_bytes, ram),
               qemu, machine->description);
    }
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
           cJSON_AddNumberToObject(board, "flash_size_bytes", (double)machine->flash_size_bytes) &&
           cJSON_AddNumberToObject(board, "ram_size_bytes", (double)machine->ram_size_bytes);
}

static bool print_json(const struct machine_list *list, struct error *err)
{
    cJSON *array = cJSON_CreateArray();
    bool complete = array != NULL;
    for (size_t i = 0; complete && i < list->count; i++)
        complete = add_board(array, &list->items[i]);
    cleanup_free char *text = complete ? cJSON_Print(array) : NULL;
    cJSON_Delete(array);
    if (!text)
        return error_no_memory(err, "the list of boards", 0);
    puts(text);
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
    static const struct option long_options[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    bool as_json = false;
    int option;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return EXIT_CODE_OK;
        }
        if (option != 'j') {
            fputs(usage, stderr);
            return EXIT_CODE_USAGE;
        }
        as_json = true;
    }
    if (optind < argc) {
        fprintf(stderr, "microtvm-qemu boards: \"%s\": takes no such argument\n%s", argv[optind],
                usage);
        return EXIT_CODE_USAGE;
    }
    struct error err = {0};
    if (!print_boards(as_json, &err))
        return (int)exit_with_error("boards", &err);
    return EXIT_CODE_OK;
}
