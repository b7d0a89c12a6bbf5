/* What was run, and with what. */
#include "commands/run/document/sections.h"

#include "base/text.h"
#include "commands/document/value.h"
#include "project/settings.h"

#include <stdlib.h>
#include <string.h>

/* The archive does not always say it: then it is as the board told, of a tensor of that name. */
static cJSON *shape_of(const struct model_tensor *tensor, const struct model_port *ports,
                       size_t count)
{
    if (tensor->has_shape)
        return document_shape(tensor->shape, tensor->ndim);
    for (size_t i = 0; i < count; i++)
        if (strcmp(ports[i].name, tensor->name) == 0)
            return document_shape(ports[i].type.shape, ports[i].type.ndim);
    return cJSON_CreateNull();
}

static cJSON *tensor_of(const struct model_tensor *tensor, const struct model_port *ports,
                        size_t count)
{
    cJSON *object = cJSON_CreateObject();
    bool good = object && document_add(object, "name", document_text(tensor->name)) &&
                document_add(object, "shape", shape_of(tensor, ports, count)) &&
                document_add(object, "type", document_text(tensor->dtype));
    return document_finish(object, good);
}

static cJSON *tensors_of(const struct model_tensor *tensors, size_t count,
                         const struct model_port *ports, size_t ports_count)
{
    cJSON *array = cJSON_CreateArray();
    bool good = array != NULL;
    for (size_t i = 0; good && i < count; i++) {
        cJSON *tensor = tensor_of(&tensors[i], ports, ports_count);
        good = tensor && cJSON_AddItemToArray(array, tensor);
    }
    return document_finish(array, good);
}

static bool add_nulls(cJSON *object, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!cJSON_AddNullToObject(object, keys[i]))
            return false;
    return true;
}

/* How the model's function is called; NULL: there is none, but a graph or single functions. */
static const char *interface_of(const struct model *model)
{
    if (strcmp(model->executor, "aot") != 0)
        return NULL;
    return model->c_interface ? "c" : "packed";
}

static bool add_model(cJSON *object, const struct manifest *manifest,
                      const struct device_model *device)
{
    const struct model *model = &manifest->model;
    const char *type = manifest->settings.project_type;
    return document_add(object, "name", document_text(model->name)) &&
           document_add(object, "tvm_version", document_text(model->tvm_version)) &&
           document_add(object, "format_version", cJSON_CreateNumber(model->version)) &&
           document_add(object, "executor", document_text(model->executor)) &&
           document_add(object, "interface", document_text(interface_of(model))) &&
           document_add(object, "project_type",
                        document_text(type ? type : PROJECT_TYPE_DEFAULT)) &&
           document_add(object, "inputs",
                        tensors_of(model->inputs, model->inputs_count, device->inputs,
                                   device->inputs_count)) &&
           document_add(object, "outputs",
                        tensors_of(model->outputs, model->outputs_count, device->outputs,
                                   device->outputs_count));
}

cJSON *section_model(const char *path, const struct manifest *manifest,
                     const struct device_model *device)
{
    static const char *const KEYS[] = {"name",      "tvm_version",  "format_version", "executor",
                                       "interface", "project_type", "inputs",         "outputs"};
    cJSON *object = cJSON_CreateObject();
    bool good = object && document_add(object, "path", document_text(path)) &&
                (manifest->model.name ? add_model(object, manifest, device)
                                      : add_nulls(object, KEYS, sizeof(KEYS) / sizeof(KEYS[0])));
    return document_finish(object, good);
}

static bool add_machine(cJSON *object, const struct machine *machine)
{
    return document_add(object, "core", document_text(machine->core)) &&
           document_add(object, "floating_point", document_text(machine->floating_point)) &&
           document_add(object, "machine", document_text(machine->qemu_machine)) &&
           document_add(object, "flash_size_bytes",
                        document_size(regions_code(&machine->regions)->size_bytes)) &&
           document_add(object, "ram_size_bytes",
                        document_size(regions_writable_bytes(&machine->regions)));
}

cJSON *section_board(const char *name, const struct machine *machine)
{
    static const char *const KEYS[] = {"core", "floating_point", "machine", "flash_size_bytes",
                                       "ram_size_bytes"};
    cJSON *object = cJSON_CreateObject();
    bool good = object &&
                document_add(object, "name", document_text(machine->name ? machine->name : name)) &&
                (machine->name ? add_machine(object, machine)
                               : add_nulls(object, KEYS, sizeof(KEYS) / sizeof(KEYS[0])));
    return document_finish(object, good);
}

cJSON *section_versions(const struct section_versions *versions)
{
    cJSON *object = cJSON_CreateObject();
    bool good = object &&
                document_add(object, "microtvm_qemu", document_text(MICROTVM_QEMU_VERSION)) &&
                document_add(object, "qemu", document_text(versions->qemu)) &&
                document_add(object, "compiler", document_text(versions->compiler)) &&
                document_add(object, "crt", document_text(versions->crt));
    return document_finish(object, good);
}

/* One that was given twice has its last value, as it had in effect. */
static bool add_option(cJSON *object, const char *name, const char *value)
{
    const struct printable shown = printable(name);
    cJSON *text = document_text(value);
    if (text && cJSON_GetObjectItemCaseSensitive(object, shown.text))
        return cJSON_ReplaceItemInObjectCaseSensitive(object, shown.text, text);
    return document_add(object, shown.text, text);
}

cJSON *section_options(const struct run_args *args)
{
    cJSON *object = cJSON_CreateObject();
    bool good = object != NULL;
    for (size_t i = 0; good && i < args->options.count; i++) {
        const char *text = args->options.texts[i];
        char *name = strndup(text, strcspn(text, "="));
        good = name && add_option(object, name, strchr(text, '=') + 1);
        free(name);
    }
    if (good && args->project_type)
        good = add_option(object, "project_type", args->project_type);
    return document_finish(object, good);
}
