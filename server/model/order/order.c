#include "model/order/order.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/graph.h"
#include "model/order/relay.h"
#include "model/order/settle.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const size_t RELAY_MAX_BYTES = 1024UL * 1024 * 1024;

/* TVM 0.8 calls it relay.txt, later ones MODEL_NAME.relay. */
static bool read_relay(const char *dir, const char *model_name, struct claims *claims,
                       struct error *err)
{
    cleanup_free char *place = file_path("src/%s.relay", model_name);
    cleanup_free char *path = file_path("%s/src/%s.relay", dir, model_name);
    cleanup_free char *old_path = file_path("%s/src/relay.txt", dir);
    cleanup_free char *text = NULL;
    if (!place || !path || !old_path)
        return error_no_memory(err, "a path", strlen(dir));
    bool is_new = access(path, F_OK) == 0;
    if (!is_new && access(old_path, F_OK) != 0)
        return true;
    return file_read(is_new ? path : old_path, RELAY_MAX_BYTES, &text, NULL, err) &&
           relay_read(text, is_new ? place : "src/relay.txt", claims, err);
}

static bool names_match(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* Of what a place says, only those that are inputs: weights stand beside them there. They get the
 * names that metadata.json has. Errors: ERROR_INTERNAL (memory). */
static bool keep_inputs(struct claim *claim, const struct model *model,
                        bool (*match)(const char *claimed, const char *name), struct error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < claim->count; i++) {
        struct model_tensor *tensor = &claim->tensors[i];
        size_t input = 0;
        while (input < model->inputs_count && !match(tensor->name, model->inputs[input].name))
            input++;
        char *name = input < model->inputs_count ? strdup(model->inputs[input].name) : NULL;
        if (input < model->inputs_count && !name)
            return error_no_memory(err, "a name", strlen(tensor->name));
        free(tensor->name);
        tensor->name = name;
        struct model_tensor moved = *tensor;
        *tensor = claim->tensors[kept];
        claim->tensors[kept] = moved;
        kept += name != NULL;
    }
    for (; claim->count > kept; claim->count--) {
        free(claim->tensors[claim->count - 1].name);
        free(claim->tensors[claim->count - 1].dtype);
    }
    return true;
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

static bool read_places(const char *dir, const struct model *model, struct claims *claims,
                        struct error *err)
{
    struct claim *relay_inputs = &claims->inputs[CLAIM_RELAY];
    if (!read_relay(dir, model->name, claims, err) ||
        (strcmp(model->executor, "graph") == 0 && !model_graph_read(dir, model->name, claims, err)))
        return false;
    if (model->inputs_count == 0) {
        claim_drop(relay_inputs); /* which of them are weights is not known */
        return true;
    }
    return keep_inputs(relay_inputs, model, relay_names_match, err) &&
           keep_inputs(&claims->inputs[CLAIM_GRAPH], model, names_match, err) &&
           check_graph(claims, model, err);
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
    if (!read_places(dir, model, claims, err) ||
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
    if (good)
        mark_unwritten(&code->main, model);
    return good;
}
