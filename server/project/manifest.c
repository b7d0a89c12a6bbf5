#include "project/manifest.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/json_read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MANIFEST_FORMAT = 1 };

static bool add_shape(cJSON *item, const struct model_tensor *tensor)
{
    cJSON *shape = cJSON_AddArrayToObject(item, "shape");
    for (int i = 0; shape && i < tensor->ndim; i++)
        if (!cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)tensor->shape[i])))
            return false;
    return shape != NULL;
}

static cJSON *tensors_to_json(const struct model_tensor *tensors, size_t count)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; array && i < count; i++) {
        cJSON *item = cJSON_CreateObject();
        bool good =
            item && cJSON_AddStringToObject(item, "name", tensors[i].name) &&
            (!tensors[i].dtype || cJSON_AddStringToObject(item, "dtype", tensors[i].dtype)) &&
            cJSON_AddNumberToObject(item, "size_bytes", (double)tensors[i].size_bytes) &&
            (!tensors[i].has_shape || add_shape(item, &tensors[i])) &&
            (!tensors[i].unwritten || cJSON_AddTrueToObject(item, "unwritten")) &&
            cJSON_AddItemToArray(array, item);
        if (!good) {
            cJSON_Delete(item);
            cJSON_Delete(array);
            return NULL;
        }
    }
    return array;
}

static cJSON *modules_to_json(const struct model_module *modules, size_t count)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; array && i < count; i++) {
        cJSON *item = cJSON_CreateObject();
        if (!item || !cJSON_AddStringToObject(item, "name", modules[i].name) ||
            !cJSON_AddStringToObject(item, "executor", modules[i].executor) ||
            !cJSON_AddItemToArray(array, item)) {
            cJSON_Delete(item);
            cJSON_Delete(array);
            return NULL;
        }
    }
    return array;
}

/* Takes item, also where it fails. */
static bool add_item(cJSON *json, const char *key, cJSON *item)
{
    if (item && cJSON_AddItemToObject(json, key, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static bool model_to_json(const struct model *model, cJSON *json)
{
    return cJSON_AddStringToObject(json, "name", model->name) &&
           cJSON_AddStringToObject(json, "executor", model->executor) &&
           cJSON_AddNumberToObject(json, "version", model->version) &&
           (!model->tvm_version ||
            cJSON_AddStringToObject(json, "tvm_version", model->tvm_version)) &&
           cJSON_AddBoolToObject(json, "c_interface", model->c_interface) &&
           cJSON_AddBoolToObject(json, "system_lib", model->system_lib) &&
           cJSON_AddBoolToObject(json, "c_metadata", model->c_metadata) &&
           cJSON_AddBoolToObject(json, "linked_params", model->linked_params) &&
           cJSON_AddNumberToObject(json, "io_size_bytes", (double)model->io_size_bytes) &&
           add_item(json, "inputs", tensors_to_json(model->inputs, model->inputs_count)) &&
           add_item(json, "outputs", tensors_to_json(model->outputs, model->outputs_count)) &&
           (!model->inputs_note ||
            cJSON_AddStringToObject(json, "inputs_note", model->inputs_note)) &&
           (!model->outputs_note ||
            cJSON_AddStringToObject(json, "outputs_note", model->outputs_note)) &&
           add_item(json, "modules", modules_to_json(model->modules, model->modules_count));
}

static cJSON *placement_to_json(const struct part_regions *placement)
{
    cJSON *json = cJSON_CreateObject();
    bool good = json != NULL;
    for (unsigned part = 0; good && part < PARTS; part++)
        if (placement->names[part][0])
            good = cJSON_AddStringToObject(json, part_name(part), placement->names[part]) != NULL;
    if (good)
        return json;
    cJSON_Delete(json);
    return NULL;
}

static cJSON *memory_to_json(const struct manifest *manifest)
{
    const struct memory_need *need = &manifest->need;
    cJSON *json = cJSON_CreateObject();
    if (json && cJSON_AddNumberToObject(json, "heap_size_bytes", (double)need->heap_bytes) &&
        cJSON_AddNumberToObject(json, "workspace_bytes", (double)need->workspace_bytes) &&
        cJSON_AddNumberToObject(json, "ndim_most", need->ndim_most) &&
        add_item(json, "placement", placement_to_json(&manifest->placement)))
        return json;
    cJSON_Delete(json);
    return NULL;
}

static bool manifest_to_json(const struct manifest *manifest, cJSON *json, struct error *err)
{
    cJSON *options = NULL;
    cJSON *generated = NULL;
    if (!settings_to_json(&manifest->settings, &options, err))
        return false;
    if (!settings_to_json(manifest->is_generated ? &manifest->generated : &manifest->settings,
                          &generated, err)) {
        cJSON_Delete(options);
        return false;
    }
    cJSON *model = cJSON_CreateObject();
    bool good =
        cJSON_AddNumberToObject(json, "format", MANIFEST_FORMAT) &&
        cJSON_AddStringToObject(json, "generator", "microtvm-qemu " MICROTVM_QEMU_VERSION) &&
        (!manifest->crt_source ||
         cJSON_AddStringToObject(json, "crt_source", manifest->crt_source)) &&
        (!manifest->debug_executor || cJSON_AddTrueToObject(json, "debug_executor"));
    good = add_item(json, "model", model) && good && model_to_json(&manifest->model, model);
    good = add_item(json, "memory", memory_to_json(manifest)) && good;
    good = add_item(json, "options", options) && good;
    good = add_item(json, "generated", generated) && good;
    return good || error_no_memory(err, "project.json", sizeof(*manifest));
}

/* Memory that cJSON gave. */
static void free_json_text(char **text)
{
    cJSON_free(*text);
}

bool manifest_save(const char *project_dir, const struct manifest *manifest, struct error *err)
{
    cleanup_free char *path = file_path("%s/project.json", project_dir);
    cJSON *json = cJSON_CreateObject();
    if (!path || !json) {
        cJSON_Delete(json);
        return error_no_memory(err, "project.json", sizeof(*manifest));
    }
    bool good = manifest_to_json(manifest, json, err);
    __attribute__((cleanup(free_json_text))) char *text = good ? cJSON_Print(json) : NULL;
    cJSON_Delete(json);
    if (good && !text)
        return error_no_memory(err, "project.json", sizeof(*manifest));
    return good && file_write_if_new(path, text, err);
}

static bool shape_from_json(const cJSON *shape, struct model_tensor *tensor, struct error *err)
{
    const cJSON *extent = NULL;
    tensor->has_shape = shape != NULL;
    cJSON_ArrayForEach(extent, shape)
    {
        if (tensor->ndim == MODEL_TENSOR_MAX_NDIM || !cJSON_IsNumber(extent) ||
            extent->valuedouble < 0 || extent->valuedouble > (double)JSON_SIZE_MAX)
            return error_set(err, ERROR_USAGE, 0, "\"shape\": not at most %d sizes",
                             MODEL_TENSOR_MAX_NDIM);
        tensor->shape[tensor->ndim++] = (int64_t)extent->valuedouble;
    }
    return true;
}

static bool tensors_from_json(const cJSON *array, struct model_tensor **tensors, size_t *count,
                              struct error *err)
{
    const cJSON *item = NULL;
    if (!cJSON_IsArray(array))
        return error_set(err, ERROR_USAGE, 0, "not a list");
    *tensors = calloc((size_t)cJSON_GetArraySize(array) + 1, sizeof(**tensors));
    if (!*tensors)
        return error_no_memory(err, "tensors", sizeof(**tensors));
    cJSON_ArrayForEach(item, array)
    {
        struct model_tensor *tensor = &(*tensors)[(*count)++];
        if (!json_read_text(item, "name", ERROR_USAGE, &tensor->name, err) ||
            (cJSON_HasObjectItem(item, "dtype") &&
             !json_read_text(item, "dtype", ERROR_USAGE, &tensor->dtype, err)) ||
            !json_read_size(item, "size_bytes", ERROR_USAGE, &tensor->size_bytes, err) ||
            !shape_from_json(cJSON_GetObjectItemCaseSensitive(item, "shape"), tensor, err) ||
            !json_read_flag(item, "unwritten", ERROR_USAGE, &tensor->unwritten, err))
            return false;
    }
    return true;
}

static bool read_tensors(const cJSON *json, const char *key, struct model_tensor **tensors,
                         size_t *count, struct error *err)
{
    return tensors_from_json(cJSON_GetObjectItemCaseSensitive(json, key), tensors, count, err) ||
           error_wrap(err, "\"%s\"", key);
}

/* A text that may be missing. */
static bool read_note(const cJSON *json, const char *key, char **ret_note, struct error *err)
{
    return !cJSON_HasObjectItem(json, key) || json_read_text(json, key, ERROR_USAGE, ret_note, err);
}

static bool modules_from_json(const cJSON *array, struct model *model, struct error *err)
{
    const cJSON *item = NULL;
    if (!cJSON_IsArray(array))
        return error_set(err, ERROR_USAGE, 0, "\"modules\": not a list");
    model->modules = calloc((size_t)cJSON_GetArraySize(array) + 1, sizeof(*model->modules));
    if (!model->modules)
        return error_no_memory(err, "models", sizeof(*model->modules));
    cJSON_ArrayForEach(item, array)
    {
        struct model_module *module = &model->modules[model->modules_count++];
        if (!json_read_text(item, "name", ERROR_USAGE, &module->name, err) ||
            !json_read_text(item, "executor", ERROR_USAGE, &module->executor, err))
            return error_wrap(err, "\"modules\"");
    }
    return true;
}

static bool model_from_json(const cJSON *json, struct model *model, struct error *err)
{
    uint64_t version = 0;
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_USAGE, 0, "not an object");
    if (!json_read_text(json, "name", ERROR_USAGE, &model->name, err) ||
        !json_read_text(json, "executor", ERROR_USAGE, &model->executor, err) ||
        !json_read_size(json, "version", ERROR_USAGE, &version, err) ||
        !read_note(json, "tvm_version", &model->tvm_version, err) ||
        !json_read_flag(json, "c_interface", ERROR_USAGE, &model->c_interface, err) ||
        !json_read_flag(json, "system_lib", ERROR_USAGE, &model->system_lib, err) ||
        !json_read_flag(json, "c_metadata", ERROR_USAGE, &model->c_metadata, err) ||
        !json_read_flag(json, "linked_params", ERROR_USAGE, &model->linked_params, err) ||
        !json_read_size(json, "io_size_bytes", ERROR_USAGE, &model->io_size_bytes, err) ||
        !read_tensors(json, "inputs", &model->inputs, &model->inputs_count, err) ||
        !read_tensors(json, "outputs", &model->outputs, &model->outputs_count, err) ||
        !read_note(json, "inputs_note", &model->inputs_note, err) ||
        !read_note(json, "outputs_note", &model->outputs_note, err) ||
        !modules_from_json(cJSON_GetObjectItemCaseSensitive(json, "modules"), model, err))
        return false;
    model->version = (int)version;
    return true;
}

static bool manifest_from_json(const cJSON *json, struct manifest *manifest, struct error *err)
{
    uint64_t format = 0;
    if (!json_read_size(json, "format", ERROR_USAGE, &format, err))
        return false;
    if (format != MANIFEST_FORMAT)
        return error_set(err, ERROR_USAGE, 0,
                         "\"format\": not %d; generate the project anew with this program",
                         MANIFEST_FORMAT);
    if (cJSON_HasObjectItem(json, "crt_source") &&
        !json_read_text(json, "crt_source", ERROR_USAGE, &manifest->crt_source, err))
        return false;
    if (!model_from_json(cJSON_GetObjectItemCaseSensitive(json, "model"), &manifest->model, err))
        return error_wrap(err, "\"model\"");
    const cJSON *need = cJSON_GetObjectItemCaseSensitive(json, "memory");
    if (cJSON_HasObjectItem(need, "workspace_bytes") &&
        !json_read_size(need, "workspace_bytes", ERROR_USAGE, &manifest->need.workspace_bytes, err))
        return error_wrap(err, "\"memory\"");
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(json, "options");
    const cJSON *generated = cJSON_GetObjectItemCaseSensitive(json, "generated");
    manifest->is_generated = true;
    return settings_from_json(options, &manifest->settings, err) &&
           settings_from_json(generated ? generated : options, &manifest->generated, err);
}

bool manifest_load(const char *project_dir, struct manifest *ret_manifest, struct error *err)
{
    cleanup_free char *path = file_path("%s/project.json", project_dir);
    struct manifest manifest = {0};
    cJSON *json = NULL;
    if (!path)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (!json_read_file(path, ERROR_USAGE, &json, err))
        return false;
    settings_init(&manifest.settings);
    settings_init(&manifest.generated);
    bool good = manifest_from_json(json, &manifest, err);
    cJSON_Delete(json);
    if (!good) {
        manifest_dispose(&manifest);
        return error_wrap(err, "%s", path);
    }
    *ret_manifest = manifest;
    return true;
}

bool manifest_forget_build(struct manifest *manifest, struct error *err)
{
    struct settings copy;
    cJSON *json = NULL;
    settings_init(&copy);
    bool good =
        settings_to_json(&manifest->generated, &json, err) && settings_from_json(json, &copy, err);
    cJSON_Delete(json);
    if (good) {
        settings_dispose(&manifest->settings);
        manifest->settings = copy;
    } else {
        settings_dispose(&copy);
    }
    return good;
}

bool manifest_exists(const char *project_dir)
{
    cleanup_free char *path = file_path("%s/project.json", project_dir);
    return path && access(path, F_OK) == 0;
}

void manifest_dispose(struct manifest *manifest)
{
    free(manifest->crt_source);
    manifest->crt_source = NULL;
    model_dispose(&manifest->model);
    settings_dispose(&manifest->settings);
    settings_dispose(&manifest->generated);
}
