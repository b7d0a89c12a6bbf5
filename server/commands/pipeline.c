#include "commands/pipeline.h"

#include "api/options.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "commands/cache/firmware_key.h"
#include "model/notes.h"
#include "project/build/build.h"
#include "project/build/folder.h"
#include "project/fit.h"
#include "project/footprint/footprint.h"
#include "project/generate.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static bool make_temp_project(struct pipeline *pipeline, struct error *err)
{
    if (!temp_dir_make(temp_dir_parent(), TEMP_DIR_PREFIX, &pipeline->temp_dir, err))
        return error_wrap(err, "TMPDIR");
    pipeline->project_dir = file_path("%s/project", pipeline->temp_dir.path);
    return pipeline->project_dir ? true : error_no_memory(err, "a path", 0);
}

bool pipeline_prepare(struct pipeline *pipeline, const char *keep_dir, struct error *err)
{
    if (!file_share_dir(&pipeline->share_dir, err) ||
        !file_program_path(&pipeline->program_path, err))
        return false;
    if (!keep_dir)
        return make_temp_project(pipeline, err);
    pipeline->project_dir = strdup(keep_dir);
    return pipeline->project_dir ? true : error_no_memory(err, "a path", strlen(keep_dir));
}

static void note_line(void *context, const char *line)
{
    const struct pipeline *pipeline = context;
    report_line(pipeline->report, line);
}

static bool load_project(struct pipeline *pipeline, struct error *err)
{
    cleanup_free char *definition = file_path("%s/board.json", pipeline->project_dir);
    if (!definition)
        return error_no_memory(err, "a path", 0);
    return manifest_load(pipeline->project_dir, &pipeline->manifest, err) &&
           machine_load_file(definition, &pipeline->machine, err);
}

bool pipeline_use_project(struct pipeline *pipeline, const char *project_dir, struct error *err)
{
    pipeline->project_dir = strdup(project_dir);
    if (!pipeline->project_dir)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (!load_project(pipeline, err))
        return false;
    model_tell_notes(&pipeline->manifest.model, note_line, pipeline);
    return true;
}

int64_t pipeline_own_packet_bytes(uint64_t ram_bytes)
{
    static const struct {
        uint32_t bytes;
        uint32_t ram_share; /* they are at most this part of the RAM */
    } choices[] = {{32768, 1024}, {8192, 32}, {4096, 16}};
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
        if (ram_bytes / choices[i].ram_share >= choices[i].bytes)
            return choices[i].bytes;
    return 0;
}

/* Boards announce no larger messages than the session of TVM's API clients takes. A firmware in a
 * temporary folder only ever talks to this process, which takes any: outputs of 64 KB come up to
 * 1.3 times as fast by a UART and twice as fast by virtio, and TVM's own runtimes take longer
 * graphs. Where half of the RAM holds the model with them: nothing is to be refused for their sake.
 */
static bool choose_packet_size(struct pipeline *pipeline, struct error *err)
{
    struct settings *settings = &pipeline->manifest.settings;
    const uint64_t ram_bytes = regions_writable_bytes(&pipeline->machine.regions);
    const int64_t own_bytes = pipeline_own_packet_bytes(ram_bytes);
    struct memory_need need;
    bool is_host_driven =
        !settings->project_type || strcmp(settings->project_type, PROJECT_TYPE_DEFAULT) == 0;
    bool is_free = settings->rpc_packet_size_bytes == 0 && settings->workspace_size_bytes == 0;
    if (!pipeline->temp_dir.path || !is_host_driven || !is_free || own_bytes == 0)
        return true;
    if (!fit_need(pipeline->project_dir, &pipeline->manifest, pipeline->has_device_graph, &need,
                  err))
        return false;
    if (need.heap_bytes + need.buffers_bytes <= ram_bytes / 2)
        settings->rpc_packet_size_bytes = own_bytes;
    return true;
}

uint64_t pipeline_packet_size_bytes(const struct pipeline *pipeline)
{
    int64_t chosen = pipeline->manifest.settings.rpc_packet_size_bytes;
    return chosen > 0 ? (uint64_t)chosen : pipeline->machine.rpc_packet_size_bytes;
}

/* Which model it is, where the archive leaves a choice, too. */
static void end_generate(struct report *report, const struct model *model)
{
    char others[48] = "";
    if (model->modules_count > 1)
        snprintf(others, sizeof(others), " (of %zu models)", model->modules_count);
    report_end(report, "%s%s, %zu in, %zu out", model->name, others, model->inputs_count,
               model->outputs_count);
}

static void tell_wait(void *context)
{
    struct pipeline *pipeline = context;
    if (pipeline->wait_began_ns == 0) {
        pipeline->wait_began_ns = clock_now_ns();
        note_line(pipeline, "note: another process builds this firmware; waiting for it");
    }
    if (pipeline->on_wait)
        pipeline->on_wait(pipeline->context);
}

/* What else a cache's project has been built for. */
static const char *variant_of(const struct pipeline *pipeline)
{
    if (pipeline->with_trace)
        return pipeline->with_counts ? "with counts and trace" : "with trace";
    return pipeline->with_counts ? "with counts" : pipeline->command;
}

/* The project's folder becomes that of the cache's entry. How long others build is not our time: it
 * has no end here. */
static bool open_entry(struct pipeline *pipeline, const struct generate_options *options,
                       struct error *err)
{
    char key[SHA256_TEXT_SIZE];
    struct interrupt endless = *pipeline->interrupt;
    const struct firmware_parts parts = {
        .model_path = options->model_path,
        .crt_dir = options->crt_dir,
        .share_dir = options->share_dir,
        .settings = options->settings,
        .variant = variant_of(pipeline),
    };
    endless.end_ns = 0;
    if (!firmware_key(&parts, key, err) ||
        !firmware_cache_open(pipeline->cache_dir, key, &endless, tell_wait, pipeline,
                             &pipeline->entry, err))
        return false;
    if (pipeline->wait_began_ns != 0)
        pipeline->waited_ns = clock_now_ns() - pipeline->wait_began_ns;
    free(pipeline->project_dir);
    pipeline->project_dir = strdup(pipeline->entry.project_dir);
    return pipeline->project_dir || error_no_memory(err, "a path", 0);
}

/* A new project; or one that was built before, which says how large messages are, too. */
static bool obtain_project(struct pipeline *pipeline, struct generate_options *options,
                           struct error *err)
{
    if (pipeline->cache_dir && !open_entry(pipeline, options, err))
        return false;
    if (pipeline->entry.is_built)
        return load_project(pipeline, err) &&
               fit_need(pipeline->project_dir, &pipeline->manifest, pipeline->has_device_graph,
                        &pipeline->need, err);
    options->project_dir = pipeline->project_dir;
    return generate_project(options, err) && load_project(pipeline, err) &&
           choose_packet_size(pipeline, err);
}

bool pipeline_generate(struct pipeline *pipeline, const char *model_path, const char *crt_dir,
                       const struct settings *settings, struct error *err)
{
    struct generate_options options = {
        .model_path = model_path,
        .crt_dir = crt_dir,
        .share_dir = pipeline->share_dir,
        .program_path = pipeline->program_path,
        .settings = settings,
        .choose_type = pipeline->choose_type,
    };
    report_begin(pipeline->report, "generate");
    if (!options_check_board(settings, err) || !obtain_project(pipeline, &options, err))
        return false;
    if (crt_dir && strcmp(pipeline->manifest.crt_source, "given") != 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--crt-dir \"%s\": no C runtime there (TVM's standalone_crt has include/ "
                         "and src/)",
                         crt_dir);
    end_generate(pipeline->report, &pipeline->manifest.model);
    if (!settings->project_type && pipeline->manifest.settings.project_type)
        note_line(pipeline, "note: project type " PROJECT_TYPE_STANDALONE ": the model has a C "
                            "interface and no table of functions for the host");
    model_tell_notes(&pipeline->manifest.model, note_line, pipeline);
    return true;
}

/* ninja says "[12/40] ..." of each file. */
static void show_progress(struct pipeline *pipeline, const char *line)
{
    unsigned done = 0;
    unsigned all = 0;
    if (sscanf(line, "[%u/%u] ", &done, &all) == 2) /* NOLINT(cert-err34-c): it is only shown */
        report_progress(pipeline->report, done, all, "files");
}

static void build_line(void *context, const char *line)
{
    struct pipeline *pipeline = context;
    show_progress(pipeline, line);
    if (pipeline->verbose || pipeline->manifest.settings.verbose)
        report_line(pipeline->report, line);
}

/* "flash 22932 bytes (8.7 %), RAM 13208 (20.2 %)": each memory of which something is used. */
static void end_build(struct pipeline *pipeline, const struct footprint *taken, bool was_built)
{
    enum { LINE_BYTES = 512 };
    const struct regions *regions = &pipeline->machine.regions;
    char line[LINE_BYTES] = "";
    for (size_t i = 0; i < regions->count; i++) {
        const struct region *region = &regions->items[i];
        uint64_t used_bytes = taken->region_bytes[i];
        size_t length = strlen(line);
        if (used_bytes > 0)
            snprintf(line + length, sizeof(line) - length, "%s%s %" PRIu64 "%s (%.1f %%)",
                     length ? ", " : "", region->name, used_bytes, length ? "" : " bytes",
                     100.0 * (double)used_bytes / (double)region->size_bytes);
    }
    report_end(pipeline->report, "%s%s", line, was_built ? ", built before" : "");
}

bool pipeline_build(struct pipeline *pipeline, struct error *err)
{
    struct build_options options = {
        .project_dir = pipeline->project_dir,
        .manifest = &pipeline->manifest,
        .has_device_graph = pipeline->has_device_graph,
        .with_counts = pipeline->with_counts,
        .with_trace = pipeline->with_trace,
        .interrupt = pipeline->interrupt,
        .on_line = build_line,
        .on_notice = note_line,
        .context = pipeline,
        .ret_need = &pipeline->need,
    };
    struct footprint taken;
    cleanup_free char *elf = build_firmware_path(pipeline->project_dir);
    if (!elf)
        return error_no_memory(err, "a path", 0);
    report_begin(pipeline->report, "build");
    pipeline->manifest.debug_executor = pipeline->debugs_graphs;
    bool was_built = pipeline->entry.is_built;
    pipeline->need = pipeline->manifest.need; /* of a build before this one */
    if ((!was_built && !build_project(&options, err)) ||
        !footprint_read(elf, &pipeline->machine.regions, &taken, err) ||
        (pipeline->cache_dir && !was_built && !firmware_cache_finish(&pipeline->entry, err)))
        return false;
    end_build(pipeline, &taken, was_built);
    return true;
}

static bool make_board(struct pipeline *pipeline, struct error *err)
{
    const struct settings *settings = &pipeline->manifest.settings;
    /* Others may use the cache's project now. */
    cleanup_free char *flash_path = file_path(
        "%s/flash.elf", pipeline->cache_dir ? pipeline->temp_dir.path : pipeline->project_dir);
    if (!flash_path)
        return error_no_memory(err, "a path", 0);
    struct board_options options = {
        .machine = &pipeline->machine,
        .flash_path = flash_path,
        .interrupt = pipeline->interrupt,
        .gdbserver_port = (int)settings->gdbserver_port,
        .icount_shift = (int)settings->icount,
        .extra_qemu_args = (const char *const *)settings->qemu_args,
    };
    return board_new(&options, &pipeline->board, err);
}

char *pipeline_firmware_path(const struct pipeline *pipeline)
{
    return pipeline->firmware ? file_path("%s/build/%s", pipeline->project_dir, pipeline->firmware)
                              : build_firmware_path(pipeline->project_dir);
}

bool pipeline_flash(struct pipeline *pipeline, struct error *err)
{
    cleanup_free char *elf = pipeline_firmware_path(pipeline);
    if (!elf)
        return error_no_memory(err, "a path", 0);
    const char *serial_number = pipeline->manifest.settings.serial_number;
    report_begin(pipeline->report, "flash");
    if (!make_board(pipeline, err) || !board_flash(pipeline->board, elf, err))
        return false;
    report_end(pipeline->report, "%s on %s%s%s", pipeline->machine.name,
               pipeline->machine.qemu_program, serial_number ? ", serial number " : "",
               serial_number ? serial_number : "");
    return true;
}

void pipeline_dispose(struct pipeline *pipeline)
{
    struct error err;
    board_free(steal_pointer(pipeline->board)); /* before its files go */
    machine_dispose(&pipeline->machine);
    manifest_dispose(&pipeline->manifest);
    firmware_cache_close(&pipeline->entry);
    if (!temp_dir_remove(&pipeline->temp_dir, &err))
        fprintf(stderr, "microtvm-qemu %s: warning: a temporary folder stays behind: %s\n",
                pipeline->command, err.text);
    free(steal_pointer(pipeline->project_dir));
    free(steal_pointer(pipeline->program_path));
    free(steal_pointer(pipeline->share_dir));
}
