#include "project/types/driven.h"

#include "project/settings.h"

#include <string.h>

bool driven_check(const char *project_type, const struct model *model, struct error *err)
{
    if (project_type && strcmp(project_type, PROJECT_TYPE_DEFAULT) != 0)
        return true;
    if (!model->system_lib)
        return error_set(err, ERROR_MODEL, 0,
                         "it has no table of its functions, which project type \"%s\" needs: "
                         "compile the model with Runtime(\"crt\", {\"system-lib\": True})",
                         PROJECT_TYPE_DEFAULT);
    if (!model->c_metadata && strcmp(model->executor, "aot") == 0)
        return error_set(err, ERROR_MODEL, 0,
                         "its AOT code does not describe its tensors (get_c_metadata), which "
                         "project type \"%s\" needs: compile the model with TVM 0.9 or later and "
                         "the packed interface, or with Executor(\"graph\")",
                         PROJECT_TYPE_DEFAULT);
    return true;
}
