#include "project/build/env.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOOL_WORDS_MAX = 16, INTERPRETER_SIZE = 256, MIB = 1024 * 1024 };

extern char **environ;

/* Takes the string, which may be NULL; returns it. */
static char *own(struct build_env *env, char *text)
{
    if (text && env->owned_count < BUILD_ENV_OWNED_MAX)
        return env->owned[env->owned_count++] = text;
    free(text);
    return NULL;
}

static void add_word(struct build_env *env, const char *word)
{
    if (word && env->words_count + TOOL_WORDS_MAX + 1 < BUILD_ENV_WORDS_MAX)
        env->words[env->words_count++] = word;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): one thread */
    return value && value[0] ? value : NULL;
}

static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The folder that a program was installed in: above its bin/, unless that holds all of somebody's
 * files. */
static char *installation(const char *program)
{
    const char *home = variable("HOME");
    cleanup_free char *copy = strdup(program);
    if (!copy)
        return NULL;
    cleanup_free char *bin = strdup(dirname(copy));
    cleanup_free char *above = bin ? strdup(bin) : NULL;
    if (!above)
        return NULL;
    const char *root = dirname(above);
    bool is_bin = strcmp(bin + strlen(root) + (root[1] ? 1 : 0), "bin") == 0;
    bool is_much = strcmp(root, "/") == 0 || (home && is_below(home, root));
    return strdup(is_bin && !is_much ? root : bin);
}

static void allow_installation(struct build_env *env, struct confine_paths *paths,
                               const char *program)
{
    cleanup_free char *real = realpath(program, NULL);
    confine_allow(paths, own(env, installation(program)), false);
    if (real && strcmp(real, program) != 0)
        confine_allow(paths, own(env, installation(real)), false);
}

/* "#!/home/me/venv/bin/python3": pip installs cmake and ninja so. */
static void allow_interpreter(struct build_env *env, struct confine_paths *paths,
                              const char *program)
{
    char line[INTERPRETER_SIZE] = "";
    cleanup_file FILE *file = fopen(program, "re");
    if (!file || !fgets(line, sizeof(line), file) || strncmp(line, "#!", 2) != 0)
        return;
    char *path = line + 2 + strspn(line + 2, " ");
    path[strcspn(path, " \t\r\n")] = '\0';
    if (path[0] == '/')
        allow_installation(env, paths, path);
}

static void allow_tool(struct build_env *env, struct confine_paths *paths, const char *name)
{
    cleanup_free char *path = program_find(name);
    if (!path || is_below(path, "/usr") || is_below(path, "/bin"))
        return;
    allow_installation(env, paths, path);
    allow_interpreter(env, paths, path);
}

/* Where the cache lies, by its own word. ccache without a home folder asks /etc/passwd for it,
 * which it does not see later. */
static char *cache_dir(const struct interrupt *interrupt)
{
    static const char *const ARGV[] = {"ccache", "-k", "cache_dir", NULL};
    const struct child_options options = {
        .argv = ARGV, .stdin_fd = -1, .parent_death_signal = SIGKILL};
    struct child_first_line line = {.text = ""};
    int status = 1;
    struct error ignored;
    if (!child_run(&options, deadline_never(), interrupt, child_keep_first_line, &line, &status,
                   &ignored) ||
        status != 0 || line.text[0] != '/')
        return NULL;
    (void)file_make_dirs(line.text, &ignored); /* what fails here shows when it is written to */
    return strdup(line.text);
}

static void allow_cache(struct build_env *env, struct confine_paths *paths, const char *dir)
{
    const char *home = variable("HOME");
    const char *config = variable("XDG_CONFIG_HOME");
    confine_allow(paths, dir, true);
    confine_allow(paths, variable("CCACHE_CONFIGPATH"), false);
    if (config)
        confine_allow(paths, own(env, file_path("%s/ccache", config)), false);
    if (home)
        confine_allow(paths, own(env, file_path("%s/.config/ccache", home)), false);
}

/* ccache is to find what it compiled for another project. A cache that cannot be used must not keep
 * anybody from building: then it is told to do nothing but run the compiler, and not to read the
 * settings that it stumbles over. */
static void unset_variables(struct build_env *env, bool is_cached)
{
    static const char *const HOSTS[] = {"CFLAGS",          "CXXFLAGS", "CPPFLAGS",
                                        "LDFLAGS",         "ASMFLAGS", "CMAKE_TOOLCHAIN_FILE",
                                        "CMAKE_BUILD_TYPE"};
    for (size_t i = 0; i < sizeof(HOSTS) / sizeof(HOSTS[0]); i++) {
        add_word(env, "-u");
        add_word(env, HOSTS[i]);
    }
    for (char **at = environ; !is_cached && *at; at++) {
        if (strncmp(*at, "CCACHE_", strlen("CCACHE_")) != 0)
            continue;
        add_word(env, "-u");
        add_word(env, own(env, strndup(*at, strcspn(*at, "="))));
    }
}

/* Variables that the user's shell has for host programs are not for the firmware. The compiler's
 * lines are to be in English. cache: its folder; NULL: nothing is cached. */
static void set_words(struct build_env *env, const char *cache)
{
    env->words_count = 0;
    for (char **word = env->confine.words; word && *word; word++)
        add_word(env, *word);
    add_word(env, "env");
    unset_variables(env, cache != NULL);
    add_word(env, "LC_ALL=C");
    add_word(env, own(env, file_path("TMPDIR=%s/build/tmp", env->project_dir)));
    if (!cache || !variable("HOME")) /* ccache does nothing at all without one */
        add_word(env, own(env, file_path("HOME=%s/build/tmp", env->project_dir)));
    if (cache) {
        add_word(env, own(env, file_path("CCACHE_DIR=%s", cache)));
        add_word(env, own(env, file_path("CCACHE_TEMPDIR=%s/build/tmp", env->project_dir)));
        add_word(env, own(env, file_path("CCACHE_BASEDIR=%s", env->project_dir)));
        add_word(env, "CCACHE_NOHASHDIR=1");
    } else {
        add_word(env, "CCACHE_DISABLE=1");
        add_word(env, "CCACHE_CONFIGPATH=/dev/null");
    }
}

void build_env_drop_cache(struct build_env *env, const char *why)
{
    snprintf(env->no_cache, sizeof(env->no_cache), "%s", why);
    set_words(env, NULL);
}

/* Tried, since a newer ccache (4.11) compiles, keeps nothing and is silent where it can't write. */
static bool takes_files(const char *dir)
{
    cleanup_free char *path = file_path("%s/microtvm-qemu-XXXXXX", dir);
    cleanup_fd int fd = path ? mkostemp(path, O_CLOEXEC) : -1;
    return fd >= 0 && unlink(path) == 0;
}

static void choose_cache(struct build_env *env, const char *dir)
{
    cleanup_free char *ccache = program_find("ccache");
    char why[sizeof(env->no_cache)];
    if (!ccache)
        build_env_drop_cache(env, "no ccache is installed");
    else if (!dir)
        build_env_drop_cache(env, "ccache does not say where it keeps things");
    else if (!takes_files(dir)) {
        snprintf(why, sizeof(why), "ccache's folder %s: %s", dir, strerror(errno));
        build_env_drop_cache(env, why);
    } else
        set_words(env, dir);
}

static bool confine(struct build_env *env, const struct settings *settings, const char *cache,
                    struct error *err)
{
    static const char *const TOOLS[] = {"cmake", "ninja", "ccache"};
    struct confine_paths paths = {.count = 0};
    cleanup_free char *compiler = file_path("%sgcc", env->toolchain_prefix);
    if (!compiler)
        return error_no_memory(err, "a program's name", strlen(env->toolchain_prefix));
    confine_allow_system(&paths);
    for (size_t i = 0; i < sizeof(TOOLS) / sizeof(TOOLS[0]); i++)
        allow_tool(env, &paths, TOOLS[i]);
    allow_tool(env, &paths, compiler);
    allow_cache(env, &paths, cache);
    confine_allow(&paths, env->project_dir, false);
    confine_allow(&paths, own(env, file_path("%s/build", env->project_dir)), true);
    if (!confine_make(settings->confine ? settings->confine : "auto", &paths, env->interrupt,
                      &env->confine, err))
        return error_wrap(err, "option confine=%s", settings->confine);
    env->bounds.ruleset_fd = env->confine.ruleset_fd;
    return true;
}

static bool open_env(struct build_env *env, const struct settings *settings, struct error *err)
{
    cleanup_free char *temp_dir = file_path("%s/build/tmp", env->project_dir);
    if (!temp_dir)
        return error_no_memory(err, "a path", strlen(env->project_dir));
    char *cache = own(env, cache_dir(env->interrupt));
    if (!file_remove_tree(temp_dir, err) || !file_make_dirs(temp_dir, err) ||
        !confine(env, settings, cache, err))
        return false;
    choose_cache(env, cache);
    return true;
}

bool build_env_open(const char *project_dir, const char *toolchain_prefix,
                    const struct settings *settings, const struct interrupt *interrupt,
                    struct build_env *ret_env, struct error *err)
{
    uint64_t memory_bytes = (uint64_t)settings->build_memory_mib * MIB;
    *ret_env = (struct build_env){
        .project_dir = project_dir,
        .toolchain_prefix = toolchain_prefix,
        .interrupt = interrupt,
        .confine = CONFINE_INIT,
        .bounds = {.ruleset_fd = -1, .memory_bytes = memory_bytes, .file_bytes = memory_bytes},
        .deadline = settings->build_timeout_s > 0 ? deadline_in_ms(settings->build_timeout_s * 1000)
                                                  : deadline_never(),
    };
    if (open_env(ret_env, settings, err))
        return true;
    build_env_close(ret_env);
    return false;
}

void build_env_close(struct build_env *env)
{
    confine_dispose(&env->confine);
    for (size_t i = 0; i < env->owned_count; i++)
        free(env->owned[i]);
    env->owned_count = 0;
}

bool build_env_run(struct build_env *env, const char *const *argv, child_line_fn on_line,
                   void *context, int *ret_status, struct error *err)
{
    const char *all[BUILD_ENV_WORDS_MAX] = {NULL};
    memcpy(all, env->words, env->words_count * sizeof(*all));
    for (size_t i = 0; i < TOOL_WORDS_MAX && argv[i]; i++)
        all[env->words_count + i] = argv[i];
    const struct child_options options = {
        .argv = all,
        .working_dir = env->project_dir,
        .stdin_fd = -1,
        .bounds = &env->bounds,
        .parent_death_signal = SIGTERM,
        .package = "coreutils",
    };
    return child_run(&options, env->deadline, env->interrupt, on_line, context, ret_status, err);
}
