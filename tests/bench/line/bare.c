#include "bench/line/bare.h"
#include "base/cleanup.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>

enum { START_MS = 30 * 1000, STILL_MS = 10 * 1000, MAX_ARGUMENTS = 48, MAX_PATH = 256 };

static bool ready(int fd, short events)
{
    struct pollfd wait = {.fd = fd, .events = events};
    return poll(&wait, 1, STILL_MS) == 1;
}

/* "char device redirected to /dev/pts/3 (label serial)" */
static bool read_pty_path(int fd, char path[MAX_PATH], struct error *err)
{
    static const char before[] = "redirected to ";
    char text[1024];
    size_t length = 0;
    while (length + 1 < sizeof text) {
        ssize_t size = ready(fd, POLLIN) ? read(fd, text + length, sizeof text - 1 - length) : 0;
        if (size <= 0)
            break;
        length += (size_t)size;
        text[length] = '\0';
        const char *start = strstr(text, before);
        if (start && sscanf(start + strlen(before), "%255s (", path) == 1 && strchr(start, '('))
            return true;
    }
    text[length] = '\0';
    return error_set(err, ERROR_DEVICE, 0, "QEMU named no pty: %s", text);
}

static bool start(const struct machine *machine, const char *elf_path, const cpu_set_t *cpus,
                  int output_fd, struct child *ret_qemu, struct error *err)
{
    const char *argv[MAX_ARGUMENTS] = {machine->qemu_program,
                                       "-machine",
                                       machine->qemu_machine,
                                       "-kernel",
                                       elf_path,
                                       "-display",
                                       "none",
                                       "-monitor",
                                       "none",
                                       "-nodefaults",
                                       "-chardev",
                                       "pty,id=serial"};
    size_t count = 0;
    while (argv[count])
        count++;
    char **const lists[] = {machine->qemu_args, machine->line_args};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (char **argument = lists[i]; *argument; argument++) {
            if (count + 1 == MAX_ARGUMENTS)
                return error_set(err, ERROR_USAGE, 0, "%s: too many arguments", machine->name);
            argv[count++] = *argument;
        }
    struct child_options options = {
        .argv = argv,
        .stdin_fd = -1,
        .stdout_fd = output_fd,
        .stderr_fd = output_fd,
        .cpus = cpus,
        .parent_death_signal = SIGKILL,
        .package = machine->qemu_package,
    };
    return child_start(&options, deadline_in_ms(START_MS), NULL, ret_qemu, err);
}

bool bare_open(const struct machine *machine, const char *elf_path, const cpu_set_t *cpus,
               struct bare *ret_bare, struct error *err)
{
    *ret_bare = BARE_NONE;
    int output[2];
    if (pipe2(output, O_CLOEXEC) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "pipe");
    cleanup_fd int reader = output[0];
    cleanup_fd int writer = output[1];
    char path[MAX_PATH];
    if (!start(machine, elf_path, cpus, writer, &ret_bare->qemu, err) ||
        !read_pty_path(reader, path, err))
        return false;
    struct termios settings;
    ret_bare->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (ret_bare->fd < 0 || tcgetattr(ret_bare->fd, &settings) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    cfmakeraw(&settings);
    if (tcsetattr(ret_bare->fd, TCSANOW, &settings) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    return true;
}

void bare_close(struct bare *bare)
{
    child_stop(&bare->qemu, 0);
    cleanup_close_fd(&bare->fd);
    *bare = BARE_NONE;
}

static bool still(const char *direction, size_t left, struct error *err)
{
    return error_set(err, ERROR_TIMEOUT, 0, "bare loop: %s: %zu bytes left, and nothing moves",
                     direction, left);
}

bool bare_write(struct bare *bare, const void *data, size_t size_bytes, struct error *err)
{
    while (size_bytes > 0) {
        if (!ready(bare->fd, POLLOUT))
            return still("to the board", size_bytes, err);
        ssize_t size = write(bare->fd, data, size_bytes);
        if (size < 0 && errno != EAGAIN)
            return error_set(err, ERROR_SYSTEM, errno, "bare loop: write");
        if (size > 0) {
            data = (const char *)data + size;
            size_bytes -= (size_t)size;
        }
    }
    return true;
}

bool bare_read(struct bare *bare, void *data, size_t size_bytes, struct error *err)
{
    while (size_bytes > 0) {
        if (!ready(bare->fd, POLLIN))
            return still("from the board", size_bytes, err);
        ssize_t size = read(bare->fd, data, size_bytes);
        if (size == 0 || (size < 0 && errno != EAGAIN))
            return error_set(err, ERROR_SYSTEM, errno, "bare loop: read");
        if (size > 0) {
            data = (char *)data + size;
            size_bytes -= (size_t)size;
        }
    }
    return true;
}
