#include "project/types/standalone.h"

#include "project/types/mlperftiny.h"

#include <string.h>

static const char *const TYPES[] = {PROJECT_TYPE_STANDALONE, MLPERFTINY_TYPE};

bool standalone_is_type(const char *project_type)
{
    for (size_t i = 0; project_type && i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (strcmp(project_type, TYPES[i]) == 0)
            return true;
    return false;
}

/* Its buffers are made when the firmware is built. */
static bool check_tensors(const struct model_tensor *tensors, size_t count, const char *type,
                          struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!tensors[i].dtype || tensors[i].size_bytes == 0)
            return error_set(
                err, ERROR_MODEL, 0,
                "metadata.json does not say size and type of \"%s\", which project type \"%s\" "
                "needs: export the model with a newer TVM",
                tensors[i].name, type);
    return true;
}

bool standalone_check(const struct settings *settings, const struct model *model, struct error *err)
{
    const char *type = settings->project_type;
    if (!standalone_is_type(type))
        return true;
    if (strcmp(model->executor, "aot") != 0 || !model->c_interface)
        return error_set(err, ERROR_MODEL, 0,
                         "it is for the %s executor%s: project type \"%s\" needs "
                         "Executor(\"aot\", {\"interface-api\": \"c\", \"unpacked-api\": True})",
                         model->executor, model->c_interface ? "" : " and has no C interface",
                         type);
    return check_tensors(model->inputs, model->inputs_count, type, err) &&
           check_tensors(model->outputs, model->outputs_count, type, err) &&
           (strcmp(type, MLPERFTINY_TYPE) != 0 || mlperftiny_check(settings, model, err));
}
