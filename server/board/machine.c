#include "board/machine.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "board/qemu/qemu_args.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { FILE_LIMIT_BYTES = 64 * 1024, PATH_TEXT_BYTES = 128, VALUE_TEXT_BYTES = 80 };

/* Numbers in JSON are doubles: whole up to here. */
static const double WHOLE_MAX = 9007199254740992.0;

enum field_type {
    FIELD_TEXT,    /* not empty */
    FIELD_NOTE,    /* likewise; may be left out */
    FIELD_NAME,    /* letters, digits, '_', '-', '.': it becomes part of a path */
    FIELD_LIST,    /* of texts; may be empty, may be left out */
    FIELD_SIZE,    /* whole, at least 1 */
    FIELD_NUMBER,  /* whole, at least 0 */
    FIELD_ADDRESS, /* "0x4000c000" */
    FIELD_WIDTH,   /* 4 or 8; may be left out */
};

static const char *const type_texts[] = {
    [FIELD_TEXT] = "a text",
    [FIELD_NOTE] = "a text",
    [FIELD_NAME] = "a name of letters, digits, '_', '-' and '.'",
    [FIELD_LIST] = "a list of texts",
    [FIELD_SIZE] = "a whole number, at least 1",
    [FIELD_NUMBER] = "a whole number, at least 0",
    [FIELD_ADDRESS] = "an address like \"0x20000000\"",
    [FIELD_WIDTH] = "4 or 8",
};

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
    {"architecture", FIELD_NAME, NOT_KEPT},
    {"pointer_size_bytes", FIELD_WIDTH, NOT_KEPT},
    {"model", FIELD_TEXT, KEPT(model)},
    {"qemu.program", FIELD_TEXT, KEPT(qemu_program)},
    {"qemu.package", FIELD_TEXT, KEPT(qemu_package)},
    {"qemu.machine", FIELD_TEXT, KEPT(qemu_machine)},
    {"qemu.arguments", FIELD_LIST, KEPT(qemu_args)},
    {"memory.flash.origin", FIELD_ADDRESS, NOT_KEPT},
    {"memory.flash.size_bytes", FIELD_SIZE, KEPT(flash_size_bytes)},
    {"memory.ram.origin", FIELD_ADDRESS, NOT_KEPT},
    {"memory.ram.size_bytes", FIELD_SIZE, KEPT(ram_size_bytes)},
    {"memory.devices.origin", FIELD_ADDRESS, NOT_KEPT},
    {"memory.devices.size_bytes", FIELD_SIZE, NOT_KEPT},
    {"main_stack_size_bytes", FIELD_SIZE, NOT_KEPT},
    {"rpc_packet_size_bytes", FIELD_SIZE, KEPT(rpc_packet_size_bytes)},
    {"uart.driver", FIELD_NAME, KEPT(uart_driver)},
    {"uart.base", FIELD_ADDRESS, NOT_KEPT},
    {"uart.interrupt", FIELD_NUMBER, NOT_KEPT},
    {"timer.driver", FIELD_NAME, NOT_KEPT},
    {"timer.clock_hz", FIELD_SIZE, NOT_KEPT},
    {"halt.driver", FIELD_NAME, NOT_KEPT},
};

/* Objects with further keys that only their driver in the firmware knows. */
static const char *const open_objects[] = {"uart", "timer", "halt", "interrupt_controller"};

enum { FIELDS_COUNT = sizeof(fields) / sizeof(fields[0]) };
enum { OPEN_OBJECTS_COUNT = sizeof(open_objects) / sizeof(open_objects[0]) };

static bool is_name(const char *text)
{
    if (text[0] == '\0' || text[0] == '.')
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr("_-.", *text))
            return false;
    return true;
}

static bool is_address(const char *text)
{
    enum { DIGITS_MAX = 16, HEXADECIMAL = 16 };
    if (strncmp(text, "0x", 2) != 0)
        return false;
    size_t digits = strspn(text + 2, "0123456789abcdefABCDEF");
    return digits > 0 && digits <= DIGITS_MAX && text[2 + digits] == '\0';
}

static bool is_whole(const cJSON *value, double least)
{
    double number = cJSON_GetNumberValue(value);
    return cJSON_IsNumber(value) && number >= least && number <= WHOLE_MAX &&
           (double)(uint64_t)number == number;
}

static bool is_list(const cJSON *value)
{
    const cJSON *item = NULL;
    if (!value)
        return true;
    if (!cJSON_IsArray(value))
        return false;
    cJSON_ArrayForEach(item, value)
    {
        if (!cJSON_IsString(item))
            return false;
    }
    return true;
}

static bool fits(const cJSON *value, enum field_type type)
{
    const char *text = cJSON_GetStringValue(value);
    switch (type) {
    case FIELD_NOTE:
        return !value || (text && text[0] != '\0');
    case FIELD_TEXT:
        return text && text[0] != '\0';
    case FIELD_NAME:
        return text && is_name(text);
    case FIELD_ADDRESS:
        return text && is_address(text);
    case FIELD_SIZE:
        return is_whole(value, 1);
    case FIELD_NUMBER:
        return is_whole(value, 0);
    case FIELD_WIDTH:
        return !value || cJSON_GetNumberValue(value) == 4 || cJSON_GetNumberValue(value) == 8;
    case FIELD_LIST:
        return is_list(value);
    }
    return false;
}

/* "memory.ram.origin" from the outside in; NULL where nothing is. */
static const cJSON *find(const cJSON *json, const char *path)
{
    char part[PATH_TEXT_BYTES];
    while (json && *path) {
        size_t length = strcspn(path, ".");
        memcpy(part, path, length);
        part[length] = '\0';
        json = cJSON_GetObjectItemCaseSensitive(json, part);
        path += length + (path[length] == '.');
    }
    return json;
}

static bool wrong(const char *file, const char *path, const cJSON *value, enum field_type type,
                  struct error *err)
{
    char *shown = value ? cJSON_PrintUnformatted(value) : NULL;
    if (value)
        error_set(err, ERROR_USAGE, 0, "%s: \"%s\" is %.*s, but must be %s", file, path,
                  VALUE_TEXT_BYTES, shown ? shown : "?", type_texts[type]);
    else
        error_set(err, ERROR_USAGE, 0, "%s: \"%s\" is missing; it must be %s", file, path,
                  type_texts[type]);
    free(shown);
    return false;
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
    if (field->type == FIELD_SIZE) {
        *(uint64_t *)(void *)place = (uint64_t)cJSON_GetNumberValue(value);
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
static bool check_keys(const char *file, const cJSON *object, const char *above, struct error *err)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, object)
    {
        char path[PATH_TEXT_BYTES];
        int length = snprintf(path, sizeof(path), "%s%s%s", above, above[0] ? "." : "",
                              item->string ? item->string : "");
        if ((is_open(path) && cJSON_IsObject(item)) || strcmp(path, "$schema") == 0 ||
            strcmp(path, "toolchain") == 0) /* read on its own */
            continue;
        if (length >= (int)sizeof(path) || !is_known(path))
            return error_set(err, ERROR_USAGE, 0, "%s: \"%s\": no such field", file, path);
        if (cJSON_IsObject(item) && !check_keys(file, item, path, err))
            return false;
    }
    return true;
}

static bool parse(const char *file, const cJSON *json, struct machine *machine, struct error *err)
{
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_USAGE, 0, "%s: not a JSON object", file);
    if (!check_keys(file, json, "", err) ||
        !toolchain_list_read(file, json, &machine->toolchains, err))
        return false;
    machine->toolchain_prefix = toolchain_choose(&machine->toolchains)->prefix;
    for (size_t i = 0; i < FIELDS_COUNT; i++) {
        const cJSON *value = find(json, fields[i].path);
        if (!fits(value, fields[i].type))
            return wrong(file, fields[i].path, value, fields[i].type, err);
        if (fields[i].offset != NOT_KEPT && !keep(&fields[i], value, machine, err))
            return false;
    }
    return true;
}

static bool check_qemu_args(const char *file, const struct machine *machine, struct error *err)
{
    return qemu_args_check((const char *const *)machine->qemu_args, err) ||
           error_wrap(err, "%s: \"qemu.arguments\"", file);
}

bool machine_load_file(const char *path, struct machine *ret_machine, struct error *err)
{
    cleanup_free char *text = NULL;
    size_t size = 0;
    if (!file_read(path, FILE_LIMIT_BYTES, &text, &size, err))
        return false;
    const char *end = text;
    cJSON *json = cJSON_ParseWithLengthOpts(text, size + 1, &end, true);
    if (!json) {
        int line = 1;
        for (const char *at = text; at < end; at++)
            line += *at == '\n';
        return error_set(err, ERROR_USAGE, 0, "%s:%d: not JSON", path, line);
    }
    struct machine machine = {.name = NULL};
    bool parsed = parse(path, json, &machine, err) && check_qemu_args(path, &machine, err);
    cJSON_Delete(json);
    if (!parsed) {
        machine_dispose(&machine);
        return false;
    }
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
    toolchain_list_dispose(&machine->toolchains);
    free(machine->model);
    free(machine->uart_driver);
    *machine = (struct machine){.name = NULL};
}
