/* microtvm-qemu run: a model archive in, outputs and a verdict out. */
#include "base/cleanup.h"
#include "base/file.h"
#include "board/board.h"
#include "client/report.h"
#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/run_args.h"
#include "commands/run_data.h"
#include "commands/run_device.h"
#include "commands/run_output.h"
#include "project/build.h"
#include "project/generate.h"
#include "project/manifest.h"

#include <errno.h>
#include <string.h>

/* All that one run owns. */
struct run {
    struct run_args args;
    struct report report;
    struct interrupt interrupt;
    struct settings settings;
    struct run_data data;
    char *share_dir;
    char *program_path;
    char *temp_dir; /* NULL: none was made */
    char *project_dir;
    struct manifest manifest;
    struct machine machine;
    struct board *board;
    struct device_model model;
};

static void run_dispose(struct run *run)
{
    struct error err;
    report_abandon(&run->report);
    board_free(run->board); /* before its files go */
    device_model_dispose(&run->model);
    machine_dispose(&run->machine);
    manifest_dispose(&run->manifest);
    if (run->temp_dir && !file_remove_tree(run->temp_dir, &err))
        fprintf(stderr, "microtvm-qemu run: warning: %s stays behind: %s\n", run->temp_dir,
                err.text);
    free(run->project_dir);
    free(run->temp_dir);
    free(run->program_path);
    free(run->share_dir);
    run_data_dispose(&run->data);
    settings_dispose(&run->settings);
    interrupt_close(&run->interrupt);
    run_args_dispose(&run->args);
}

/* PROJECT: --keep's folder, or one in a temporary folder of our own. */
static bool choose_project_dir(struct run *run, struct error *err)
{
    if (run->args.keep_dir) {
        run->project_dir = strdup(run->args.keep_dir);
    } else {
        const char *base = getenv("TMPDIR");
        cleanup_free char *temp_dir =
            file_path("%s/microtvm-qemu-XXXXXX", base && base[0] ? base : "/tmp");
        if (!temp_dir)
            return error_no_memory(err, "a path", 0);
        if (!mkdtemp(temp_dir))
            return error_set(err, ERROR_SYSTEM, errno, "%s: making a temporary folder (TMPDIR)",
                             temp_dir);
        run->temp_dir = steal_pointer(temp_dir);
        run->project_dir = file_path("%s/project", run->temp_dir);
    }
    return run->project_dir ? true : error_no_memory(err, "a path", 0);
}

static void build_line(void *context, const char *line)
{
    struct run *run = context;
    if (run->args.verbose || run->settings.verbose)
        report_line(&run->report, line);
}

/* Can `run` drive what is in the archive? */
static bool check_model(const struct run *run, struct error *err)
{
    const struct model *model = &run->manifest.model;
    if (strcmp(model->executor, "aot") != 0)
        return error_set(err, ERROR_MODEL, 0,
                         "%s is for the %s executor; run drives the AOT executor: export it with "
                         "Executor(\"aot\")",
                         run->args.model_path, model->executor);
    if (!model->system_lib)
        return error_set(err, ERROR_MODEL, 0,
                         "%s holds no system library, so nothing in it can be called: export it "
                         "with Runtime(\"crt\", {\"system-lib\": True})",
                         run->args.model_path);
    return run_data_check_archive(&run->data, model, err);
}

static bool generate(struct run *run, struct error *err)
{
    struct generate_options options = {
        .model_path = run->args.model_path,
        .crt_dir = run->args.crt_dir,
        .project_dir = run->project_dir,
        .share_dir = run->share_dir,
        .program_path = run->program_path,
        .settings = &run->settings,
    };
    report_begin(&run->report, "generate");
    if (!generate_project(&options, err) || !manifest_load(run->project_dir, &run->manifest, err))
        return false;
    /* Who names a runtime wants that one tested, not another in its place. */
    if (run->args.crt_dir && strcmp(run->manifest.crt_source, "given") != 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--crt-dir \"%s\": no C runtime there (TVM's standalone_crt has include/ "
                         "and src/)",
                         run->args.crt_dir);
    if (!check_model(run, err))
        return false;
    report_end(&run->report, "%s, %zu in, %zu out", run->manifest.model.name,
               run->manifest.model.inputs_count, run->manifest.model.outputs_count);
    return true;
}

static bool build(struct run *run, struct error *err)
{
    struct build_options options = {
        .project_dir = run->project_dir,
        .manifest = &run->manifest,
        .interrupt = &run->interrupt,
        .on_line = build_line,
        .context = run,
    };
    report_begin(&run->report, "build");
    if (!build_project(&options, err))
        return false;
    report_end(&run->report, NULL);
    return true;
}

static bool flash(struct run *run, struct error *err)
{
    const struct settings *settings = &run->manifest.settings;
    cleanup_free char *machines = file_path("%s/qemu-machines", run->project_dir);
    cleanup_free char *elf = file_path("%s/build/firmware.elf", run->project_dir);
    cleanup_free char *flash_path = file_path("%s/flash.elf", run->project_dir);
    if (!machines || !elf || !flash_path)
        return error_no_memory(err, "a path", 0);
    struct board_options options = {
        .machine = &run->machine,
        .flash_path = flash_path,
        .interrupt = &run->interrupt,
        .gdbserver_port = (int)settings->gdbserver_port,
        .icount_shift = (int)settings->icount,
        .extra_qemu_args = (const char *const *)settings->qemu_args,
    };
    report_begin(&run->report, "flash");
    if (!machine_load(machines, run->args.board, &run->machine, err) ||
        !board_new(&options, &run->board, err) || !board_flash(run->board, elf, err) ||
        !board_open(run->board, err))
        return false;
    report_end(&run->report, "%s on %s", run->machine.name, run->machine.qemu_program);
    return true;
}

/* What can be refused without making anything is refused first. */
static bool prepare(struct run *run, struct error *err)
{
    if (access(run->args.model_path, R_OK) != 0)
        return error_set(err, ERROR_USAGE, errno, "model archive %s", run->args.model_path);
    return run_data_load(&run->args, &run->data, err) &&
           run_settings(&run->args, &run->settings, err) &&
           (!run->args.output_dir || file_make_dirs(run->args.output_dir, err)) &&
           file_share_dir(&run->share_dir, err) && file_program_path(&run->program_path, err) &&
           choose_project_dir(run, err);
}

static bool run_all(struct run *run, bool *ret_matches, struct error *err)
{
    if (!prepare(run, err) || !generate(run, err) || !build(run, err) || !flash(run, err) ||
        !run_on_device(run->board, &run->args, &run->manifest.model, &run->report, &run->data,
                       &run->model, err))
        return false;
    board_close(run->board);
    if (run->args.output_dir &&
        !run_output_write(&run->data, &run->model, run->args.output_dir, err))
        return false;
    *ret_matches = run_output_compare(&run->data, &run->model, &run->args.tolerance, &run->report);
    return true;
}

int command_run(int argc, char **argv)
{
    struct error err = {.kind = ERROR_NONE};
    struct run run = {.interrupt = {.signal_fd = -1, .peer_fd = -1}};
    settings_init(&run.settings);
    if (!run_args_parse(argc, argv, &run.args, &err))
        return exit_with_error("run", &err);
    if (run.args.help) {
        run_args_help(stdout);
        run_args_dispose(&run.args);
        return EXIT_CODE_OK;
    }
    report_init(&run.report, stdout);
    bool matches = false;
    bool good = interrupt_open(&run.interrupt, &err) && run_all(&run, &matches, &err);
    run_dispose(&run);
    if (!good)
        return exit_with_error("run", &err);
    return matches ? EXIT_CODE_OK : EXIT_CODE_MISMATCH;
}
