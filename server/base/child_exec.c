#include "base/child_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { EXIT_EXEC_FAILED = 127 };

static void reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &action, NULL); /* fails for SIGKILL, SIGSTOP and libc's own: fine */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A copy above the standard streams, so that setting those cannot overwrite it. */
static int standard_stream(int fd)
{
    if (fd < 0)
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

static bool set_standard_streams(const struct child_options *options)
{
    int fds[] = {options->stdin_fd, options->stdout_fd, options->stderr_fd};
    for (int i = 0; i <= STDERR_FILENO; i++)
        if ((fds[i] = standard_stream(fds[i])) < 0)
            return false;
    for (int i = 0; i <= STDERR_FILENO; i++)
        if (dup2(fds[i], i) < 0)
            return false;
    return true;
}

/* Whoever started us may have left files open in us that are not CLOEXEC. */
static bool pass_only(const int *keep_fds, size_t count)
{
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
        long limit = sysconf(_SC_OPEN_MAX); /* a kernel before 5.11 */
        for (int fd = STDERR_FILENO + 1; fd < limit; fd++)
            fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    for (size_t i = 0; i < count; i++)
        if (fcntl(keep_fds[i], F_SETFD, 0) != 0)
            return false;
    return true;
}

static bool set_up_child(const struct child_options *options, pid_t parent)
{
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, options->parent_death_signal) != 0)
        return false;
    if (getppid() != parent) /* it died before the prctl: nobody to tell */
        _exit(EXIT_EXEC_FAILED);
    if (options->cpus) /* refused where they were taken from us meanwhile: then ours are as good */
        sched_setaffinity(0, sizeof(*options->cpus), options->cpus);
    return set_standard_streams(options) && pass_only(options->keep_fds, options->keep_fds_count);
}

void child_exec(const struct child_options *options, pid_t parent, int report_fd)
{
    struct exec_failure failure = {.step = STEP_SETUP};
    /* Above the standard streams too, should we have been started without them. */
    if (report_fd <= STDERR_FILENO)
        report_fd = fcntl(report_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (report_fd >= 0 && set_up_child(options, parent)) {
        failure.step = STEP_WORKING_DIR;
        if (!options->working_dir || chdir(options->working_dir) == 0) {
            failure.step = STEP_SETUP;
            reset_signals();
            if (!options->bounds || bounds_put_on(options->bounds)) {
                failure.step = STEP_EXEC;
                execvp(options->argv[0], (char *const *)options->argv);
            }
        }
    }
    failure.os = errno;
    ssize_t written = write(report_fd, &failure, sizeof(failure));
    _exit(written < 0 ? EXIT_EXEC_FAILED + 1 : EXIT_EXEC_FAILED);
}

bool child_exec_error(const struct child_options *options, const struct exec_failure *failure,
                      struct error *err)
{
    const char *program = options->argv[0];
    if (failure->step == STEP_WORKING_DIR)
        return error_set(err, ERROR_SYSTEM, failure->os, "%s: working directory \"%s\"", program,
                         options->working_dir);
    if (failure->step == STEP_SETUP)
        return error_set(err, ERROR_SYSTEM, failure->os, "%s: preparing the process", program);
    if (failure->os != ENOENT)
        return error_set(err, ERROR_SYSTEM, failure->os, "%s: cannot be executed", program);
    if (!options->package)
        return error_set(err, ERROR_TOOL, 0, "%s: no such program", program);
    return error_set(err, ERROR_TOOL, 0,
                     "%s: no such program; install it: apt-get install --no-install-recommends %s",
                     program, options->package);
}
