#include "project/generate.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "base/temp_dir.h"
#include "model/archive.h"
#include "model/load.h"
#include "project/board_file.h"
#include "project/build/folder.h"
#include "project/cmsis.h"
#include "project/crt.h"
#include "project/extra.h"
#include "project/fit.h"
#include "project/manifest.h"
#include "project/types/standalone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool no_memory(struct error *err)
{
    return error_no_memory(err, "a path", 0);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return path && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* TO/NAME becomes a copy of the file or folder FROM/NAME. */
static bool copy_item(const char *from, const char *to, const char *name, struct error *err)
{
    cleanup_free char *source = file_path("%s/%s", from, name);
    cleanup_free char *target = file_path("%s/%s", to, name);
    if (!source || !target)
        return no_memory(err);
    return is_folder(source) ? file_copy_tree(source, target, err) : file_copy(source, target, err);
}

static bool copy_launchers(const char *share_dir, const char *to, struct error *err)
{
    cleanup_free char *from = file_path("%s/template", share_dir);
    if (!from)
        return no_memory(err);
    return copy_item(from, to, "launch_microtvm_api_server.sh", err) &&
           copy_item(from, to, "microtvm_api_server.sh", err);
}

/* All of guest/ but its C runtime: crt/ is chosen by itself. */
static bool copy_guest(const char *share_dir, const char *to, struct error *err)
{
    cleanup_free char *from = file_path("%s/guest", share_dir);
    cleanup_dir DIR *dir = from ? opendir(from) : NULL;
    if (!from)
        return no_memory(err);
    if (!dir)
        return error_set(err, ERROR_SYSTEM, errno, "%s", from);
    for (struct dirent *entry = NULL; (errno = 0, entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "crt") == 0)
            continue;
        if (!copy_item(from, to, entry->d_name, err))
            return false;
    }
    return errno == 0 || error_set(err, ERROR_SYSTEM, errno, "%s", from);
}

/* TVM's name for float16 in C; whoever has a compiler that knows such a type may define it. */
static bool check_half(const struct settings *settings, const struct model *model,
                       struct error *err)
{
    char *const *definition = settings->compile_definitions;
    if (!model->needs_half)
        return true;
    for (; definition && *definition; definition++) {
        const char *name = *definition + (strncmp(*definition, "-D", 2) == 0 ? 2 : 0);
        if (strncmp(name, "half=", strlen("half=")) == 0)
            return true;
    }
    return error_set(err, ERROR_MODEL, 0,
                     "it computes in float16, as type \"half\", which TVM's code for the target "
                     "\"c\" uses and no C compiler has. Export the model in float32; or, where the "
                     "compiler has another name for it, give that (option compile_definitions: "
                     "half=_Float16)");
}

/* Without a system library nothing in a firmware can be called from the host. */
static void choose_type(const struct generate_options *options, struct manifest *manifest)
{
    static char STANDALONE[] = PROJECT_TYPE_STANDALONE;
    if (options->choose_type && !options->settings->project_type && !manifest->model.system_lib &&
        manifest->model.c_interface)
        manifest->settings.project_type = STANDALONE;
}

static bool unpack_model(const struct generate_options *options, const char *project,
                         struct manifest *manifest, struct error *err)
{
    cleanup_free char *dir = file_path("%s/model", project);
    cleanup_free char *archive = file_path("%s/model.tar", project);
    if (!dir || !archive)
        return no_memory(err);
    if (!file_make_dirs(dir, err) || !archive_extract(options->model_path, dir, err))
        return false;
    if (!model_load_dir(dir, options->settings->module, &manifest->model, err) ||
        !check_half(options->settings, &manifest->model, err))
        return error_wrap(err, "model archive %s", options->model_path);
    choose_type(options, manifest);
    if (!standalone_check(&manifest->settings, &manifest->model, err))
        return err->kind == ERROR_MODEL ? error_wrap(err, "model archive %s", options->model_path)
                                        : false;
    return file_copy(options->model_path, archive, err);
}

/* The program, and its libraries where it has its own beside it (cmake/libraries.cmake). */
static bool copy_program(const char *program_path, const char *to, struct error *err)
{
    cleanup_free char *program = file_path("%s/microtvm-qemu", to);
    cleanup_free char *libraries = file_path("%s/microtvm-qemu.libs", to);
    cleanup_free char *own_libraries = file_path("%s.libs", program_path);
    if (!program || !libraries || !own_libraries)
        return no_memory(err);
    return file_copy(program_path, program, err) &&
           (!is_folder(own_libraries) || file_copy_tree(own_libraries, libraries, err));
}

static bool fill(const struct generate_options *options, const char *project,
                 struct manifest *manifest, struct error *err)
{
    const struct crt_sources crt = {options->crt_dir, options->share_dir};
    return unpack_model(options, project, manifest, err) &&
           crt_add(&crt, options->model_path, project, manifest, err) &&
           copy_guest(options->share_dir, project, err) &&
           board_file_copy(options->share_dir, options->settings->board, project, err) &&
           copy_item(options->share_dir, project, "qemu-machines", err) &&
           copy_launchers(options->share_dir, project, err) &&
           copy_program(options->program_path, project, err) &&
           extra_add(options->settings->extra_files_tar, project, err) &&
           cmsis_add(options->settings->cmsis_path, project, err) &&
           fit_need(project, manifest, false, &manifest->need, err) &&
           manifest_save(project, manifest, err);
}

static bool check_options(const struct generate_options *options, struct error *err)
{
    const struct settings *settings = options->settings;
    const char *type = settings->project_type ? settings->project_type : PROJECT_TYPE_DEFAULT;
    cleanup_free char *boards = file_path("%s/qemu-machines", options->share_dir);
    cleanup_free char *apps = file_path("%s/guest/apps", options->share_dir);
    if (!boards || !apps)
        return no_memory(err);
    const struct name_place board_place = {boards, "", ".json"};
    const struct name_place type_place = {apps, "", "/"};
    bool is_path = settings->board && board_file_is_path(settings->board);
    return settings_check(settings, err) &&
           (is_path || name_list_check("board", settings->board, &board_place, err)) &&
           name_list_check("project_type", type, &type_place, err);
}

/* Where the project goes, without slashes at the end, and the folder that it stands in. */
static bool find_place(const char *project_dir, char **ret_place, char **ret_parent,
                       struct error *err)
{
    struct stat status;
    size_t length = strlen(project_dir);
    while (length > 1 && project_dir[length - 1] == '/')
        length--;
    cleanup_free char *place = strndup(project_dir, length);
    const char *slash = place ? strrchr(place, '/') : NULL;
    size_t parent_length = slash && slash > place ? (size_t)(slash - place) : 1;
    cleanup_free char *parent = slash ? strndup(place, parent_length) : strdup(".");
    if (!place || !parent)
        return no_memory(err);
    if (!*place)
        return error_set(err, ERROR_USAGE, 0, "project_dir: it is empty");
    if (lstat(place, &status) == 0)
        return error_set(err, ERROR_USAGE, 0,
                         "project_dir %s: exists already; name a new folder, or remove this one",
                         place);
    if (errno != ENOENT)
        return error_set(err, ERROR_SYSTEM, errno, "project_dir %s", place);
    if (!is_folder(parent))
        return error_set(err, ERROR_USAGE, 0, "project_dir %s: there is no folder %s", place,
                         parent);
    *ret_place = steal_pointer(place);
    *ret_parent = steal_pointer(parent);
    return true;
}

/* Renamed only where nothing stands: a plain rename would replace an empty folder. */
static bool put_in_place(const char *project, const char *place, struct error *err)
{
    struct stat status;
    if (renameat2(AT_FDCWD, project, AT_FDCWD, place, RENAME_NOREPLACE) == 0)
        return true;
    if (errno == EINVAL) { /* a file system that cannot promise it */
        if (lstat(place, &status) == 0)
            errno = EEXIST;
        else if (rename(project, place) == 0)
            return true;
    }
    return error_set(err, errno == EEXIST ? ERROR_USAGE : ERROR_SYSTEM, errno, "project_dir %s",
                     place);
}

static bool generate_in(const struct generate_options *options, const char *project,
                        const char *place, struct error *err)
{
    struct manifest manifest = {.settings = *options->settings}; /* lent: not disposed of */
    bool good = file_make_dirs(project, err) && fill(options, project, &manifest, err) &&
                put_in_place(project, place, err);
    settings_init(&manifest.settings);
    manifest_dispose(&manifest);
    return good;
}

/* What could not be built later is refused before anything is made. */
static bool check_place(const char *place, const char *parent, struct error *err)
{
    const char *slash = strrchr(place, '/');
    cleanup_free char *real_parent = realpath(parent, NULL);
    if (!real_parent)
        return error_set(err, ERROR_SYSTEM, errno, "%s", parent);
    cleanup_free char *real = file_path("%s/%s", real_parent, slash ? slash + 1 : place);
    return real ? build_path_check(real, err) : no_memory(err);
}

bool generate_project(const struct generate_options *options, struct error *err)
{
    cleanup_free char *place = NULL;
    cleanup_free char *parent = NULL;
    struct temp_dir temporary = {.path = NULL};
    if (!check_options(options, err) || !find_place(options->project_dir, &place, &parent, err) ||
        !check_place(place, parent, err))
        return false;
    if (!temp_dir_make(parent, "." TEMP_DIR_PREFIX, &temporary, err))
        return error_wrap(err, "project_dir %s", place);
    cleanup_free char *project = file_path("%s/project", temporary.path);
    bool good = project ? generate_in(options, project, place, err) : no_memory(err);
    /* Once the project is in its place, the call has succeeded: only an empty folder is left. */
    struct error ignored;
    if (!temp_dir_remove(&temporary, &ignored) && !good)
        error_append(err, "a temporary folder is left: %s", ignored.text);
    return good;
}
