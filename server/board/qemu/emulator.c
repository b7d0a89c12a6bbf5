#include "board/qemu/emulator.h"
#include "base/bounds.h"
#include "base/cleanup.h"
#include "base/strays.h"
#include "base/text.h"
#include "board/qemu/command_line.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

enum {
    STATUS_TEXT_BYTES = 64,
    STOP_GRACE_MS = 200,
    OUTPUT_READ_BYTES = 4096,
    OUTPUT_READS_AT_ONCE = 64,
};

/* QEMU aborts when a guest is beyond help, and its core file has hundreds of megabytes. */
static const struct bounds NO_CORE_FILE = {.ruleset_fd = -1, .core_bytes = 1};

/* The file descriptors of one start: pairs whose other end becomes QEMU's. */
struct ends {
    int qmp[2];
    int output[2];
};

static void cleanup_ends(struct ends *ends)
{
    int fds[] = {ends->qmp[0], ends->qmp[1], ends->output[0], ends->output[1]};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        cleanup_close_fd(&fds[i]);
}

static bool open_ends(struct ends *ends, struct error *err)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends->qmp) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "a socket for QEMU");
    if (pipe2(ends->output, O_CLOEXEC) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "a pipe for QEMU");
    if (fcntl(ends->output[0], F_SETFL, O_NONBLOCK) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "a pipe for QEMU");
    return true;
}

bool emulator_start(const struct emulator_options *options, struct deadline deadline,
                    const struct interrupt *interrupt, struct emulator *ret_emulator,
                    struct error *err)
{
    struct emulator *emulator = ret_emulator;
    __attribute__((cleanup(cleanup_ends))) struct ends ends = {{-1, -1}, {-1, -1}};
    emulator->machine = options->machine;
    emulator->debug = options->debug;
    if (!open_ends(&ends, err))
        return false;
    struct command_line line = {.count = 0};
    if (!command_line_make(options, ends.qmp[1], &line, err))
        return false;
    cleanup_free const char **items = line.items;
    if (options->debug)
        command_line_show(&line);
    const int keep[] = {ends.qmp[1], options->serial_fd};
    bool seated = cpu_seat_take(&emulator->seat);
    struct child_options child_options = {
        .argv = items,
        .stdin_fd = -1,
        .stdout_fd = ends.output[1],
        .stderr_fd = ends.output[1],
        .keep_fds = keep,
        .keep_fds_count = sizeof(keep) / sizeof(keep[0]),
        .bounds = &NO_CORE_FILE,
        .parent_death_signal = SIGKILL,
        .cpus = seated ? &emulator->seat.cpus : NULL,
        .package = options->machine->qemu_package,
    };
    strays_adopt();
    snprintf(emulator->cookie, sizeof(emulator->cookie), "%s", line.serial_chardev);
    if (!child_start(&child_options, deadline, interrupt, &emulator->child, err))
        return false;
    emulator->stderr_fd = steal_fd(&ends.output[0]);
    return qmp_open(steal_fd(&ends.qmp[0]), options->debug, &emulator->qmp, err);
}

/* Says nothing to our users: a network card without a network is what -nodefaults means. */
static bool is_chatter(const char *line)
{
    static const char nic[] = "warning: nic ";
    return strncmp(line, nic, strlen(nic)) == 0 && strstr(line, "has no peer");
}

void emulator_take_output(struct emulator *emulator)
{
    for (int i = 0; i < OUTPUT_READS_AT_ONCE && emulator->stderr_fd >= 0; i++) {
        char data[OUTPUT_READ_BYTES];
        ssize_t size = read(emulator->stderr_fd, data, sizeof(data));
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0 && errno == EAGAIN)
            return;
        if (size <= 0) {
            close(steal_fd(&emulator->stderr_fd));
            return;
        }
        if (emulator->debug)
            text_print_lines(stderr, "qemu: ", data, (size_t)size);
        line_ring_add(&emulator->output, data, (size_t)size);
    }
}

bool emulator_ended(struct emulator *emulator)
{
    if (emulator->ended)
        return true;
    if (!child_ended(&emulator->child, &emulator->exit_status))
        return false;
    emulator->ended = true;
    emulator_take_output(emulator);
    line_ring_end_line(&emulator->output);
    return true;
}

void emulator_last_words(struct emulator *emulator, struct error *err)
{
    char text[STATUS_TEXT_BYTES];
    error_append(err, "%s: %s", emulator->machine->qemu_program,
                 emulator->ended ? child_status_text(emulator->exit_status, text, sizeof(text))
                                 : "still runs");
    for (size_t i = 0; i < emulator->output.count; i++) {
        const char *line = line_ring_line(&emulator->output, i);
        if (!is_chatter(line))
            error_append(err, "  %s", line);
    }
}

void emulator_stop(struct emulator *emulator)
{
    child_stop(&emulator->child, STOP_GRACE_MS);
    if (emulator->cookie[0])
        strays_end(emulator->cookie);
    emulator->cookie[0] = '\0'; /* another board of ours may get the same pty next */
    cpu_seat_leave(&emulator->seat);
    qmp_close(&emulator->qmp);
    cleanup_close_fd(&emulator->stderr_fd);
    emulator->stderr_fd = -1;
}
