#include "project/crt.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool no_memory(struct error *err)
{
    return error_no_memory(err, "a path", 0);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return path && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* TVM's standalone_crt, of any version, or one that is laid out like it. */
static bool holds_crt(const char *dir)
{
    if (!dir || !*dir)
        return false;
    cleanup_free char *headers = file_path("%s/include/tvm/runtime/crt", dir);
    cleanup_free char *sources = file_path("%s/src/runtime/crt", dir);
    return is_folder(headers) && is_folder(sources);
}

/* Until 0.8, TVM's runtime ran AOT models from the application only. */
static bool check_executor(const char *crt_dir, const char *model_path,
                           const struct manifest *manifest, struct error *err)
{
    const char *type = manifest->settings.project_type;
    cleanup_free char *executor = file_path("%s/src/runtime/crt/aot_executor_module", crt_dir);
    if (!executor)
        return no_memory(err);
    if (strcmp(manifest->model.executor, "aot") != 0 ||
        (type && strcmp(type, PROJECT_TYPE_DEFAULT) != 0) || is_folder(executor))
        return true;
    return error_set(err, ERROR_MODEL, 0,
                     "model archive %s is for the AOT executor, and the C runtime in %s has none "
                     "(no src/runtime/crt/aot_executor_module; TVM up to 0.8): give the runtime of "
                     "a later TVM, or none and option crt=bundled, or compile the model with "
                     "Executor(\"graph\")",
                     model_path, crt_dir);
}

static bool copy_folder(const char *from, const char *to, const char *name, struct error *err)
{
    cleanup_free char *source = file_path("%s/%s", from, name);
    cleanup_free char *target = file_path("%s/%s", to, name);
    return source && target ? file_copy_tree(source, target, err) : no_memory(err);
}

bool crt_add(const struct crt_sources *sources, const char *model_path, const char *project,
             struct manifest *manifest, struct error *err)
{
    cleanup_free char *bundled = file_path("%s/guest/crt", sources->share_dir);
    cleanup_free char *to = file_path("%s/crt", project);
    const char *wanted = manifest->settings.crt;
    bool has_given = holds_crt(sources->given_dir);
    bool use_given = has_given && (!wanted || strcmp(wanted, "given") == 0);
    const char *from = use_given ? sources->given_dir : bundled;
    if (wanted && strcmp(wanted, "given") == 0 && !has_given)
        return error_set(
            err, ERROR_USAGE, 0,
            "option crt=given: standalone_crt_dir \"%s\" holds no C runtime (TVM's has "
            "include/tvm/runtime/crt and src/runtime/crt): name one that does, or "
            "leave the option out",
            sources->given_dir ? sources->given_dir : "");
    manifest->crt_source = strdup(use_given ? "given" : "bundled");
    if (!bundled || !to || !manifest->crt_source)
        return no_memory(err);
    return (!use_given || check_executor(from, model_path, manifest, err)) &&
           file_make_dirs(to, err) && copy_folder(from, to, "include", err) &&
           copy_folder(from, to, "src", err);
}
