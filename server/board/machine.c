#include "board/machine.h"
#include "board/qemu/line_args.h"
#include "board/qemu/qemu_args.h"
#include "definition/document.h"
#include "definition/field.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOT_KEPT = -1 };

struct field {
    const char *path;
    enum field_type type;
    int offset; /* in struct machine; NOT_KEPT: only the guest build reads it */
};

#define KEPT(member) (int)offsetof(struct machine, member)

static const struct field fields[] = {
    {"name", FIELD_NAME, KEPT(name)},
    {"description", FIELD_TEXT, KEPT(description)},
    {"core", FIELD_NOTE, KEPT(core)},
    {"floating_point", FIELD_NOTE, KEPT(floating_point)},
    {"architecture", FIELD_NAME, KEPT(architecture)},
    {"pointer_size_bytes", FIELD_WIDTH, NOT_KEPT},
    {"model", FIELD_TEXT, KEPT(model)},
    {"qemu.program", FIELD_TEXT, KEPT(qemu_program)},
    {"qemu.package", FIELD_TEXT, KEPT(qemu_package)},
    {"qemu.machine", FIELD_TEXT, KEPT(qemu_machine)},
    {"qemu.arguments", FIELD_LIST, KEPT(qemu_args)},
    {"qemu.line_arguments", FIELD_LIST, KEPT(line_args)},
    {"main_stack_size_bytes", FIELD_SIZE, NOT_KEPT},
    {"rpc_packet_size_bytes", FIELD_SIZE, KEPT(rpc_packet_size_bytes)},
    {"uart.driver", FIELD_NAME, KEPT(uart_driver)},
    {"uart.base", FIELD_ADDRESS, NOT_KEPT},
    {"uart.interrupt", FIELD_INTERRUPT, KEPT(uart_interrupt)},
    {"timer.driver", FIELD_NAME, NOT_KEPT},
    {"timer.clock_hz", FIELD_SIZE, NOT_KEPT},
    {"halt.driver", FIELD_NAME, NOT_KEPT},
};

/* Objects with further keys that only their driver in the firmware knows. */
static const char *const open_objects[] = {"uart", "timer", "halt", "interrupt_controller"};

/* What regions_read takes. */
static const char *const memory_fields[] = {"memory", "memory.regions", "memory.devices",
                                            "memory.devices.origin", "memory.devices.size_bytes"};

enum { MEMORY_FIELDS_COUNT = sizeof(memory_fields) / sizeof(memory_fields[0]) };
enum { FIELDS_COUNT = sizeof(fields) / sizeof(fields[0]) };
enum { OPEN_OBJECTS_COUNT = sizeof(open_objects) / sizeof(open_objects[0]) };

/* "qemu.machine" from the outside in; NULL where nothing is. */
static const cJSON *find(const cJSON *json, const char *path)
{
    char part[FIELD_PATH_SIZE];
    while (json && *path) {
        size_t length = strcspn(path, ".");
        memcpy(part, path, length);
        part[length] = '\0';
        json = cJSON_GetObjectItemCaseSensitive(json, part);
        path += length + (path[length] == '.');
    }
    return json;
}

static void dispose_list(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

static char **copy_list(const cJSON *list)
{
    size_t count = list ? (size_t)cJSON_GetArraySize(list) : 0;
    char **copy = calloc(count + 1, sizeof(*copy));
    const cJSON *item = list ? list->child : NULL;
    for (size_t used = 0; copy && item; item = item->next, used++) {
        copy[used] = strdup(cJSON_GetStringValue(item));
        if (!copy[used]) {
            dispose_list(copy);
            return NULL;
        }
    }
    return copy;
}

static bool keep(const struct field *field, const cJSON *value, struct machine *machine,
                 struct error *err)
{
    char *place = (char *)machine + field->offset;
    if (field->type == FIELD_SIZE || field->type == FIELD_INTERRUPT) {
        *(uint64_t *)(void *)place = field_size(value);
        return true;
    }
    if (field->type == FIELD_NOTE && !value)
        return true;
    void *copy = field->type == FIELD_LIST ? (void *)copy_list(value)
                                           : (void *)strdup(cJSON_GetStringValue(value));
    *(void **)(void *)place = copy;
    return copy || error_no_memory(err, field->path, sizeof(struct machine));
}

/* Is this the path of a field, or of an object that fields are in? */
static bool is_known(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < MEMORY_FIELDS_COUNT; i++)
        if (strcmp(memory_fields[i], path) == 0)
            return true;
    for (size_t i = 0; i < FIELDS_COUNT; i++)
        if (strncmp(fields[i].path, path, length) == 0 &&
            (fields[i].path[length] == '\0' || fields[i].path[length] == '.'))
            return true;
    return false;
}

static bool is_open(const char *path)
{
    for (size_t i = 0; i < OPEN_OBJECTS_COUNT; i++)
        if (strcmp(open_objects[i], path) == 0)
            return true;
    return false;
}

/* A mistyped key would otherwise be left out silently. */
static bool check_keys(const cJSON *object, const char *above, struct error *err)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, object)
    {
        char path[FIELD_PATH_SIZE];
        int length = snprintf(path, sizeof(path), "%s%s%s", above, above[0] ? "." : "",
                              item->string ? item->string : "");
        if ((is_open(path) && cJSON_IsObject(item)) || strcmp(path, "$schema") == 0 ||
            strcmp(path, "toolchain") == 0) /* read on its own */
            continue;
        if (length >= (int)sizeof(path) || !is_known(path))
            return error_set(err, ERROR_USAGE, 0, "\"%s\": no such field", path);
        if (cJSON_IsObject(item) && !check_keys(item, path, err))
            return false;
    }
    return true;
}

/* Registers outside of what the firmware may reach: a fault at the first access to them. */
static bool check_base(const cJSON *json, const char *object, const cJSON *base, struct error *err)
{
    uint64_t origin = field_address(find(json, "memory.devices.origin"));
    uint64_t size_bytes = field_size(find(json, "memory.devices.size_bytes"));
    uint64_t address = field_address(base);
    if (address >= origin && address - origin < size_bytes)
        return true;
    return error_set(err, ERROR_USAGE, 0,
                     "\"%s.%s\" is \"%s\", which the firmware can't reach: memory.devices is from "
                     "0x%" PRIx64 " to 0x%" PRIx64,
                     object, base->string, base->valuestring, origin, origin + size_bytes - 1);
}

/* "base", and each "..._base". */
static bool check_bases(const cJSON *json, struct error *err)
{
    static const char ending[] = "base";
    const size_t length = sizeof(ending) - 1;
    for (size_t i = 0; i < OPEN_OBJECTS_COUNT; i++) {
        const cJSON *item = NULL;
        cJSON_ArrayForEach(item, find(json, open_objects[i]))
        {
            size_t size = item->string ? strlen(item->string) : 0;
            if (size >= length && strcmp(item->string + size - length, ending) == 0 &&
                field_fits(item, FIELD_ADDRESS) && !check_base(json, open_objects[i], item, err))
                return false;
        }
    }
    return true;
}

static bool default_line_args(struct machine *machine, struct error *err)
{
    cJSON *list = cJSON_CreateStringArray(LINE_ARGS_DEFAULT, 2);
    free(machine->line_args);
    machine->line_args = list ? copy_list(list) : NULL;
    cJSON_Delete(list);
    return machine->line_args || error_no_memory(err, "arguments", sizeof(struct machine));
}

/* Only the firmware's build needs it, and says what is wrong: here it is for who looks into a
 * board. */
static bool keep_controller(const cJSON *json, struct machine *machine, struct error *err)
{
    const cJSON *driver = find(json, "interrupt_controller.driver");
    const cJSON *base = find(json, "interrupt_controller.base");
    if (field_fits(base, FIELD_ADDRESS))
        machine->interrupt_base = field_address(base);
    if (!field_fits(driver, FIELD_NAME))
        return true;
    machine->interrupt_driver = strdup(cJSON_GetStringValue(driver));
    return machine->interrupt_driver || error_no_memory(err, driver->string, 0);
}

static bool parse(const cJSON *json, struct machine *machine, struct error *err)
{
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_USAGE, 0, "not a JSON object");
    if (!check_keys(json, "", err))
        return false;
    for (size_t i = 0; i < FIELDS_COUNT; i++) {
        const cJSON *value = find(json, fields[i].path);
        if (!field_fits(value, fields[i].type))
            return field_wrong(fields[i].path, value, fields[i].type, err);
        if (fields[i].offset != NOT_KEPT && !keep(&fields[i], value, machine, err))
            return false;
    }
    if (!find(json, "qemu.line_arguments") && !default_line_args(machine, err))
        return false;
    const cJSON *width = find(json, "pointer_size_bytes");
    return regions_read(find(json, "memory"), width ? field_size(width) : sizeof(uint32_t),
                        &machine->regions, err) &&
           check_bases(json, err) && keep_controller(json, machine, err);
}

static bool check_qemu_args(const struct machine *machine, struct error *err)
{
    if (!qemu_args_check((const char *const *)machine->qemu_args, err))
        return error_wrap(err, "\"qemu.arguments\"");
    return line_args_check((const char *const *)machine->line_args, machine->uart_driver, err);
}

bool machine_load_file(const char *path, struct machine *ret_machine, struct error *err)
{
    cJSON *json = NULL;
    if (!document_read(path, &json, err))
        return false;
    struct machine machine = {.name = NULL};
    bool parsed = ((parse(json, &machine, err) && check_qemu_args(&machine, err)) ||
                   error_wrap(err, "%s", path)) &&
                  toolchain_list_read(path, json, &machine.toolchains, err);
    cJSON_Delete(json);
    if (!parsed) {
        machine_dispose(&machine);
        return false;
    }
    machine.toolchain_prefix = toolchain_choose(&machine.toolchains)->prefix;
    *ret_machine = machine;
    return true;
}

void machine_dispose(struct machine *machine)
{
    free(machine->name);
    free(machine->description);
    free(machine->core);
    free(machine->floating_point);
    free(machine->qemu_program);
    free(machine->qemu_package);
    free(machine->qemu_machine);
    dispose_list(machine->qemu_args);
    dispose_list(machine->line_args);
    toolchain_list_dispose(&machine->toolchains);
    free(machine->model);
    free(machine->architecture);
    free(machine->uart_driver);
    free(machine->interrupt_driver);
    *machine = (struct machine){.name = NULL};
}
