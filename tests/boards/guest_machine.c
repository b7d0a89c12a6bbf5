#include "boards/guest_machine.h"
#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"

#include <cjson/cJSON.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE_BYTES = 64 * 1024, HELP_TIMEOUT_MS = 60 * 1000 };

struct search {
    const char *machine;
    bool is_there;
};

/* "mps2-an385           ARM MPS2 with AN385 FPGA image for Cortex-M3" */
static void look_at_line(void *context, const char *line)
{
    struct search *search = context;
    size_t length = strlen(search->machine);
    if (strncmp(line, search->machine, length) == 0 && line[length] == ' ')
        search->is_there = true;
}

static bool look_for_machine(const cJSON *qemu, bool *ret_is_missing, struct error *err)
{
    const char *const argv[] = {cJSON_GetStringValue(cJSON_GetObjectItem(qemu, "program")),
                                "-machine", "help", NULL};
    struct child_options options = {.argv = argv,
                                    .parent_death_signal = SIGKILL,
                                    .package =
                                        cJSON_GetStringValue(cJSON_GetObjectItem(qemu, "package"))};
    struct search search = {.machine = cJSON_GetStringValue(cJSON_GetObjectItem(qemu, "machine"))};
    int status = 0;
    if (!child_run(&options, deadline_in_ms(HELP_TIMEOUT_MS), NULL, look_at_line, &search, &status,
                   err))
        return false;
    if (status != 0)
        return error_set(err, ERROR_DEVICE, 0, "%s -machine help failed", argv[0]);
    *ret_is_missing = !search.is_there;
    return true;
}

static bool copy_name(const cJSON *from, const char *key, char to[GUEST_NAME_SIZE])
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(from, key));
    if (!text || strlen(text) >= GUEST_NAME_SIZE)
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

static bool read_machine(const char *path, struct guest_machine *machine, struct error *err)
{
    cleanup_free char *text = NULL;
    if (!file_read(path, MAX_FILE_BYTES, &text, NULL, err))
        return false;
    cJSON *json = cJSON_Parse(text);
    const cJSON *timer = cJSON_GetObjectItem(json, "timer");
    const cJSON *ram = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "memory"), "ram");
    machine->timer_clock_hz = number(timer, "clock_hz");
    machine->is_armv6m = is_built_with(json, "-mcpu=cortex-m0");
    machine->ram_size_bytes = number(ram, "size_bytes");
    bool ok = copy_name(json, "name", machine->name) &&
              copy_name(cJSON_GetObjectItem(json, "uart"), "driver", machine->uart_driver) &&
              copy_name(timer, "driver", machine->timer_driver);
    if (ok)
        ok = look_for_machine(cJSON_GetObjectItem(json, "qemu"), &machine->is_missing, err);
    else
        error_set(err, ERROR_USAGE, 0, "%s: no name, or no driver", path);
    cJSON_Delete(json);
    return ok;
}

static void choose_firsts(struct guest_machines *machines)
{
    for (size_t i = 0; i < machines->count; i++) {
        struct guest_machine *machine = &machines->items[i];
        machine->is_first_of_uart = machine->is_first_of_timer = !machine->is_missing;
        for (size_t before = 0; before < i; before++) {
            const struct guest_machine *other = &machines->items[before];
            if (other->is_missing)
                continue;
            if (strcmp(other->uart_driver, machine->uart_driver) == 0)
                machine->is_first_of_uart = false;
            if (strcmp(other->timer_driver, machine->timer_driver) == 0)
                machine->is_first_of_timer = false;
        }
    }
}

bool guest_machines_find(struct guest_machines *ret_machines, struct error *err)
{
    static const struct name_place place = {
        .dir = SOURCE_DIR "/qemu-machines", .prefix = "", .ending = ".json"};
    cleanup_name_list char **names = NULL;
    size_t count = 0;
    *ret_machines = (struct guest_machines){.count = 0};
    if (!name_list_load(&place, &names, err))
        return false;
    while (names[count])
        count++;
    ret_machines->items = calloc(count + 1, sizeof(*ret_machines->items));
    if (!ret_machines->items)
        return error_no_memory(err, "boards", count);
    for (; ret_machines->count < count; ret_machines->count++) {
        cleanup_free char *path = file_path("%s/%s.json", place.dir, names[ret_machines->count]);
        if (!path)
            return error_no_memory(err, "a path", 0);
        if (!read_machine(path, &ret_machines->items[ret_machines->count], err))
            return false;
    }
    choose_firsts(ret_machines);
    return true;
}

void guest_machines_dispose(struct guest_machines *machines)
{
    free(machines->items);
    *machines = (struct guest_machines){.count = 0};
}
