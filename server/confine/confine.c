#include "confine/confine.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "confine/landlock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROBE_TIMEOUT_MS = 10 * 1000, LINE_SIZE = 160, WORDS_PER_PATH = 3 };

void confine_dispose(struct confine *confine)
{
    cleanup_close_fd(&confine->ruleset_fd);
    for (char **word = confine->words; word && *word; word++)
        free(*word);
    free(confine->words);
    *confine = CONFINE_INIT;
}

/* The paths of a link's ends differ: both are made to be there, as the host has them. */
static bool bubblewrap_words(const struct confine_paths *paths, char ***ret_words,
                             struct error *err)
{
    static const char *const FIRST[] = {
        "bwrap", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--dev", "/dev"};
    enum { FIRST_COUNT = sizeof(FIRST) / sizeof(FIRST[0]) };
    char **words = calloc(FIRST_COUNT + WORDS_PER_PATH * paths->count + 2, sizeof(*words));
    size_t count = 0;
    bool good = words != NULL;
    for (size_t i = 0; good && i < FIRST_COUNT; i++)
        good = (words[count++] = strdup(FIRST[i])) != NULL;
    for (size_t i = 0; good && i < paths->count; i++) {
        const struct confine_path *path = &paths->paths[i];
        if (strncmp(path->path, "/dev/", 5) == 0)
            continue;
        good = (words[count++] = strdup(path->is_writable ? "--bind-try" : "--ro-bind-try")) &&
               (words[count++] = strdup(path->path)) && (words[count++] = strdup(path->path));
    }
    good = good && (words[count++] = strdup("--"));
    *ret_words = words; /* the caller disposes of what there is */
    return good || error_no_memory(err, "bubblewrap's arguments", paths->count);
}

static void keep_line(void *context, const char *line)
{
    snprintf(context, LINE_SIZE, "%s", line);
}

/* Installed is not enough: containers and some systems do not let it make namespaces. */
static bool try_bubblewrap(char *const *words, const struct interrupt *interrupt, struct error *err)
{
    const char *argv[WORDS_PER_PATH * CONFINE_PATHS_MAX + 16] = {NULL};
    char line[LINE_SIZE] = "";
    size_t count = 0;
    int status = 0;
    while (words[count] && count + 2 < sizeof(argv) / sizeof(argv[0])) {
        argv[count] = words[count];
        count++;
    }
    argv[count] = "/usr/bin/true";
    const struct child_options options = {
        .argv = argv, .stdin_fd = -1, .parent_death_signal = SIGKILL, .package = "bubblewrap"};
    if (!child_run(&options, deadline_in_ms(PROBE_TIMEOUT_MS), interrupt, keep_line, line, &status,
                   err))
        return false;
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           error_set(err, ERROR_SYSTEM, 0, "bubblewrap cannot be used: %s", line);
}

static bool make_landlock(const struct confine_paths *paths, struct confine *confine,
                          struct error *err)
{
    if (!landlock_make(paths, &confine->ruleset_fd, err))
        return false;
    confine->method = CONFINE_LANDLOCK;
    return true;
}

static bool make_bubblewrap(const struct confine_paths *paths, const struct interrupt *interrupt,
                            struct confine *confine, struct error *err)
{
    if (bubblewrap_words(paths, &confine->words, err) &&
        try_bubblewrap(confine->words, interrupt, err)) {
        confine->method = CONFINE_BUBBLEWRAP;
        return true;
    }
    confine_dispose(confine);
    return false;
}

static bool make_any(const struct confine_paths *paths, const struct interrupt *interrupt,
                     struct confine *confine, struct error *err)
{
    struct error no_landlock;
    struct error no_bubblewrap;
    if (make_landlock(paths, confine, &no_landlock) ||
        make_bubblewrap(paths, interrupt, confine, &no_bubblewrap))
        return true;
    if (no_bubblewrap.kind == ERROR_INTERRUPTED || no_bubblewrap.kind == ERROR_INTERNAL) {
        *err = no_bubblewrap;
        return false;
    }
    snprintf(confine->reason, sizeof(confine->reason), "%.100s; %.140s", no_landlock.text,
             no_bubblewrap.text);
    return true;
}

bool confine_make(const char *wanted, const struct confine_paths *paths,
                  const struct interrupt *interrupt, struct confine *ret_confine, struct error *err)
{
    struct confine confine = CONFINE_INIT;
    bool good = true;
    if (strcmp(wanted, "off") == 0)
        snprintf(confine.reason, sizeof(confine.reason), "it was switched off");
    else if (strcmp(wanted, "landlock") == 0)
        good = make_landlock(paths, &confine, err);
    else if (strcmp(wanted, "bubblewrap") == 0)
        good = make_bubblewrap(paths, interrupt, &confine, err);
    else
        good = make_any(paths, interrupt, &confine, err);
    if (good)
        *ret_confine = confine;
    return good;
}
