#include "project/fit.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "memory/heap_block.h"
#include "project/board_memory.h"
#include "project/linked_params.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* For code and the runtime's own data, which nobody has counted before the firmware is linked. */
enum { UNKNOWN_CODE_BYTES = 128 * 1024, UNKNOWN_DATA_BYTES = 16 * 1024 };

struct demand {
    struct board_memory board;
    struct parts parts;
    struct placement placement;
    bool is_least; /* so much at least */
};

/* ---- boards that would hold it ---- */

/* Stack and packet buffers are the board's, not the model's: the UART's ring is data, the RPC
 * server's message buffer on the heap. */
static uint64_t exchanged(uint64_t bytes, uint64_t own_bytes, uint64_t others_bytes)
{
    return bytes + others_bytes > own_bytes ? bytes + others_bytes - own_bytes : 0;
}

static bool would_hold(const void *context, const struct board_memory *candidate)
{
    const struct demand *demand = context;
    const struct board_memory *board = &demand->board;
    struct parts parts = demand->parts;
    struct placement placement;
    parts.bytes[PART_DATA] =
        exchanged(parts.bytes[PART_DATA], board->stack_bytes + board->packet_bytes,
                  candidate->stack_bytes + candidate->packet_bytes);
    parts.bytes[PART_HEAP] =
        exchanged(parts.bytes[PART_HEAP], board->packet_bytes, candidate->packet_bytes);
    if (demand->is_least) {
        parts.bytes[PART_CODE] += UNKNOWN_CODE_BYTES;
        parts.bytes[PART_DATA] += UNKNOWN_DATA_BYTES;
    }
    placement_find(&candidate->regions, &parts, &placement);
    return placement.excess_bytes == 0;
}

static bool append_boards(const char *project_dir, const struct manifest *manifest,
                          const struct demand *demand, struct error *err)
{
    struct error list_err;
    cleanup_name_list char **boards = NULL;
    cleanup_free char *machines_dir = file_path("%s/qemu-machines", project_dir);
    if (!machines_dir)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (!board_memory_list(machines_dir, &manifest->settings, would_hold, demand, &boards,
                           &list_err)) {
        *err = list_err;
        return false;
    }
    if (!boards[0])
        return error_append(err, "no board here would hold it");
    cleanup_free char *names = name_list_join(boards);
    return names ? error_append(err, "boards that would hold it: %s", names)
                 : error_no_memory(err, "a list of boards", 0);
}

/* ---- words ---- */

static const char *least(const struct demand *demand)
{
    return demand->is_least ? "at least " : "";
}

static void describe_region(const struct manifest *manifest, const struct demand *demand,
                            size_t index, struct error *err)
{
    const struct region *region = &demand->board.regions.items[index];
    unsigned long long have = region->size_bytes;
    unsigned long long need = demand->placement.used_bytes[index];
    if (need <= have)
        return;
    if (err->kind != ERROR_NONE) {
        error_append(err, "and %s%llu bytes of %s, of which it has %llu (%llu too many)",
                     least(demand), need, region->name, have, need - have);
        return;
    }
    error_set(err, ERROR_BUILD, 0,
              "model \"%s\" needs %s%llu bytes of %s, board \"%s\" has %llu (%llu too many)",
              manifest->model.name, least(demand), need, region->name,
              manifest->settings.board ? manifest->settings.board : "?", have, need - have);
}

/* Those first that can be written to. */
static void describe(const struct manifest *manifest, const struct demand *demand,
                     struct error *err)
{
    const struct regions *regions = &demand->board.regions;
    err->kind = ERROR_NONE;
    for (int read_only = 0; read_only <= 1; read_only++)
        for (size_t i = 0; i < regions->count; i++)
            if (region_is_read_only(&regions->items[i]) == (read_only == 1))
                describe_region(manifest, demand, i, err);
}

/* Where there is a choice, what was chosen. */
static void explain_choice(const struct demand *demand, struct error *err)
{
    enum { CHOICE_FROM = 3, LIST_BYTES = 512 };
    const struct regions *regions = &demand->board.regions;
    char list[LIST_BYTES] = "";
    if (regions->count < CHOICE_FROM)
        return;
    for (unsigned part = 0; part < PARTS; part++) {
        size_t used = strlen(list);
        const struct region *region = &regions->items[demand->placement.region[part]];
        if (demand->parts.bytes[part] == 0)
            continue;
        snprintf(list + used, sizeof(list) - used, "%s%s%llu bytes of %s in %s (of %llu)",
                 used ? ", " : "", least(demand), (unsigned long long)demand->parts.bytes[part],
                 part_name(part), region->name, (unsigned long long)region->size_bytes);
    }
    error_append(err, "each part is in one piece in one of the board's memories: %s", list);
}

static bool is_host_driven(const struct manifest *manifest)
{
    const char *type = manifest->settings.project_type;
    return !type || strcmp(type, PROJECT_TYPE_DEFAULT) == 0;
}

/* Is the part in a region that is too small? */
static bool is_pressed(const struct demand *demand, enum part part)
{
    size_t region = demand->placement.region[part];
    return demand->placement.used_bytes[region] > demand->board.regions.items[region].size_bytes;
}

static void explain_heap(const struct manifest *manifest, const struct memory_need *need,
                         struct error *err)
{
    const struct settings *settings = &manifest->settings;
    if (settings->workspace_size_bytes > 0)
        error_append(err,
                     "the heap is what its option workspace_size_bytes=%lld says; it needs %llu at "
                     "least",
                     (long long)settings->workspace_size_bytes,
                     (unsigned long long)need->heap_bytes);
    else if (need->loading_bytes > 0)
        error_append(err,
                     "%llu of the heap are for reading the graph alone: compile the model with "
                     "Executor(\"aot\"), which has none",
                     (unsigned long long)need->loading_bytes);
}

/* ", the heap takes 3000", and from the second on ", the stack 64". */
static void add_share(char *list, size_t size, const char *name, const char *verb, uint64_t bytes)
{
    size_t used = strlen(list);
    snprintf(list + used, size - used, ", %s%s%s %llu", name, used ? "" : " ", used ? "" : verb,
             (unsigned long long)bytes);
}

static void explain_writable(const struct manifest *manifest, const struct demand *demand,
                             const struct memory_need *need, struct error *err)
{
    const struct settings *settings = &manifest->settings;
    bool has_data = is_pressed(demand, PART_DATA);
    bool has_workspace = is_pressed(demand, PART_WORKSPACE);
    bool has_heap = is_pressed(demand, PART_HEAP);
    char list[256] = "";
    if (has_heap)
        add_share(list, sizeof(list), "the heap", "takes", demand->parts.bytes[PART_HEAP]);
    if (has_data)
        add_share(list, sizeof(list), "the stack", "takes", demand->board.stack_bytes);
    if (has_data || has_workspace)
        add_share(list, sizeof(list), "static tensors", "take",
                  (has_workspace ? need->buffers_bytes : 0) + (has_data ? need->tensors_bytes : 0));
    if (list[0])
        error_append(err, "of that%s", list);
    if (has_heap)
        explain_heap(manifest, need, err);
    if ((has_heap || has_data) && settings->rpc_packet_size_bytes > 0 && is_host_driven(manifest))
        error_append(err, "2 times its option rpc_packet_size_bytes=%lld is part of that",
                     (long long)settings->rpc_packet_size_bytes);
}

static void explain_constants(const struct memory_need *need, struct error *err)
{
    unsigned long long description_bytes = need->description_bytes;
    error_append(err, "of that, the model's constants take %llu",
                 (unsigned long long)need->constants_bytes + description_bytes);
    if (description_bytes > 0)
        error_append(
            err,
            "%llu of them are a second copy, which AOT with packed functions brings: compile "
            "the model with {\"tir.usmp.enable\": False}, or with the C interface "
            "({\"interface-api\": \"c\", \"unpacked-api\": True}) for project_type "
            "aot_standalone_demo",
            description_bytes);
}

static bool refuse(const char *project_dir, const struct manifest *manifest,
                   const struct memory_need *need, const struct demand *demand, struct error *err)
{
    describe(manifest, demand, err);
    explain_writable(manifest, demand, need, err);
    if (is_pressed(demand, PART_CONSTANTS))
        explain_constants(need, err);
    explain_choice(demand, err);
    return append_boards(project_dir, manifest, demand, err);
}

/* ---- the three questions ---- */

static bool read_board(const char *project_dir, const struct manifest *manifest,
                       struct board_memory *ret_board, struct error *err)
{
    cleanup_free char *path = file_path("%s/board.json", project_dir);
    if (!path)
        return error_no_memory(err, "a path", strlen(project_dir));
    return board_memory_read(path, &manifest->settings, ret_board, err);
}

/* TVM's own has its RPC server in C++. */
static enum memory_runtime runtime_of(const char *project_dir, const struct manifest *manifest)
{
    cleanup_free char *server =
        file_path("%s/crt/src/runtime/crt/microtvm_rpc_server/rpc_server.cc", project_dir);
    if (manifest->crt_source && strcmp(manifest->crt_source, "bundled") == 0)
        return MEMORY_RUNTIME_BUNDLED;
    return server && access(server, F_OK) == 0 ? MEMORY_RUNTIME_TVM : MEMORY_RUNTIME_OTHER;
}

bool fit_need(const char *project_dir, const struct manifest *manifest, bool has_device_graph,
              struct memory_need *ret_need, struct error *err)
{
    struct board_memory board;
    cleanup_free char *dir = file_path("%s/model", project_dir);
    if (!dir)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (!read_board(project_dir, manifest, &board, err))
        return false;
    const struct memory_question question = {
        .dir = dir,
        .model = &manifest->model,
        .pointer_bytes = board.pointer_bytes,
        .packet_bytes = board.packet_bytes,
        .is_host_driven = is_host_driven(manifest),
        .runtime = runtime_of(project_dir, manifest),
        .links_parameters = linked_params_wanted(manifest),
        .has_device_graph = has_device_graph,
    };
    return memory_need_read(&question, ret_need, err);
}

static bool answer(const char *project_dir, const struct manifest *manifest,
                   const struct memory_need *need, struct demand *demand,
                   struct part_regions *ret_placement, struct error *err)
{
    placement_find(&demand->board.regions, &demand->parts, &demand->placement);
    if (demand->placement.excess_bytes > 0)
        return refuse(project_dir, manifest, need, demand, err);
    for (unsigned part = 0; part < PARTS; part++)
        memcpy(ret_placement->names[part],
               demand->board.regions.items[demand->placement.region[part]].name, REGION_NAME_SIZE);
    return true;
}

bool fit_check(const char *project_dir, const struct manifest *manifest,
               const struct memory_need *need, struct part_regions *ret_placement,
               struct error *err)
{
    const uint64_t option_bytes = (uint64_t)manifest->settings.workspace_size_bytes;
    struct demand demand = {.is_least = true};
    if (!read_board(project_dir, manifest, &demand.board, err))
        return false;
    if (option_bytes > 0 && option_bytes < need->heap_bytes)
        return error_set(
            err, ERROR_BUILD, 0,
            "option workspace_size_bytes=%llu: model \"%s\" needs a heap of %llu bytes "
            "at least: leave the option out, or raise it",
            (unsigned long long)option_bytes, manifest->model.name,
            (unsigned long long)need->heap_bytes);
    demand.parts.bytes[PART_CONSTANTS] = memory_sum(need->constants_bytes, need->description_bytes);
    demand.parts.bytes[PART_DATA] = memory_sum(demand.board.stack_bytes, need->tensors_bytes);
    demand.parts.bytes[PART_WORKSPACE] = need->buffers_bytes;
    demand.parts.bytes[PART_HEAP] = option_bytes > 0 ? option_bytes : need->heap_bytes;
    return answer(project_dir, manifest, need, &demand, ret_placement, err);
}

bool fit_linked(const char *project_dir, const struct manifest *manifest,
                const struct memory_need *need, const struct parts *linked,
                struct part_regions *ret_placement, struct error *err)
{
    struct demand demand = {.parts = *linked};
    return read_board(project_dir, manifest, &demand.board, err) &&
           answer(project_dir, manifest, need, &demand, ret_placement, err);
}
