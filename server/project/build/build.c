#include "project/build/build.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/lock.h"
#include "project/build/env.h"
#include "project/build/folder.h"
#include "project/build/log.h"
#include "project/build/place.h"
#include "project/build/tools.h"
#include "project/fit.h"
#include "project/linked_params.h"
#include "project/types/driven.h"
#include "project/types/standalone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One build: where, and what its programs have said so far. */
struct build {
    const struct build_options *options;
    struct manifest manifest; /* the options', with what it needs; lent: not disposed of */
    char *project_dir;        /* absolute, links resolved: as cmake notes it in its cache */
    char *toolchain_prefix;   /* "arm-none-eabi-": that of the compiler to use */
    struct build_env env;
    struct build_log log;
    struct parts linked; /* the most that the linker has counted so far */
    bool waits;          /* for another process that builds here */
};

static void take_line(void *context, const char *line)
{
    struct build *build = context;
    build_log_add(&build->log, line);
    if (build->options->on_line)
        build->options->on_line(build->options->context, line);
}

static void notice(const struct build *build, const char *line)
{
    if (build->options->on_notice)
        build->options->on_notice(build->options->context, line);
}

static void tell_no_cache(struct build *build)
{
    char line[sizeof(build->env.no_cache) + 64];
    if (!build->env.no_cache[0] || !build->options->on_line)
        return;
    snprintf(line, sizeof(line), "no compiler cache, all is compiled: %s", build->env.no_cache);
    build->options->on_line(build->options->context, line);
}

/* A cache that cannot be used, or settings of it that are wrong, must keep nobody from building. */
static bool run_with_or_without_cache(struct build *build, const char *const *argv, int *ret_status,
                                      struct error *err)
{
    struct build_log *log = &build->log;
    if (!build_env_run(&build->env, argv, take_line, build, ret_status, err))
        return false;
    if (*ret_status == 0 || !log->cache_error[0] || build->env.no_cache[0])
        return true;
    build_env_drop_cache(&build->env, log->cache_error);
    tell_no_cache(build);
    build_log_init(log, build->project_dir);
    return build_env_run(&build->env, argv, take_line, build, ret_status, err);
}

static bool run_tool(struct build *build, const char *what, const char *const *argv,
                     struct error *err)
{
    const struct settings *settings = &build->options->manifest->settings;
    int status = 0;
    char text[64];
    if (!run_with_or_without_cache(build, argv, &status, err)) {
        if (err->kind != ERROR_TIMEOUT)
            return error_wrap(err, "%s", what);
        return build_log_timeout(&build->log, what, settings->build_timeout_s, err);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    build->log.disk_full |= build_folder_is_full(build->project_dir);
    build_log_error(&build->log, what, err);
    if (build->log.out_of_memory && settings->build_memory_mib > 0)
        error_append(
            err,
            "each program of a build may take build_memory_mib=%lld; raise that option, or "
            "make it 0 for no limit",
            (long long)settings->build_memory_mib);
    return error_append(err, "(%s)", child_status_text(status, text, sizeof(text)));
}

static bool configure(struct build *build, struct error *err)
{
    bool with_counts = build->options->with_counts;
    bool with_trace = build->options->with_trace;
    cleanup_free char *prefix =
        file_path("-D" BUILD_TOOLCHAIN_VARIABLE "=%s", build->toolchain_prefix);
    const char *const argv[] = {"cmake",
                                "-GNinja",
                                "-S.",
                                "-Bbuild",
                                prefix,
                                "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
                                with_counts ? "-DCOUNT=ON" : "-DCOUNT=OFF",
                                with_trace ? "-DTRACE=ON" : "-DTRACE=OFF",
                                NULL};
    if (!prefix)
        return error_no_memory(err, "an argument", strlen(build->toolchain_prefix));
    return (!with_counts && !with_trace && build_folder_is_configured(build->project_dir)) ||
           run_tool(build, "configuring the firmware's build", argv, err);
}

static bool compile(struct build *build, struct error *err)
{
    char jobs[32];
    const char *argv[] = {"ninja", "-C", "build", "all", NULL, NULL, NULL, NULL};
    size_t count = 4;
    if (build->options->with_counts)
        argv[count++] = "count";
    if (build->options->with_trace)
        argv[count++] = "trace";
    if (build->options->manifest->settings.build_jobs > 0) {
        snprintf(jobs, sizeof(jobs), "-j%lld",
                 (long long)build->options->manifest->settings.build_jobs);
        argv[count] = jobs;
    }
    return run_tool(build, "building the firmware", argv, err);
}

/* A failed build in words that say what to do, where its log tells. */
static bool explain(struct build *build, struct error *err)
{
    if (err->kind != ERROR_BUILD)
        return false;
    if (build->log.no_libc)
        return build_tools_no_libc(build->project_dir, err);
    if (build->log.no_cxx)
        return build_tools_no_cxx(build->project_dir, err);
    return false;
}

/* What was written half would keep the next build from working, too. */
static bool clear_after(struct build *build, bool configured, const char *build_dir,
                        struct error *err)
{
    struct error ignored;
    bool no_space = err->kind == ERROR_SYSTEM && err->os == ENOSPC;
    if ((no_space || (err->kind == ERROR_BUILD && !configured)) &&
        !file_remove_tree(build_dir, &ignored))
        error_append(err, "remove %s by hand: %s", build_dir, ignored.text);
    return explain(build, err);
}

static bool check_model(const struct build *build, struct error *err)
{
    const struct manifest *manifest = &build->manifest;
    if (driven_check(manifest->settings.project_type, &manifest->model, err) &&
        standalone_check(&manifest->settings, &manifest->model, err))
        return true;
    /* An option is not the archive's fault. */
    return err->kind == ERROR_MODEL
               ? error_wrap(err, "model archive %s/model.tar", build->project_dir)
               : false;
}

/* What is sure not to fit is not compiled. */
static bool check_memory(struct build *build, struct error *err)
{
    struct manifest *manifest = &build->manifest;
    return fit_need(build->project_dir, manifest, build->options->has_device_graph, &manifest->need,
                    err) &&
           fit_check(build->project_dir, manifest, &manifest->need, &manifest->placement, err);
}

/* Whoever has switched it off knows. */
static void tell_unconfined(const struct build *build)
{
    const struct confine *confine = &build->env.confine;
    const char *wanted = build->options->manifest->settings.confine;
    char line[sizeof(confine->reason) + 128];
    if (confine->method != CONFINE_NONE || (wanted && strcmp(wanted, "off") == 0))
        return;
    snprintf(line, sizeof(line),
             "warning: the model's code is compiled unconfined, it can read any file that you can: "
             "%s",
             confine->reason);
    notice(build, line);
}

/* Only linked anew where the first placement turns out to be none. */
static bool compile_and_place(struct build *build, const char *build_dir, struct error *err)
{
    for (;;) {
        bool configured = configure(build, err);
        if (configured && compile(build, err))
            return true;
        if (!configured || err->kind != ERROR_BUILD || !build->log.overflowed ||
            !place_anew(build->project_dir, &build->manifest, &build->linked, err))
            return clear_after(build, configured, build_dir, err);
        if (!manifest_save(build->project_dir, &build->manifest, err))
            return false;
        build_log_init(&build->log, build->project_dir);
    }
}

static bool build_steps(struct build *build, const char *build_dir, const char *firmware,
                        struct error *err)
{
    const struct settings *settings = &build->options->manifest->settings;
    if (!check_model(build, err) ||
        !build_tools_check(build->project_dir, &build->toolchain_prefix, err) ||
        !check_memory(build, err) || !manifest_save(build->project_dir, &build->manifest, err) ||
        !linked_params_write(build->project_dir, &build->manifest, err) ||
        !build_folder_drop_other(build->project_dir, build->toolchain_prefix, err) ||
        !build_env_open(build->project_dir, build->toolchain_prefix, settings,
                        build->options->interrupt, &build->env, err))
        return false;
    tell_unconfined(build);
    tell_no_cache(build);
    if (!compile_and_place(build, build_dir, err))
        return false;
    return access(firmware, R_OK) == 0 ||
           error_set(err, ERROR_BUILD, errno, "the build ended well, but left no %s", firmware);
}

static bool build_in(struct build *build, struct error *err)
{
    cleanup_free char *build_dir = file_path("%s/build", build->project_dir);
    cleanup_free char *firmware = build_firmware_path(build->project_dir);
    if (!build_dir || !firmware)
        return error_no_memory(err, "a path", strlen(build->project_dir));
    if (!build_path_check(build->project_dir, err))
        return false;
    build_log_init(&build->log, build->project_dir);
    if (build_steps(build, build_dir, firmware, err))
        return true;
    /* An earlier build's firmware is not what was asked for now: nobody is to flash it. */
    if (unlink(firmware) != 0 && errno != ENOENT && errno != ENOTDIR)
        error_append(err, "remove %s by hand: %s", firmware, strerror(errno));
    return false;
}

static void tell_wait(void *context)
{
    struct build *build = context;
    if (!build->waits)
        notice(build, "another process builds this project: waiting until it has ended");
    build->waits = true;
}

bool build_project(const struct build_options *options, struct error *err)
{
    cleanup_free char *project_dir = realpath(options->project_dir, NULL);
    struct build *build = calloc(1, sizeof(*build));
    bool good = false;
    if (!build)
        return error_no_memory(err, "a build", sizeof(*build));
    build->options = options;
    build->manifest = *options->manifest;
    build->project_dir = project_dir;
    build->env = BUILD_ENV_NONE;
    cleanup_fd int lock_fd = -1;
    if (!project_dir)
        error_set(err, ERROR_SYSTEM, errno, "project folder %s", options->project_dir);
    else
        good = lock_folder(project_dir, options->interrupt, tell_wait, build, &lock_fd, err) &&
               build_in(build, err);
    if (good && options->ret_need)
        *options->ret_need = build->manifest.need;
    build_env_close(&build->env);
    free(build->toolchain_prefix);
    free(build);
    return good;
}
