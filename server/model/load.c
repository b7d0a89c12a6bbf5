#include "model/load.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/code/code.h"
#include "model/foreign.h"
#include "model/json_read.h"
#include "model/modules.h"
#include "model/order/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OLDEST_VERSION = 5, NEWEST_VERSION = 7 };

static bool read_version(const cJSON *json, int *ret_version, struct error *err)
{
    uint64_t version = UINT64_MAX;
    if (!json_read_size(json, "version", ERROR_MODEL, &version, err))
        return false;
    if (version == UINT64_MAX)
        return error_set(err, ERROR_MODEL, 0,
                         "\"version\": missing: not a Model Library Format description");
    if (version < OLDEST_VERSION || version > NEWEST_VERSION)
        return error_set(err, ERROR_MODEL, 0,
                         "\"version\": %llu: not supported (known are %d to %d, of TVM 0.8 to "
                         "0.18); export the model with one of those",
                         (unsigned long long)version, OLDEST_VERSION, NEWEST_VERSION);
    *ret_version = (int)version;
    return true;
}

/* {"NAME": {"dtype": "float32", "size": 256}, ...} */
static bool read_tensors(const cJSON *object, struct model_tensor **tensors, size_t *count,
                         struct error *err)
{
    const cJSON *item = NULL;
    if (*tensors || !cJSON_IsObject(object))
        return true;
    if (cJSON_GetArraySize(object) > TENSORS_MAX)
        return error_set(err, ERROR_MODEL, 0, "more than %d inputs or outputs", TENSORS_MAX);
    *tensors = calloc((size_t)cJSON_GetArraySize(object) + 1, sizeof(**tensors));
    if (!*tensors)
        return error_no_memory(err, "tensors", sizeof(**tensors));
    cJSON_ArrayForEach(item, object)
    {
        struct model_tensor *tensor = &(*tensors)[(*count)++];
        tensor->name = strdup(item->string);
        if (!tensor->name)
            return error_no_memory(err, "a tensor's name", strlen(item->string));
        if (!json_read_text(item, "dtype", ERROR_MODEL, &tensor->dtype, err) ||
            !json_read_size(item, "size", ERROR_MODEL, &tensor->size_bytes, err))
            return error_wrap(err, "tensor \"%.100s\"", item->string);
    }
    return true;
}

/* *sum += KEY's number in object, where there is one. */
static bool add_size(const cJSON *object, const char *key, uint64_t *sum, struct error *err)
{
    uint64_t size = 0;
    if (!json_read_size(object, key, ERROR_MODEL, &size, err))
        return false;
    if (*sum + size > JSON_SIZE_MAX)
        return error_set(err, ERROR_MODEL, 0, "\"%s\": more than %llu bytes in all", key,
                         JSON_SIZE_MAX);
    *sum += size;
    return true;
}

/* memory.functions.main has an entry per kind of device. Its sizes of everything but inputs and
 * outputs are not believed (memory/need.h). */
static bool read_main_memory(const cJSON *memory, struct model *model, struct error *err)
{
    const cJSON *functions = cJSON_GetObjectItemCaseSensitive(memory, "functions");
    const cJSON *entry = NULL;
    if (!cJSON_IsObject(functions))
        return error_set(err, ERROR_MODEL, 0, "\"memory\": no \"functions\" in it");
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(functions, "main"))
    {
        const cJSON *inputs = cJSON_GetObjectItemCaseSensitive(entry, "inputs");
        const cJSON *outputs = cJSON_GetObjectItemCaseSensitive(entry, "outputs");
        if (!read_tensors(inputs, &model->inputs, &model->inputs_count, err) ||
            !read_tensors(outputs, &model->outputs, &model->outputs_count, err))
            return error_wrap(err, "\"memory\": function main");
    }
    return true;
}

/* {"FUNCTION": [{"size_bytes": 256, ...}, ...], ...}: a caller of one function has its buffers. */
static bool read_operator_memory(const cJSON *memory, struct model *model, struct error *err)
{
    const cJSON *function = NULL;
    const cJSON *buffer = NULL;
    cJSON_ArrayForEach(function, memory)
    {
        uint64_t sum = 0;
        cJSON_ArrayForEach(buffer, function)
        {
            if (!add_size(buffer, "size_bytes", &sum, err))
                return error_wrap(err, "\"memory\"");
        }
        if (sum > model->io_size_bytes)
            model->io_size_bytes = sum;
    }
    return true;
}

/* The runtime that the code is for, of the version that wrote it: TVM 0.9 and later say it of AOT.
 * Anything else there is no error, for nothing is built by it. */
static bool read_tvm_version(const cJSON *module, struct model *model, struct error *err)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(module, "external_dependencies"))
    {
        const char *name =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "short_name"));
        const char *version =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "version_spec"));
        if (!name || !version || strcmp(name, "tvm_standalone_crt") != 0)
            continue;
        model->tvm_version = strdup(version);
        return model->tvm_version || error_no_memory(err, "TVM's version", strlen(version));
    }
    return true;
}

static bool read_metadata(const cJSON *json, const char *wanted, struct model *model,
                          struct error *err)
{
    const cJSON *module = NULL;
    if (!read_version(json, &model->version, err) ||
        !model_modules_read(json, wanted, model, &module, err) ||
        !read_tvm_version(module, model, err))
        return false;
    const cJSON *memory = cJSON_GetObjectItemCaseSensitive(module, "memory");
    return strcmp(model->executor, "operator") == 0 ? read_operator_memory(memory, model, err)
                                                    : read_main_memory(memory, model, err);
}

static bool load_metadata(const char *dir, const char *wanted, struct model *model,
                          struct error *err)
{
    cleanup_free char *path = file_path("%s/metadata.json", dir);
    cJSON *json = NULL;
    if (!path)
        return error_no_memory(err, "a path", strlen(dir));
    if (!json_read_file(path, ERROR_MODEL, &json, err)) {
        const char *kind = foreign_folder(dir);
        if (err->kind == ERROR_SYSTEM && (err->os == ENOENT || err->os == EISDIR))
            return error_set(err, ERROR_MODEL, 0,
                             "metadata.json: missing: not a Model Library Format archive%s%s",
                             kind ? " but " : "", kind ? kind : "");
        return false;
    }
    bool good = cJSON_IsObject(json)
                    ? read_metadata(json, wanted, model, err)
                    : error_set(err, ERROR_MODEL, 0, "not an object with the model's description");
    cJSON_Delete(json);
    return good || error_wrap(err, "metadata.json");
}

static bool load_code(const char *dir, struct model *model, struct error *err)
{
    struct model_code code;
    if (!model_code_scan(dir, model->modules_count > 1 ? model->name : NULL, &code, err))
        return false;
    model->system_lib = code.has_system_lib || code.has_objects;
    model->c_metadata = code.has_c_metadata || code.has_objects;
    model->linked_params = code.has_linked_params;
    model->c_interface = code.has_c_interface;
    model->needs_half = code.needs_half;
    bool good = code.has_code ||
                error_set(err, ERROR_MODEL, 0,
                          "no code of \"%s\" in it (codegen/host/src/*.c): compile the model with "
                          "TVM's \"c\" target and Runtime(\"crt\")",
                          model->name);
    good = good && model_order(dir, &code, model, err);
    model_code_dispose(&code);
    return good;
}

bool model_load_dir(const char *dir, const char *module, struct model *ret_model, struct error *err)
{
    struct model model = {0};
    if (!load_metadata(dir, module, &model, err) || !load_code(dir, &model, err)) {
        model_dispose(&model);
        return false;
    }
    *ret_model = model;
    return true;
}
