#include "model/modules.h"

#include "model/json_read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_LENGTH = 128, MODULES_MAX = 64, NAMES_TEXT_SIZE = 400 };

/* The file itself describes the one model, or in version 7 each value in "modules" does. TVM
 * writes single operators without "modules" in version 7, too. */
static const cJSON *next_module(const cJSON *json, const cJSON *module)
{
    const cJSON *modules = cJSON_GetObjectItemCaseSensitive(json, "modules");
    if (module)
        return modules ? module->next : NULL;
    return modules ? modules->child : json;
}

/* The name becomes part of file names and of C names. */
static bool check_name(const char *name, struct error *err)
{
    size_t length = strlen(name);
    bool good = length > 0 && length <= NAME_MAX_LENGTH && *name != '.';
    for (const char *at = name; good && *at; at++)
        good = isalnum((unsigned char)*at) || strchr("_-.", *at);
    if (good)
        return true;
    return error_set(err, ERROR_MODEL, 0,
                     "\"model_name\": not 1 to %d letters, digits, '_', '-' and '.'",
                     NAME_MAX_LENGTH);
}

static bool read_executor(const cJSON *module, char **ret_executor, struct error *err)
{
    const cJSON *executors = cJSON_GetObjectItemCaseSensitive(module, "executors");
    const cJSON *style = cJSON_GetObjectItemCaseSensitive(module, "style");
    const cJSON *first = cJSON_IsArray(executors) ? executors->child : NULL;
    const char *executor = NULL;
    if (!first && cJSON_IsString(style) && strcmp(style->valuestring, "operator") == 0)
        executor = "operator";
    else if (!first || !cJSON_IsString(first))
        return error_set(err, ERROR_MODEL, 0, "\"executors\": names none");
    else if (strcmp(first->valuestring, "aot") == 0 || strcmp(first->valuestring, "graph") == 0)
        executor = first->valuestring;
    else
        return error_set(err, ERROR_MODEL, 0,
                         "\"executors\": \"%.100s\": not supported; compile the model with "
                         "Executor(\"aot\") or Executor(\"graph\")",
                         first->valuestring);
    *ret_executor = strdup(executor);
    return *ret_executor || error_no_memory(err, "the executor", strlen(executor));
}

static bool read_module(const cJSON *json, struct model *model, struct error *err)
{
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_MODEL, 0, "\"modules\": one is not an object");
    struct model_module *module = &model->modules[model->modules_count];
    ++model->modules_count;
    if (!json_read_text(json, "model_name", ERROR_MODEL, &module->name, err) ||
        !check_name(module->name, err) || !read_executor(json, &module->executor, err))
        return false;
    for (size_t i = 0; i + 1 < model->modules_count; i++)
        if (strcasecmp(model->modules[i].name, module->name) == 0)
            return error_set(err, ERROR_MODEL, 0, "\"modules\": two are called \"%s\"",
                             module->name);
    return true;
}

static bool read_modules(const cJSON *json, struct model *model, struct error *err)
{
    const cJSON *modules = cJSON_GetObjectItemCaseSensitive(json, "modules");
    int count = modules ? cJSON_GetArraySize(modules) : 1;
    if (count < 1 || (modules && !cJSON_IsObject(modules)))
        return error_set(err, ERROR_MODEL, 0, "\"modules\": holds no model");
    if (count > MODULES_MAX)
        return error_set(err, ERROR_MODEL, 0, "\"modules\": %d models, at most %d are supported",
                         count, MODULES_MAX);
    model->modules = calloc((size_t)count, sizeof(*model->modules));
    if (!model->modules)
        return error_no_memory(err, "models", (size_t)count * sizeof(*model->modules));
    const cJSON *at = NULL;
    for (int i = 0; i < count; i++) {
        at = next_module(json, at);
        if (!read_module(at, model, err))
            return false;
    }
    return true;
}

/* "a, b, c", shortened. */
static const char *list_names(const struct model *model, char text[NAMES_TEXT_SIZE])
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < model->modules_count; i++) {
        const char *name = model->modules[i].name;
        if (length + strlen(name) + sizeof(", ...") > NAMES_TEXT_SIZE) {
            snprintf(text + length, NAMES_TEXT_SIZE - length, "%s...", length ? ", " : "");
            break;
        }
        length += (size_t)snprintf(text + length, NAMES_TEXT_SIZE - length, "%s%s",
                                   length ? ", " : "", name);
    }
    return text;
}

bool model_modules_read(const cJSON *json, const char *wanted, struct model *model,
                        const cJSON **ret_module, struct error *err)
{
    char names[NAMES_TEXT_SIZE];
    size_t index = 0;
    if (!read_modules(json, model, err))
        return false;
    while (wanted && index < model->modules_count &&
           strcmp(model->modules[index].name, wanted) != 0)
        index++;
    if (index == model->modules_count)
        return error_set(err, ERROR_USAGE, 0,
                         "option module: \"%.100s\": no such model in the archive (it holds: %s)",
                         wanted, list_names(model, names));
    const cJSON *module = next_module(json, NULL);
    for (size_t i = 0; i < index; i++)
        module = next_module(json, module);
    model->name = strdup(model->modules[index].name);
    model->executor = strdup(model->modules[index].executor);
    if (!model->name || !model->executor)
        return error_no_memory(err, "a model's name", strlen(model->modules[index].name));
    *ret_module = module;
    return true;
}
