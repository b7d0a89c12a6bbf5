#include "commands/doctor/probe.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

static bool run(const char *const *argv, const struct interrupt *interrupt, child_line_fn on_line,
                void *context, bool *ret_ok, struct error *err)
{
    struct child_options options = {
        .argv = argv,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .parent_death_signal = SIGKILL,
    };
    int status;
    if (!child_run(&options, deadline_in_ms(PROBE_TIMEOUT_MS), interrupt, on_line, context, &status,
                   err))
        return false;
    *ret_ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return true;
}

bool probe_first_line(const char *const *argv, const struct interrupt *interrupt,
                      char ret_line[PROBE_LINE_SIZE], bool *ret_ok, struct error *err)
{
    struct child_first_line first = {.text = ""};
    if (!run(argv, interrupt, child_keep_first_line, &first, ret_ok, err))
        return false;
    snprintf(ret_line, PROBE_LINE_SIZE, "%s", first.text);
    return true;
}

struct machine_search {
    const char *machine;
    bool listed;
};

/* A line is "NAME   DESCRIPTION". */
static void look_for_machine(void *context, const char *line)
{
    struct machine_search *search = context;
    size_t length = strcspn(line, " \t");
    if (length == strlen(search->machine) && memcmp(line, search->machine, length) == 0)
        search->listed = true;
}

bool probe_qemu_machine(const char *program, const char *machine, const struct interrupt *interrupt,
                        bool *ret_listed, struct error *err)
{
    const char *const argv[] = {program, "-machine", "help", NULL};
    struct machine_search search = {.machine = machine};
    bool ok;
    if (!run(argv, interrupt, look_for_machine, &search, &ok, err))
        return false;
    *ret_listed = search.listed;
    return true;
}

bool probe_pty(char ret_line[PROBE_LINE_SIZE], struct error *err)
{
    cleanup_fd int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0)
        return error_set(err, ERROR_SYSTEM, errno, "no pseudo-terminal (is /dev/pts mounted?)");
    char name[PROBE_LINE_SIZE];
    if (grantpt(master) != 0 || unlockpt(master) != 0 || ptsname_r(master, name, sizeof name) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "pseudo-terminal has no other end");
    cleanup_fd int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0)
        return error_set(err, ERROR_SYSTEM, errno, "pseudo-terminal %s", name);
    memcpy(ret_line, name, sizeof name);
    return true;
}
