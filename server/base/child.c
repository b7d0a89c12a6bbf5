#include "base/child.h"
#include "base/child_exec.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LINE_SIZE = 8 * 1024,
    READS_AT_ONCE = 64,
    STOP_GRACE_MS = 2000,
    REAP_MS = 10 * 1000, /* a killed process goes at once, but for one that the kernel holds */
    LOOK_EVERY_MS = 1,
};

/* With SIGCHLD ignored (a shell can leave it to us so) the kernel would reap children itself, and
 * their status would be lost. */
static void keep_child_status(void)
{
    struct sigaction action;
    if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
        signal(SIGCHLD, SIG_DFL);
}

bool child_reap(pid_t pid, int pidfd, int *ret_status)
{
    struct deadline deadline = deadline_in_ms(REAP_MS);
    struct pollfd fd = {.fd = pidfd, .events = POLLIN};
    struct error ignored;
    pid_t reaped = 0;
    while ((reaped = waitpid(pid, ret_status, WNOHANG)) == 0 && !deadline_passed(deadline)) {
        int ready = 0;
        wait_ready(&fd, 1, pidfd < 0 ? deadline_in_ms(LOOK_EVERY_MS) : deadline, NULL, &ready,
                   &ignored);
    }
    if (reaped != pid)
        *ret_status = SIGKILL;
    return reaped == pid;
}

/* Until exec, or what failed before it. A child that is stopped, or that a file system holds, must
 * not hold us. */
static bool await_exec(int report_fd, struct deadline deadline, const struct interrupt *interrupt,
                       struct exec_failure *ret_failure, bool *ret_failed, struct error *err)
{
    struct pollfd fd = {.fd = report_fd, .events = POLLIN};
    int ready = 0;
    ssize_t size = -1;
    if (!wait_ready(&fd, 1, deadline, interrupt, &ready, err))
        return false;
    if (ready == 0)
        return error_set(err, ERROR_TIMEOUT, 0, "did not begin to run in time");
    do
        size = read(report_fd, ret_failure, sizeof(*ret_failure));
    while (size < 0 && errno == EINTR);
    *ret_failed = size == (ssize_t)sizeof(*ret_failure);
    return true;
}

/* The parent's side, after fork. */
static bool see_exec(const struct child_options *options, int report_fd, struct deadline deadline,
                     const struct interrupt *interrupt, const struct child *child,
                     struct error *err)
{
    struct exec_failure failure;
    bool failed = false;
    if (child->pidfd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s: pidfd_open", options->argv[0]);
    if (!await_exec(report_fd, deadline, interrupt, &failure, &failed, err))
        return error_wrap(err, "%s", options->argv[0]);
    return !failed || child_exec_error(options, &failure, err);
}

bool child_start(const struct child_options *options, struct deadline deadline,
                 const struct interrupt *interrupt, struct child *ret_child, struct error *err)
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
        child_exec(options, parent, report_write);
    close(steal_fd(&report_write));

    /* The C library has a function for it since glibc 2.36 only. */
    struct child child = {.pid = pid, .pidfd = (int)syscall(SYS_pidfd_open, pid, 0)};
    if (see_exec(options, report_read, deadline, interrupt, &child, err)) {
        *ret_child = child;
        return true;
    }
    int status = 0;
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL); /* it may not lead a group yet */
    child_reap(pid, child.pidfd, &status);
    if (child.pidfd >= 0)
        close(child.pidfd);
    return false;
}

/* The leader has ended. What it left running in its group ends with it; the unreaped leader keeps
 * the group's number from being given to anybody else. */
static void reap_group(struct child *child, int *ret_status)
{
    kill(-child->pid, SIGKILL);
    child_reap(child->pid, child->pidfd, ret_status);
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
    if (!child_start(&joined, deadline, interrupt, &child, err))
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
