#include "project/standalone.h"

#include <string.h>

static const char PROJECT_TYPE[] = "aot_standalone_demo";

/* Its buffers are made when the firmware is built. */
static bool check_tensors(const struct model_tensor *tensors, size_t count,
                          const char *archive_path, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!tensors[i].dtype || tensors[i].size_bytes == 0)
            return error_set(
                err, ERROR_MODEL, 0,
                "model archive %s: metadata.json does not say size and type of \"%s\", "
                "which project type \"%s\" needs: export the model with a newer TVM",
                archive_path, tensors[i].name, PROJECT_TYPE);
    return true;
}

bool standalone_check(const char *project_type, const struct model *model, const char *archive_path,
                      struct error *err)
{
    if (!project_type || strcmp(project_type, PROJECT_TYPE) != 0)
        return true;
    if (strcmp(model->executor, "aot") != 0 || !model->c_interface)
        return error_set(err, ERROR_MODEL, 0,
                         "model archive %s: it is for the %s executor%s: project type \"%s\" needs "
                         "Executor(\"aot\", {\"interface-api\": \"c\", \"unpacked-api\": True})",
                         archive_path, model->executor,
                         model->c_interface ? "" : " and has no C interface", PROJECT_TYPE);
    return check_tensors(model->inputs, model->inputs_count, archive_path, err) &&
           check_tensors(model->outputs, model->outputs_count, archive_path, err);
}
