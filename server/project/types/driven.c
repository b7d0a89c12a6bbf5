#include "project/types/driven.h"

#include "project/settings.h"

#include <string.h>

/* Such a table and the C interface exclude each other: there are two ways out. */
static bool refuse_library(const struct model *model, struct error *err)
{
    bool is_aot = strcmp(model->executor, "aot") == 0;
    error_set(err, ERROR_MODEL, 0,
              "it has no table of its functions, which project type \"%s\" needs: compile the "
              "model with %sRuntime(\"crt\", {\"system-lib\": True})",
              PROJECT_TYPE_DEFAULT, is_aot ? "Executor(\"aot\") and " : "");
    if (!is_aot)
        return false;
    return error_append(err, "or take project type \"%s\", which calls a model's C interface%s",
                        PROJECT_TYPE_STANDALONE,
                        model->c_interface
                            ? ""
                            : ": compile it with Executor(\"aot\", {\"interface-api\": \"c\", "
                              "\"unpacked-api\": True}) and Runtime(\"crt\")");
}

bool driven_check(const char *project_type, const struct model *model, struct error *err)
{
    if (project_type && strcmp(project_type, PROJECT_TYPE_DEFAULT) != 0)
        return true;
    if (!model->system_lib)
        return refuse_library(model, err);
    if (!model->c_metadata && strcmp(model->executor, "aot") == 0)
        return error_set(err, ERROR_MODEL, 0,
                         "its AOT code does not describe its tensors (get_c_metadata), which "
                         "project type \"%s\" needs: compile the model with TVM 0.9 or later and "
                         "the packed interface, or with Executor(\"graph\")",
                         PROJECT_TYPE_DEFAULT);
    return true;
}
