#include "model/order/order.h"

#include "base/cleanup.h"
#include "model/graph/graph.h"
#include "model/order/relay.h"
#include "model/order/settle.h"
#include "model/shapes.h"

#include <stdlib.h>
#include <string.h>

static bool is_input(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->inputs_count; i++)
        if (strcmp(name, model->inputs[i].name) == 0)
            return true;
    return false;
}

/* Linked parameters stand among a graph's arguments, too: keep those that metadata.json lists. */
static void keep_inputs(struct claim *claim, const struct model *model)
{
    size_t kept = 0;
    for (size_t i = 0; i < claim->count; i++) {
        struct model_tensor tensor = claim->tensors[i];
        if (!is_input(model, tensor.name))
            continue;
        claim->tensors[i] = claim->tensors[kept];
        claim->tensors[kept++] = tensor;
    }
    for (; claim->count > kept; claim->count--) {
        free(claim->tensors[claim->count - 1].name);
        free(claim->tensors[claim->count - 1].dtype);
    }
}

/* The graph executor is given inputs by name: it must have them. */
static bool check_graph(const struct claims *claims, const struct model *model, struct error *err)
{
    const struct claim *graph = &claims->inputs[CLAIM_GRAPH];
    for (size_t input = 0; graph->place && input < model->inputs_count; input++) {
        size_t i = 0;
        while (i < graph->count && strcmp(graph->tensors[i].name, model->inputs[input].name) != 0)
            i++;
        if (i == graph->count)
            return error_set(err, ERROR_MODEL, 0,
                             "%s: no input \"%.100s\" in it, which metadata.json names",
                             graph->place, model->inputs[input].name);
    }
    return true;
}

static bool read_places(const char *dir, const char *signature, const char *relay_place,
                        const struct model *model, struct claims *claims, struct error *err)
{
    if (!relay_read(signature, relay_place, model, claims, err) ||
        (strcmp(model->executor, "graph") == 0 && !model_graph_read(dir, model->name, claims, err)))
        return false;
    if (model->inputs_count == 0) {
        claim_drop(&claims->inputs[CLAIM_RELAY]); /* nobody tells inputs from weights */
        return true;
    }
    keep_inputs(&claims->inputs[CLAIM_GRAPH], model);
    return check_graph(claims, model, err);
}

/* TVM's AOT code writes a tensor that is returned twice once. */
static void mark_unwritten(const struct main_function *function, struct model *model)
{
    if (!function->place || function->count < model->inputs_count + model->outputs_count)
        return;
    for (size_t i = 0; i < model->outputs_count; i++) {
        struct model_tensor *output = &model->outputs[i];
        bool is_empty = output->dtype && output->size_bytes == 0;
        output->unwritten = !is_empty && !function->arguments[model->inputs_count + i].used;
    }
}

bool model_order(const char *dir, struct model_code *code, struct model *model, struct error *err)
{
    struct claims *claims = &code->claims;
    cleanup_free char *signature = NULL;
    cleanup_free char *place = NULL;
    if (!relay_signature_load(dir, model->name, &signature, &place, err) ||
        !read_places(dir, signature, place, model, claims, err) ||
        !main_function_claim(&code->main, settle_count(claims->inputs, model->inputs_count),
                             settle_count(claims->outputs, model->outputs_count), claims, err))
        return false;
    struct settled inputs = {"input", model->inputs, model->inputs_count, NULL};
    struct settled outputs = {"output", model->outputs, model->outputs_count, NULL};
    bool good = settle(claims->inputs, &inputs, err) && settle(claims->outputs, &outputs, err);
    model->inputs = inputs.tensors;
    model->inputs_count = inputs.count;
    model->inputs_note = inputs.note;
    model->outputs = outputs.tensors;
    model->outputs_count = outputs.count;
    model->outputs_note = outputs.note;
    if (good) {
        mark_unwritten(&code->main, model);
        model_shapes_read(signature, model);
    }
    return good;
}
