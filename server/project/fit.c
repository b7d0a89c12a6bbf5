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

enum { PACKET_BUFFERS = 2 }; /* the UART's ring and the RPC server's message buffer */

/* For code and the runtime's own data, which nobody has counted before the firmware is linked. */
enum { UNKNOWN_FLASH_BYTES = 128 * 1024, UNKNOWN_RAM_BYTES = 16 * 1024 };

struct demand {
    struct board_memory board;
    uint64_t flash_bytes; /* that are needed on it */
    uint64_t ram_bytes;
    bool is_least; /* so much at least */
};

/* ---- boards that would hold it ---- */

/* Stack and packet buffers are the board's, not the model's. */
static uint64_t own_ram_bytes(const struct board_memory *board)
{
    return board->stack_bytes + PACKET_BUFFERS * board->packet_bytes;
}

static bool would_hold(const void *context, const struct board_memory *candidate)
{
    const struct demand *demand = context;
    uint64_t flash_bytes = demand->flash_bytes;
    uint64_t ram_bytes = demand->ram_bytes + own_ram_bytes(candidate);
    if (demand->is_least) {
        flash_bytes += UNKNOWN_FLASH_BYTES;
        ram_bytes += UNKNOWN_RAM_BYTES;
    }
    return candidate->flash_bytes >= flash_bytes &&
           candidate->ram_bytes + own_ram_bytes(&demand->board) >= ram_bytes;
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

static void describe(const struct manifest *manifest, const struct demand *demand,
                     const char *region, uint64_t have_bytes, uint64_t need_bytes,
                     struct error *err)
{
    unsigned long long have = have_bytes;
    unsigned long long need = need_bytes;
    const char *least = demand->is_least ? "at least " : "";
    if (need <= have)
        return;
    if (err->kind != ERROR_NONE) {
        error_append(err, "and %s%llu bytes of %s, of which it has %llu (%llu too many)", least,
                     need, region, have, need - have);
        return;
    }
    error_set(err, ERROR_BUILD, 0,
              "model \"%s\" needs %s%llu bytes of %s, board \"%s\" has %llu (%llu too many)",
              manifest->model.name, least, need, region,
              manifest->settings.board ? manifest->settings.board : "?", have, need - have);
}

static bool is_host_driven(const struct manifest *manifest)
{
    const char *type = manifest->settings.project_type;
    return !type || strcmp(type, PROJECT_TYPE_DEFAULT) == 0;
}

static void explain_ram(const struct manifest *manifest, const struct demand *demand,
                        const struct memory_need *need, struct error *err)
{
    const struct settings *settings = &manifest->settings;
    unsigned long long heap_bytes = settings->workspace_size_bytes > 0
                                        ? (unsigned long long)settings->workspace_size_bytes
                                        : need->heap_bytes;
    error_append(err, "of that, the heap takes %llu, the stack %llu, static tensors %llu",
                 heap_bytes, (unsigned long long)demand->board.stack_bytes,
                 (unsigned long long)(need->buffers_bytes + need->tensors_bytes));
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
    if (settings->rpc_packet_size_bytes > 0 && is_host_driven(manifest))
        error_append(err, "%d times its option rpc_packet_size_bytes=%lld is part of that",
                     PACKET_BUFFERS, (long long)settings->rpc_packet_size_bytes);
}

static void explain_flash(const struct memory_need *need, struct error *err)
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
    const struct board_memory *board = &demand->board;
    err->kind = ERROR_NONE;
    describe(manifest, demand, "RAM", board->ram_bytes, demand->ram_bytes, err);
    describe(manifest, demand, "flash", board->flash_bytes, demand->flash_bytes, err);
    if (demand->ram_bytes > board->ram_bytes)
        explain_ram(manifest, demand, need, err);
    if (demand->flash_bytes > board->flash_bytes)
        explain_flash(need, err);
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

bool fit_check(const char *project_dir, const struct manifest *manifest,
               const struct memory_need *need, struct error *err)
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
    demand.flash_bytes = memory_sum(need->constants_bytes, need->description_bytes);
    demand.ram_bytes = memory_sum(option_bytes > 0 ? option_bytes : need->heap_bytes,
                                  memory_sum(need->buffers_bytes, need->tensors_bytes));
    demand.ram_bytes = memory_sum(demand.ram_bytes, demand.board.stack_bytes);
    if (demand.flash_bytes <= demand.board.flash_bytes &&
        demand.ram_bytes <= demand.board.ram_bytes)
        return true;
    return refuse(project_dir, manifest, need, &demand, err);
}

/* A region that did not overflow may still be nearly full, by how much the linker does not say: a
 * board with less of it than this one is not named. */
bool fit_error(const char *project_dir, const struct manifest *manifest,
               const struct memory_need *need, struct overflow overflow, struct error *err)
{
    struct demand demand = {.is_least = false};
    if (!read_board(project_dir, manifest, &demand.board, err))
        return false;
    demand.flash_bytes = demand.board.flash_bytes + overflow.flash_bytes;
    demand.ram_bytes = demand.board.ram_bytes + overflow.ram_bytes;
    return refuse(project_dir, manifest, need, &demand, err);
}
