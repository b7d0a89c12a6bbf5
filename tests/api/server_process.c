#include "server_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void exec_launcher(const char *dir, const char *stderr_path, const int *to, const int *from)
{
    char read_fd[16];
    char write_fd[16];
    char launcher[512];
    int log = open(stderr_path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    snprintf(read_fd, sizeof(read_fd), "%d", to[0]);
    snprintf(write_fd, sizeof(write_fd), "%d", from[1]);
    snprintf(launcher, sizeof(launcher), "%s/launch_microtvm_api_server.sh", dir);
    if (log < 0 || dup2(log, STDERR_FILENO) < 0 || chdir(dir) != 0 || fcntl(to[0], F_SETFD, 0) ||
        fcntl(from[1], F_SETFD, 0))
        _exit(126);
    execl(launcher, launcher, "microtvm_api_server.py", "--read-fd", read_fd, "--write-fd",
          write_fd, (char *)NULL);
    _exit(127);
}

bool server_start(const char *dir, const char *stderr_path, struct server_process *ret_server)
{
    int to[2];
    int from[2];
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
        return false;
    signal(SIGPIPE, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0)
        exec_launcher(dir, stderr_path, to, from);
    close(to[0]);
    close(from[1]);
    *ret_server = (struct server_process){.pid = pid, .requests = to[1], .replies = from[0]};
    return pid > 0;
}

bool server_send(struct server_process *server, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(server->requests, text, size);
        if (written < 0)
            return false;
        text += written;
        size -= (size_t)written;
    }
    return true;
}

static char *take_line(struct server_process *server, const char *newline)
{
    size_t length = (size_t)(newline - server->line);
    char *line = strndup(server->line, length);
    server->line_size -= length + 1;
    memmove(server->line, newline + 1, server->line_size);
    return line;
}

char *server_receive(struct server_process *server)
{
    char bytes[65536];
    for (;;) {
        char *newline = server->line ? memchr(server->line, '\n', server->line_size) : NULL;
        if (newline)
            return take_line(server, newline);
        struct pollfd readable = {.fd = server->replies, .events = POLLIN};
        if (poll(&readable, 1, SERVER_SILENCE_MS) <= 0)
            return NULL;
        ssize_t got = read(server->replies, bytes, sizeof(bytes));
        char *longer = got > 0 ? realloc(server->line, server->line_size + (size_t)got) : NULL;
        if (!longer)
            return NULL;
        memcpy(longer + server->line_size, bytes, (size_t)got);
        server->line = longer;
        server->line_size += (size_t)got;
    }
}

void server_close_requests(struct server_process *server)
{
    if (server->requests >= 0)
        close(server->requests);
    server->requests = -1;
}

static int reap(struct server_process *server)
{
    int status = 0;
    while (waitpid(server->pid, &status, 0) < 0 && errno == EINTR)
        ;
    server_close_requests(server);
    close(server->replies);
    free(server->line);
    *server = (struct server_process){.pid = 0, .requests = -1, .replies = -1};
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int server_wait(struct server_process *server)
{
    char *left = server_receive(server);
    bool is_clean = !left && server->line_size == 0;
    free(left);
    struct pollfd hung_up = {.fd = server->replies, .events = POLLIN};
    if (poll(&hung_up, 1, 0) <= 0) {
        server_kill(server);
        return -1;
    }
    int status = reap(server);
    return is_clean ? status : -1;
}

void server_kill(struct server_process *server)
{
    if (server->pid <= 0)
        return;
    kill(server->pid, SIGKILL);
    reap(server);
}
