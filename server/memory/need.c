#include "memory/need.h"

#include "base/cleanup.h"
#include "memory/generated_read.h"
#include "memory/graph_need.h"
#include "memory/heap_block.h"
#include "memory/runtime_sizes.h"
#include "model/graph/parameters.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void add_block(uint64_t *sum, uint64_t size_bytes)
{
    *sum = memory_sum(*sum, heap_block_bytes(size_bytes));
}

/* ---- functions of an AOT model ---- */

enum { FUNCTION_NAME_SIZE = 200 };

/* tvmgen_MODEL_SUFFIX, as C allows it. */
static const char *function_name(const struct model *model, const char *suffix,
                                 char name[FUNCTION_NAME_SIZE])
{
    snprintf(name, FUNCTION_NAME_SIZE, "tvmgen_%s_%s", model->name, suffix);
    for (char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at))
            *at = '_';
    return name;
}

/* The model's function is called ___tvm_main__, in TVM 0.8 _run_model. */
static uint64_t aot_workspace_bytes(const struct generated *generated, const struct model *model)
{
    char name[FUNCTION_NAME_SIZE];
    uint64_t bytes =
        generated_workspace_bytes(generated, function_name(model, "__tvm_main__", name));
    uint64_t old_bytes =
        generated_workspace_bytes(generated, function_name(model, "run_model", name));
    return bytes > old_bytes ? bytes : old_bytes;
}

/* ---- what the host's calls make the runtime allocate ---- */

static const struct runtime_sizes *sizes_of(const struct memory_question *question)
{
    return runtime_sizes(question->pointer_bytes);
}

static bool is_bundled(const struct memory_question *question)
{
    return question->runtime == MEMORY_RUNTIME_BUNDLED;
}

/* The firmware makes one table of functions of several, where there is one for linked parameters,
 * too, and of one that is laid out as TVM 0.8 to 0.11 did (guest/platform/system_lib.c); such a
 * runtime counts in one byte. */
static void add_table(const struct memory_question *question, const struct generated *generated,
                      uint64_t *heap_bytes)
{
    enum { TABLE_VERSION = 7 };
    const struct model *model = question->model;
    uint64_t count_bytes = is_bundled(question) ? 2 : 1;
    bool is_made = model->modules_count > 1 || model->version < TABLE_VERSION ||
                   (question->links_parameters && generated->linked_count > 0);
    if (!is_made || generated->table_count == 0)
        return;
    add_block(heap_bytes, count_bytes + generated->table_names_bytes + 1);
    add_block(heap_bytes, (generated->table_count + 1) * sizes_of(question)->pointer_bytes);
}

static void add_server(const struct memory_question *question, const struct generated *generated,
                       uint64_t *heap_bytes)
{
    *heap_bytes = memory_sum(*heap_bytes, HEAP_BLOCK_HEADER_BYTES); /* the heap itself */
    add_block(heap_bytes, RUNTIME_FUNCTIONS_BYTES);
    add_block(heap_bytes, question->packet_bytes);
    if (is_bundled(question))
        add_block(heap_bytes,
                  RUNTIME_ARGUMENTS * (sizes_of(question)->tensor_bytes + RUNTIME_ARGUMENT_BYTES));
    add_table(question, generated, heap_bytes);
}

static void add_tensor(const struct memory_question *question, uint64_t size_bytes, uint32_t ndim,
                       uint64_t *heap_bytes)
{
    add_block(heap_bytes, ndim * sizeof(int64_t));
    add_block(heap_bytes, size_bytes);
    if (is_bundled(question))
        add_block(heap_bytes, sizes_of(question)->region_bytes);
}

static void add_described(const struct memory_question *question,
                          const struct generated_tensors *tensors, uint64_t *heap_bytes)
{
    for (size_t i = 0; i < tensors->count; i++)
        add_tensor(question, tensors->items[i].size_bytes, tensors->items[i].ndim, heap_bytes);
}

/* Code that is compiled already describes its tensors, too, but not in text. */
static void add_listed(const struct memory_question *question, const struct model_tensor *tensors,
                       size_t count, uint64_t *heap_bytes)
{
    for (size_t i = 0; i < count; i++)
        add_tensor(question, tensors[i].size_bytes, 0, heap_bytes);
}

/* Without the workspace. */
static uint64_t aot_heap_bytes(const struct memory_question *question,
                               const struct generated *generated)
{
    const struct model *model = question->model;
    char name[FUNCTION_NAME_SIZE];
    uint64_t heap_bytes = 0;
    uint64_t count = generated->inputs.count + generated->outputs.count;
    add_server(question, generated, &heap_bytes);
    if (count > 0) {
        add_described(question, &generated->inputs, &heap_bytes);
        add_described(question, &generated->outputs, &heap_bytes);
    } else {
        count = model->inputs_count + model->outputs_count;
        add_listed(question, model->inputs, model->inputs_count, &heap_bytes);
        add_listed(question, model->outputs, model->outputs_count, &heap_bytes);
    }
    /* From TVM 0.12 on, the function that is called brings its pools. */
    if (generated->pools.count > 0 &&
        !generated_has_function(generated, function_name(model, "run", name))) {
        count += generated->pools.count;
        add_described(question, &generated->pools, &heap_bytes);
    }
    if (is_bundled(question)) {
        add_block(&heap_bytes, sizes_of(question)->aot_executor_bytes);
        add_block(&heap_bytes, count * sizes_of(question)->array_bytes);
        add_block(&heap_bytes, count * RUNTIME_ARGUMENT_BYTES);
    }
    return heap_bytes;
}

/* What guest/platform/linked_params.c brings: data, and a function in a table of its own. */
static bool add_linked(const struct memory_question *question, struct generated *generated,
                       struct error *err)
{
    static const char FUNCTION[] = "_lookup_linked_param";
    cleanup_free struct graph_parameter *parameters = NULL;
    size_t count = 0;
    if (!question->links_parameters)
        return true;
    if (!model_parameters_find(question->dir, question->model->name, &parameters, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!generated_add_linked(generated, parameters[i].storage, err))
            return false;
        generated->constants_bytes =
            memory_sum(generated->constants_bytes, memory_aligned(parameters[i].size_bytes));
    }
    generated->table_count += count > 0 ? 1 : 0;
    generated->table_names_bytes += count > 0 ? sizeof(FUNCTION) : 0;
    return true;
}

/* The host's graph executor has the graph's tensors on the device, as they are. */
static bool graph_heap_bytes(const struct memory_question *question,
                             const struct generated *generated, struct memory_need *need,
                             struct error *err)
{
    struct graph_need graph;
    if (!graph_need_read(question->dir, question->model->name, generated, sizes_of(question),
                         question->packet_bytes, &graph, err))
        return false;
    uint64_t passing_bytes = need->workspace_bytes = graph.workspace_bytes;
    add_server(question, generated, &need->heap_bytes);
    need->heap_bytes = memory_sum(need->heap_bytes, graph.storages_bytes);
    if (is_bundled(question))
        need->heap_bytes = memory_sum(need->heap_bytes, graph.notes_bytes);
    if (question->runtime == MEMORY_RUNTIME_TVM && question->has_device_graph)
        need->heap_bytes = memory_sum(need->heap_bytes, graph.tvm_objects_bytes);
    if (is_bundled(question) && question->has_device_graph) {
        need->heap_bytes = memory_sum(need->heap_bytes, graph.objects_bytes);
        if (graph.loading_bytes > passing_bytes) {
            need->loading_bytes = graph.loading_bytes - passing_bytes;
            passing_bytes = graph.loading_bytes;
        }
    }
    need->heap_bytes = memory_sum(need->heap_bytes, passing_bytes);
    need->ndim_most = graph.ndim_most;
    return true;
}

/* Who calls a single function has its tensors. */
static uint64_t operator_heap_bytes(const struct memory_question *question,
                                    const struct generated *generated)
{
    uint64_t heap_bytes = 0;
    add_server(question, generated, &heap_bytes);
    return memory_sum(heap_bytes, question->model->io_size_bytes);
}

static uint64_t static_tensors_bytes(const struct model_tensor *tensors, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = memory_sum(sum, memory_aligned(tensors[i].size_bytes));
    return sum;
}

static bool count_heap(const struct memory_question *question, const struct generated *generated,
                       struct memory_need *need, struct error *err)
{
    const struct model *model = question->model;
    if (question->is_host_driven && strcmp(model->executor, "graph") == 0)
        return graph_heap_bytes(question, generated, need, err);
    if (question->is_host_driven && strcmp(model->executor, "operator") == 0) {
        need->heap_bytes = operator_heap_bytes(question, generated);
    } else if (question->is_host_driven) {
        need->workspace_bytes = aot_workspace_bytes(generated, model);
        need->heap_bytes = memory_sum(aot_heap_bytes(question, generated), need->workspace_bytes);
    } else {
        need->workspace_bytes = aot_workspace_bytes(generated, model);
        if (need->workspace_bytes > 0)
            need->heap_bytes = memory_sum(need->workspace_bytes, HEAP_BLOCK_HEADER_BYTES);
        need->tensors_bytes =
            memory_sum(static_tensors_bytes(model->inputs, model->inputs_count),
                       static_tensors_bytes(model->outputs, model->outputs_count));
    }
    return true;
}

bool memory_need_read(const struct memory_question *question, struct memory_need *ret_need,
                      struct error *err)
{
    const struct model *model = question->model;
    struct generated generated;
    struct memory_need need = {.heap_bytes = 0};
    if (!generated_read(question->dir, model->modules_count > 1 ? model->name : NULL, &generated,
                        err))
        return false;
    bool good = add_linked(question, &generated, err);
    need.buffers_bytes = generated.buffers_bytes;
    need.constants_bytes = generated.constants_bytes;
    need.description_bytes = generated.description_bytes;
    good = good && count_heap(question, &generated, &need, err);
    generated_dispose(&generated);
    if (good)
        *ret_need = need;
    return good;
}
