#include "base/strays.h"

#include "base/child.h"
#include "base/cleanup.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

enum { PATH_SIZE = 64, STAT_SIZE = 512 };

void strays_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* a kernel before 3.4 has none: as it was */
}

/* Its arguments stand behind each other, a NUL behind each. It has none any more from the moment in
 * which it begins to end, which may be long before it is a zombie. */
static bool has_argument(pid_t pid, const char *argument, bool *ret_ends)
{
    char path[PATH_SIZE];
    char *word = NULL;
    size_t capacity = 0;
    bool found = false;
    *ret_ends = true;
    snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && !found && getdelim(&word, &capacity, '\0', file) > 0) {
        found = strcmp(word, argument) == 0;
        *ret_ends = false;
    }
    free(word);
    cleanup_close_file(&file);
    return found;
}

/* Those that we started lead a group of their own in our session; their starter reaps them. */
static bool is_orphan(pid_t pid)
{
    char path[PATH_SIZE];
    char line[STAT_SIZE] = "";
    int group = 0;
    int session = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    cleanup_file FILE *file = fopen(path, "re");
    const char *rest = file && fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
    return rest && sscanf(rest, ") %*c %*d %d %d", &group, &session) == 2 &&
           (group != pid || session != getsid(0));
}

static bool is_stray(pid_t pid, const char *argument)
{
    bool ends = false;
    return has_argument(pid, argument, &ends) || (ends && is_orphan(pid));
}

static bool end_one(const char *argument)
{
    char path[PATH_SIZE];
    int pid = 0;
    int status = 0;
    bool found = false;
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    cleanup_file FILE *file = fopen(path, "re");
    while (file && !found && fscanf(file, "%d", &pid) == 1)
        found = is_stray(pid, argument);
    return found && kill(pid, SIGKILL) == 0 && child_reap(pid, -1, &status);
}

/* The list may change while it is read, and one may have had children of its own. */
void strays_end(const char *argument)
{
    while (end_one(argument))
        continue;
}
