#include "model/model.h"

#include <stdlib.h>

static void free_modules(struct model_module *modules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(modules[i].name);
        free(modules[i].executor);
    }
    free(modules);
}

void model_dispose(struct model *model)
{
    free(model->name);
    free(model->executor);
    free(model->tvm_version);
    model_tensors_free(model->inputs, model->inputs_count);
    model_tensors_free(model->outputs, model->outputs_count);
    free(model->inputs_note);
    free(model->outputs_note);
    free_modules(model->modules, model->modules_count);
    *model = (struct model){0};
}
