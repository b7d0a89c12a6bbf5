#include "base/child.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_SIZE = 8 * 1024, READS_AT_ONCE = 64, STOP_GRACE_MS = 2000, EXIT_EXEC_FAILED = 127 };

/* What failed in the child between fork and exec; sent through a pipe to the parent. */
struct exec_failure {
    enum { STEP_SETUP, STEP_WORKING_DIR, STEP_EXEC } step;
    int os;
};

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

static void __attribute__((noreturn))
run_child(const struct child_options *options, pid_t parent, int report_fd)
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

static bool report_failure(const struct child_options *options, const struct exec_failure *failure,
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

/* With SIGCHLD ignored (a shell can leave it to us so) the kernel would reap children itself, and
 * their status would be lost. */
static void keep_child_status(void)
{
    struct sigaction action;
    if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
        signal(SIGCHLD, SIG_DFL);
}

static void reap(pid_t pid, int *ret_status)
{
    while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
        continue;
}

/* The child's exec closes the pipe; anything in it is a failure. */
static bool exec_happened(int report_fd, struct exec_failure *ret_failure)
{
    ssize_t size = 0;
    do
        size = read(report_fd, ret_failure, sizeof(*ret_failure));
    while (size < 0 && errno == EINTR);
    return size != (ssize_t)sizeof(*ret_failure);
}

bool child_start(const struct child_options *options, struct child *ret_child, struct error *err)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s: pipe", options->argv[0]);
    cleanup_fd int report_read = report[0];
    cleanup_fd int report_write = report[1];
    keep_child_status();
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s: fork", options->argv[0]);
    if (pid == 0)
        run_child(options, parent, report_write);
    close(steal_fd(&report_write));

    struct exec_failure failure;
    if (!exec_happened(report_read, &failure)) {
        reap(pid, NULL);
        return report_failure(options, &failure, err);
    }
    int pidfd = pidfd_open(pid, 0);
    if (pidfd < 0) {
        error_set(err, ERROR_SYSTEM, errno, "%s: pidfd_open", options->argv[0]);
        kill(-pid, SIGKILL);
        reap(pid, NULL);
        return false;
    }
    *ret_child = (struct child){.pid = pid, .pidfd = pidfd};
    return true;
}

/* The leader has ended. What it left running in its group ends with it; the unreaped leader keeps
 * the group's number from being given to anybody else. */
static void reap_group(struct child *child, int *ret_status)
{
    kill(-child->pid, SIGKILL);
    reap(child->pid, ret_status);
    close(child->pidfd);
    *child = CHILD_NONE;
}

bool child_ended(struct child *child, int *ret_status)
{
    if (child->pid == 0)
        return false;
    siginfo_t info = {.si_pid = 0};
    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0)
        return false;
    reap_group(child, ret_status);
    return true;
}

bool child_wait(struct child *child, struct deadline deadline, const struct interrupt *interrupt,
                int *ret_status, struct error *err)
{
    struct pollfd fd = {.fd = child->pidfd, .events = POLLIN};
    int ready = 0;
    if (!wait_ready(&fd, 1, deadline, interrupt, &ready, err))
        return false;
    if (ready == 0)
        return error_set(err, ERROR_TIMEOUT, 0, "process %d still runs", (int)child->pid);
    if (!child_ended(child, ret_status))
        return error_set(err, ERROR_INTERNAL, 0, "process %d: no status", (int)child->pid);
    return true;
}

void child_stop(struct child *child, int grace_ms)
{
    if (child->pid == 0)
        return;
    int status = 0;
    struct error ignored;
    if (grace_ms > 0) {
        kill(-child->pid, SIGTERM);
        if (child_wait(child, deadline_in_ms(grace_ms), NULL, &status, &ignored))
            return;
    }
    reap_group(child, &status);
}

const char *child_status_text(int status, char *buffer, size_t buffer_size_bytes)
{
    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        if (name)
            snprintf(buffer, buffer_size_bytes, "killed by SIG%s", name);
        else
            snprintf(buffer, buffer_size_bytes, "killed by signal %d", WTERMSIG(status));
    } else {
        snprintf(buffer, buffer_size_bytes, "exit code %d", WEXITSTATUS(status));
    }
    return buffer;
}

struct line_splitter {
    child_line_fn on_line;
    void *context;
    size_t length;
    char line[LINE_SIZE + 1];
};

static void end_line(struct line_splitter *splitter)
{
    if (splitter->length > 0 && splitter->line[splitter->length - 1] == '\r')
        splitter->length--;
    splitter->line[splitter->length] = '\0';
    splitter->length = 0;
    if (splitter->on_line)
        splitter->on_line(splitter->context, splitter->line);
}

static void split_lines(struct line_splitter *splitter, const char *data, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++) {
        if (data[i] == '\n') {
            end_line(splitter);
            continue;
        }
        if (splitter->length == LINE_SIZE)
            end_line(splitter);
        if (data[i] != '\0') /* a line is a C string */
            splitter->line[splitter->length++] = data[i];
    }
}

/* What can be had without blocking: more than a pipe holds, but not for ever where a grandchild
 * writes without end. False: the pipe's other end is closed. */
static bool take_output(int fd, struct line_splitter *splitter)
{
    char data[16 * 1024];
    ssize_t size = 1;
    for (int i = 0; i < READS_AT_ONCE && size > 0; i++) {
        size = read(fd, data, sizeof(data));
        if (size > 0)
            split_lines(splitter, data, (size_t)size);
    }
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool run_to_end(struct child *child, int output_fd, struct line_splitter *splitter,
                       struct deadline deadline, const struct interrupt *interrupt, int *ret_status,
                       struct error *err)
{
    struct pollfd fds[] = {{.fd = child->pidfd, .events = POLLIN},
                           {.fd = output_fd, .events = POLLIN}};
    for (;;) {
        int ready = 0;
        if (!wait_ready(fds, 2, deadline, interrupt, &ready, err))
            return false;
        if (ready == 0)
            return error_set(err, ERROR_TIMEOUT, 0, "still runs");
        /* Asked before the last look at its output, so that nothing it wrote is missed. A
         * grandchild that holds the pipe open does not keep us waiting. */
        bool ended = fds[0].revents != 0;
        if (fds[1].revents && !take_output(output_fd, splitter))
            fds[1].fd = -1;
        if (!ended)
            continue;
        if (fds[1].fd >= 0)
            take_output(output_fd, splitter);
        if (splitter->length > 0)
            end_line(splitter);
        if (!child_ended(child, ret_status))
            return error_set(err, ERROR_INTERNAL, 0, "no status");
        return true;
    }
}

bool child_run(const struct child_options *options, struct deadline deadline,
               const struct interrupt *interrupt, child_line_fn on_line, void *context,
               int *ret_status, struct error *err)
{
    int output[2];
    if (pipe2(output, O_CLOEXEC) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s: pipe", options->argv[0]);
    cleanup_fd int output_read = output[0];
    cleanup_fd int output_write = output[1];
    if (fcntl(output_read, F_SETFL, O_NONBLOCK) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s: pipe", options->argv[0]);

    struct child_options joined = *options;
    joined.stdout_fd = output_write;
    joined.stderr_fd = output_write;
    struct child child = CHILD_NONE;
    if (!child_start(&joined, &child, err))
        return false;
    close(steal_fd(&output_write));

    struct line_splitter splitter = {.on_line = on_line, .context = context};
    if (!run_to_end(&child, output_read, &splitter, deadline, interrupt, ret_status, err)) {
        child_stop(&child, STOP_GRACE_MS);
        return error_wrap(err, "%s", options->argv[0]);
    }
    return true;
}

void child_keep_first_line(void *context, const char *line)
{
    struct child_first_line *first = context;
    if (!first->text[0])
        snprintf(first->text, sizeof(first->text), "%s", line);
}
