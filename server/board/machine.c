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
    bool may_lack;
};

#define KEPT(member) (int)offsetof(struct machine, member)

/* All that a definition may say; what only one driver reads may lack, and project/board_file sees
 * that the driver has it. board.schema.json says the same to editors. */
static const struct field fields[] = {
    {"$schema", FIELD_ANY, NOT_KEPT, true},
    {"name", FIELD_NAME, KEPT(name), false},
    {"description", FIELD_TEXT, KEPT(description), false},
    {"core", FIELD_TEXT, KEPT(core), true},
    {"floating_point", FIELD_TEXT, KEPT(floating_point), true},
    {"architecture", FIELD_NAME, KEPT(architecture), false},
    {"pointer_size_bytes", FIELD_WIDTH, NOT_KEPT, true},
    {"model", FIELD_TEXT, KEPT(model), false},
    {"qemu.program", FIELD_TEXT, KEPT(qemu_program), false},
    {"qemu.package", FIELD_TEXT, KEPT(qemu_package), false},
    {"qemu.machine", FIELD_TEXT, KEPT(qemu_machine), false},
    {"qemu.arguments", FIELD_LIST, KEPT(qemu_args), false},
    {"qemu.line_arguments", FIELD_LIST, KEPT(line_args), false},
    {"toolchain", FIELD_ANY, NOT_KEPT, true},      /* toolchain_list_read takes these, */
    {"memory.regions", FIELD_ANY, NOT_KEPT, true}, /* regions_read those */
    {"memory.devices.origin", FIELD_ANY, NOT_KEPT, true},
    {"memory.devices.size_bytes", FIELD_ANY, NOT_KEPT, true},
    {"main_stack_size_bytes", FIELD_STACK, NOT_KEPT, false},
    {"rpc_packet_size_bytes", FIELD_PACKET, KEPT(rpc_packet_size_bytes), false},
    {"uart.driver", FIELD_NAME, KEPT(uart_driver), false},
    {"uart.base", FIELD_ADDRESS, KEPT(uart_base), false},
    {"uart.interrupt", FIELD_INTERRUPT, KEPT(uart_interrupt), false},
    {"uart.clock_hz", FIELD_SIZE, NOT_KEPT, true},
    {"timer.driver", FIELD_NAME, NOT_KEPT, false},
    {"timer.base", FIELD_ADDRESS, NOT_KEPT, true},
    {"timer.clock_hz", FIELD_SIZE, NOT_KEPT, false},
    {"interrupt_controller.driver", FIELD_NAME, KEPT(interrupt_driver), true},
    {"interrupt_controller.base", FIELD_ADDRESS, KEPT(interrupt_base), true},
    {"interrupt_controller.cpu_base", FIELD_ADDRESS, NOT_KEPT, true},
    {"interrupt_controller.redistributor_base", FIELD_ADDRESS, NOT_KEPT, true},
    {"interrupt_controller.reset_vectors", FIELD_ADDRESS, NOT_KEPT, true},
    {"halt.driver", FIELD_NAME, NOT_KEPT, false},
    {"halt.base", FIELD_ADDRESS, NOT_KEPT, true},
};

enum { FIELDS_COUNT = sizeof(fields) / sizeof(fields[0]) };

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
    if (cJSON_IsNumber(value) || field->type == FIELD_ADDRESS) {
        *(uint64_t *)(void *)place =
            cJSON_IsNumber(value) ? field_size(value) : field_address(value);
        return true;
    }
    void *copy = field->type == FIELD_LIST ? (void *)copy_list(value)
                                           : (void *)strdup(cJSON_GetStringValue(value));
    *(void **)(void *)place = copy;
    return copy || error_no_memory(err, field->path, sizeof(struct machine));
}

/* What fields there are at a path, or below it. */
enum known { KNOWN_NOT, KNOWN_FIELD, KNOWN_OBJECT };

static enum known known_as(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < FIELDS_COUNT; i++) {
        if (strncmp(fields[i].path, path, length) != 0)
            continue;
        if (fields[i].path[length] == '\0')
            return KNOWN_FIELD;
        if (fields[i].path[length] == '.')
            return KNOWN_OBJECT;
    }
    return KNOWN_NOT;
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
        enum known known = length < (int)sizeof(path) ? known_as(path) : KNOWN_NOT;
        if (known == KNOWN_NOT)
            return error_set(err, ERROR_USAGE, 0, "\"%s\": no such field", path);
        if (known == KNOWN_OBJECT && !cJSON_IsObject(item))
            return field_must_be(path, item, "an object", err);
        if (known == KNOWN_OBJECT && !check_keys(item, path, err))
            return false;
    }
    return true;
}

/* Registers outside of what the firmware may reach: a fault at the first access to them. */
static bool check_base(const cJSON *json, const char *path, const cJSON *base, struct error *err)
{
    uint64_t origin = field_address(find(json, "memory.devices.origin"));
    uint64_t size_bytes = field_size(find(json, "memory.devices.size_bytes"));
    uint64_t address = field_address(base);
    if (address >= origin && address - origin < size_bytes)
        return true;
    return error_set(err, ERROR_USAGE, 0,
                     "\"%s\" is \"%s\", which the firmware can't reach: memory.devices is from "
                     "0x%" PRIx64 " to 0x%" PRIx64,
                     path, base->valuestring, origin, origin + size_bytes - 1);
}

/* "base", and each "..._base". */
static bool check_bases(const cJSON *json, struct error *err)
{
    static const char ending[] = "base";
    const size_t length = sizeof(ending) - 1;
    for (size_t i = 0; i < FIELDS_COUNT; i++) {
        const char *path = fields[i].path;
        const cJSON *base = find(json, path);
        if (base && strcmp(path + strlen(path) - length, ending) == 0 &&
            !check_base(json, path, base, err))
            return false;
    }
    return true;
}

/* Two words of the linker's, which nothing else may be in the way of. */
static bool check_reset_vectors(const cJSON *json, const struct machine *machine, struct error *err)
{
    static const char path[] = "interrupt_controller.reset_vectors";
    enum { SIZE_BYTES = 8 };
    const cJSON *value = find(json, path);
    if (!value)
        return true;
    if (strcmp(machine->architecture, "cortex_m") != 0)
        return error_set(err, ERROR_USAGE, 0, "\"%s\": for architecture \"cortex_m\" alone", path);
    uint64_t address = field_address(value);
    if (address % sizeof(uint32_t) != 0 || address > UINT32_MAX - SIZE_BYTES + 1)
        return field_must_be(path, value, "a multiple of 4, of 32 bits", err);
    for (size_t i = 0; i < machine->regions.count; i++) {
        const struct region *region = &machine->regions.items[i];
        if (address + SIZE_BYTES > region->origin && address < region->origin + region->size_bytes)
            return error_set(err, ERROR_USAGE, 0,
                             "\"%s\" is \"%s\", which is within memory.regions[%zu], %s: it is for "
                             "a core that looks elsewhere; leave it out where code begins there",
                             path, value->valuestring, i, region->name);
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

static bool parse(const cJSON *json, struct machine *machine, struct error *err)
{
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_USAGE, 0, "not a JSON object");
    if (!check_keys(json, "", err))
        return false;
    for (size_t i = 0; i < FIELDS_COUNT; i++) {
        const cJSON *value = find(json, fields[i].path);
        if (!value && fields[i].may_lack)
            continue;
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
           check_bases(json, err) && check_reset_vectors(json, machine, err);
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
