#include "project/cmsis.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "project/extra.h"
#include "sources/lexer.h"
#include "sources/symbols.h"
#include "sources/walk.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { SOURCE_MAX_BYTES = 1024 * 1024 * 1024 };

/* What the project's own code asks for. */
struct demand {
    struct symbols *symbols;
    size_t unit;     /* all its names */
    char *in_file;   /* the first that includes a header of CMSIS; NULL: none does */
    char header[64]; /* that header */
};

static bool is_folder(const char *path)
{
    struct stat status;
    return path && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* "arm_nnfunctions.h" of a line `include <arm_nnfunctions.h>`; false when it is none of CMSIS. The
 * compiler's own headers (arm_acle.h, arm_mve.h, ...) begin with arm_, too. */
static bool cmsis_header(const struct c_token *directive, char header[64])
{
    cleanup_free char *line = strndup(directive->text, directive->length);
    if (!line || sscanf(line, " include %*1[<\"]%63[a-zA-Z0-9_./]", header) != 1)
        return false;
    return strncmp(header, "arm_nn", strlen("arm_nn")) == 0 ||
           strncmp(header, "arm_math", strlen("arm_math")) == 0;
}

static bool look_into(void *context, const char *path, struct error *err)
{
    struct demand *demand = context;
    cleanup_free char *text = NULL;
    size_t length = 0;
    struct c_token token;
    if (!file_read(path, SOURCE_MAX_BYTES, &text, &length, err))
        return false;
    struct c_lexer lexer = c_lexer_start(text, length);
    while (!demand->in_file && c_lexer_next(&lexer, &token)) {
        if (token.kind != C_DIRECTIVE || !cmsis_header(&token, demand->header))
            continue;
        demand->in_file = strdup(path);
        if (!demand->in_file)
            return error_no_memory(err, "a path", strlen(path));
    }
    return symbols_add_names(demand->symbols, demand->unit, text, length, err);
}

/* The model's code and the extra files that are compiled. */
static bool look_into_project(const char *project, struct demand *demand, struct error *err)
{
    cleanup_free char *model = file_path("%s/model/codegen/host", project);
    cleanup_free char *list = file_path("%s/" EXTRA_SOURCES_FILE, project);
    cleanup_free char *extra = NULL;
    struct stat status;
    if (!model || !list)
        return error_no_memory(err, "a path", strlen(project));
    if (is_folder(model) && (!source_walk(model, ".c", look_into, demand, err) ||
                             !source_walk(model, ".h", look_into, demand, err)))
        return false;
    if (stat(list, &status) != 0)
        return true;
    if (!file_read(list, SOURCE_MAX_BYTES, &extra, NULL, err))
        return false;
    char *rest = NULL;
    for (char *name = strtok_r(extra, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest)) {
        cleanup_free char *path = file_path("%s/%s", project, name);
        if (!path)
            return error_no_memory(err, "a path", strlen(name));
        if (!look_into(demand, path, err))
            return false;
    }
    return true;
}

/* The first of CMSIS_PATH/PLACES that has FILE, in a new string; NULL in *ret_place: none has. */
static bool find_place(const char *cmsis_path, const char *const *places, const char *file,
                       char **ret_place, struct error *err)
{
    struct stat status;
    *ret_place = NULL;
    for (; *places; places++) {
        cleanup_free char *place = file_path("%s/%s", cmsis_path, *places);
        cleanup_free char *path = place ? file_path("%s/%s", place, file) : NULL;
        if (!path)
            return error_no_memory(err, "a path", strlen(cmsis_path));
        if (stat(path, &status) == 0) {
            *ret_place = steal_pointer(place);
            return true;
        }
    }
    return true;
}

/* PROJECT/cmsis/include/NAME becomes a copy of the folder. */
static bool copy_headers(const char *from, const char *project, const char *name, struct error *err)
{
    cleanup_free char *to = file_path("%s/cmsis/include/%s", project, name);
    return to ? file_copy_tree(from, to, err) : error_no_memory(err, "a path", strlen(project));
}

static bool copy_all_headers(const char *cmsis_path, const char *nn, const char *project,
                             struct error *err)
{
    static const char *const CORE[] = {"CMSIS/Core/Include", "Core/Include",
                                       "CMSIS_6/CMSIS/Core/Include", NULL};
    static const char *const DSP[] = {"CMSIS/DSP/Include", "DSP/Include", "CMSIS-DSP/Include",
                                      NULL};
    cleanup_free char *include = file_path("%s/cmsis/include", project);
    cleanup_free char *nn_headers = file_path("%s/Include", nn);
    cleanup_free char *core = NULL;
    cleanup_free char *dsp = NULL;
    if (!include || !nn_headers)
        return error_no_memory(err, "a path", strlen(project));
    return file_make_dirs(include, err) && copy_headers(nn_headers, project, "nn", err) &&
           find_place(cmsis_path, CORE, "cmsis_compiler.h", &core, err) &&
           (!core || copy_headers(core, project, "core", err)) &&
           find_place(cmsis_path, DSP, "arm_math.h", &dsp, err) &&
           (!dsp || copy_headers(dsp, project, "dsp", err));
}

/* CMSIS-NN's sources, and which unit each is. */
struct library {
    struct symbols *symbols;
    const char *folder;
    const char *project;
    char **paths;
    size_t *units;
    size_t count;
};

static void library_dispose(struct library *library)
{
    for (size_t i = 0; i < library->count; i++)
        free(library->paths[i]);
    free(library->paths);
    free(library->units);
}

static bool add_library_source(void *context, const char *path, struct error *err)
{
    struct library *library = context;
    cleanup_free char *text = NULL;
    size_t length = 0;
    size_t size = (library->count + 1) * sizeof(void *);
    char **paths = realloc(library->paths, size);
    if (paths)
        library->paths = paths;
    size_t *units = realloc(library->units, size);
    if (units)
        library->units = units;
    char *copy = strdup(path);
    if (!paths || !units || !copy) {
        free(copy);
        return error_no_memory(err, "a list of sources", size);
    }
    paths[library->count++] = copy;
    return file_read(path, SOURCE_MAX_BYTES, &text, &length, err) &&
           symbols_add_source(library->symbols, text, length, &units[library->count - 1], err);
}

static bool add_library_header(void *context, const char *path, struct error *err)
{
    const struct library *library = context;
    cleanup_free char *text = NULL;
    size_t length = 0;
    return file_read(path, SOURCE_MAX_BYTES, &text, &length, err) &&
           symbols_add_header(library->symbols, text, length, err);
}

static bool copy_reached(const struct library *library, struct error *err)
{
    for (size_t i = 0; i < library->count; i++) {
        if (!symbols_is_reached(library->symbols, library->units[i]))
            continue;
        const char *name = library->paths[i] + strlen(library->folder);
        cleanup_free char *to = file_path("%s/cmsis/src%s", library->project, name);
        cleanup_free char *parent = to ? strndup(to, (size_t)(strrchr(to, '/') - to)) : NULL;
        if (!parent)
            return error_no_memory(err, "a path", strlen(name));
        if (!file_make_dirs(parent, err) || !file_copy(library->paths[i], to, err))
            return false;
    }
    return true;
}

static bool copy_sources(const struct demand *demand, const char *nn, const char *project,
                         struct error *err)
{
    cleanup_free char *folder = file_path("%s/Source", nn);
    cleanup_free char *headers = file_path("%s/cmsis/include", project);
    __attribute__((cleanup(library_dispose))) struct library library = {
        .symbols = demand->symbols, .folder = folder, .project = project};
    if (!folder || !headers)
        return error_no_memory(err, "a path", strlen(nn));
    return source_walk(headers, ".h", add_library_header, &library, err) &&
           source_walk(folder, ".c", add_library_source, &library, err) &&
           symbols_reach(demand->symbols, demand->unit, err) && copy_reached(&library, err);
}

/* Does the project itself have the header, from its extra files? */
static bool has_own(const char *project, const char *header)
{
    cleanup_free char *path = file_path("%s/include/%s", project, header);
    struct stat status;
    return path && stat(path, &status) == 0;
}

static bool provide(const struct demand *demand, const char *cmsis_path, const char *project,
                    struct error *err)
{
    static const char *const NN[] = {"CMSIS-NN", "CMSIS/NN", "NN", ".", NULL};
    cleanup_free char *nn = NULL;
    if (!cmsis_path || !*cmsis_path)
        return has_own(project, demand->header) ||
               error_set(err, ERROR_USAGE, 0,
                         "option cmsis_path: not given, but %s includes %s: name the folder of "
                         "CMSIS there, or in the environment variable CMSIS_PATH",
                         strrchr(demand->in_file, '/') + 1, demand->header);
    if (!find_place(cmsis_path, NN, "Include/arm_nnfunctions.h", &nn, err))
        return false;
    if (!nn)
        return error_set(err, ERROR_USAGE, 0,
                         "option cmsis_path: \"%s\": no CMSIS-NN there (looked for "
                         "Include/arm_nnfunctions.h in CMSIS-NN, CMSIS/NN, NN and the folder "
                         "itself)",
                         cmsis_path);
    return copy_all_headers(cmsis_path, nn, project, err) && copy_sources(demand, nn, project, err);
}

bool cmsis_add(const char *cmsis_path, const char *project, struct error *err)
{
    struct demand demand = {.in_file = NULL};
    if (cmsis_path && *cmsis_path && !is_folder(cmsis_path))
        return error_set(err, ERROR_USAGE, errno, "option cmsis_path: \"%s\": not a folder",
                         cmsis_path);
    if (!cmsis_path || !*cmsis_path)
        cmsis_path = getenv("CMSIS_PATH"); /* NOLINT(concurrency-mt-unsafe): one thread */
    bool good = symbols_new(&demand.symbols, err) &&
                symbols_add_source(demand.symbols, "", 0, &demand.unit, err) &&
                look_into_project(project, &demand, err) &&
                (!demand.in_file || provide(&demand, cmsis_path, project, err));
    free(demand.in_file);
    symbols_free(demand.symbols);
    return good;
}
