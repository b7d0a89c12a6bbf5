#include "model/order.h"

#include "model/graph.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strverscmp(((const struct model_tensor *)a)->name,
                      ((const struct model_tensor *)b)->name);
}

/* Move the tensor that is called name, among those from `from` on, to place `from`. */
static bool move_up(struct model_tensor *tensors, size_t count, size_t from, const char *name)
{
    for (size_t i = from; i < count; i++) {
        if (!model_names_match(tensors[i].name, name))
            continue;
        struct model_tensor found = tensors[i];
        tensors[i] = tensors[from];
        tensors[from] = found;
        return true;
    }
    return false;
}

/* Names that are not the same set say nothing about the order: TVM calls a single output "output"
 * here and "output0" there. */
static void order_by(const struct name_list *names, struct model_tensor *tensors, size_t count)
{
    if (count)
        qsort(tensors, count, sizeof(*tensors), by_name);
    bool matches = names->count == count;
    for (size_t i = 0; matches && i < count; i++)
        matches = move_up(tensors, count, i, names->items[i]);
    if (!matches && count)
        qsort(tensors, count, sizeof(*tensors), by_name);
}

/* An old archive says nothing but the names. */
static bool take_names(const struct name_list *names, struct model_tensor **tensors, size_t *count,
                       struct error *err)
{
    if (*count || !names->count)
        return true;
    struct model_tensor *taken = calloc(names->count, sizeof(*taken));
    if (!taken)
        return error_no_memory(err, "tensors", names->count * sizeof(*taken));
    for (size_t i = 0; i < names->count; i++) {
        taken[i].name = strdup(names->items[i]);
        if (!taken[i].name) {
            model_tensors_free(taken, i);
            return error_no_memory(err, "a tensor's name", strlen(names->items[i]));
        }
    }
    free(*tensors);
    *tensors = taken;
    *count = names->count;
    return true;
}

static bool order_by_graph(const char *dir, struct model *model, struct error *err)
{
    struct model_tensor *inputs = NULL;
    size_t count = 0;
    struct name_list names = {0};
    if (!model_graph_inputs(dir, model->name, &inputs, &count, err))
        return false;
    if (!model->inputs_count) {
        free(model->inputs);
        model->inputs = inputs;
        model->inputs_count = count;
        return true;
    }
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = name_list_add(&names, inputs[i].name, strlen(inputs[i].name), err);
    if (good)
        order_by(&names, model->inputs, model->inputs_count);
    name_list_dispose(&names);
    model_tensors_free(inputs, count);
    return good;
}

bool model_order(const char *dir, const struct model_code *code, struct model *model,
                 struct error *err)
{
    if (!take_names(&code->inputs, &model->inputs, &model->inputs_count, err) ||
        !take_names(&code->outputs, &model->outputs, &model->outputs_count, err))
        return false;
    order_by(&code->inputs, model->inputs, model->inputs_count);
    order_by(&code->outputs, model->outputs, model->outputs_count);
    return strcmp(model->executor, "graph") != 0 || order_by_graph(dir, model, err);
}
