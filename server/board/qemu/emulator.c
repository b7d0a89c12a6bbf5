#include "board/qemu/emulator.h"
#include "base/cleanup.h"
#include "base/strays.h"
#include "base/text.h"
#include "board/qemu/command_line.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum {
    STATUS_TEXT_BYTES = 64,
    STOP_GRACE_MS = 200,
    RELEASE_STEP_BYTES = 1024 * 1024,
    OUTPUT_READ_BYTES = 4096,
    OUTPUT_READS_AT_ONCE = 64,
};

/* QEMU aborts when a guest is beyond help, and its core file has hundreds of megabytes. 1 and not
 * 0, because the kernel starts a core handler (systemd-coredump) in spite of 0. */
static void forbid_core_file(pid_t pid)
{
    static const struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};
    prlimit(pid, RLIMIT_CORE, &limit, NULL); /* refused where the limit is lower: as good */
}

/* The file descriptors of one start: pairs whose other end becomes QEMU's. */
struct ends {
    int qmp[2];
    int output[2];
    int record;
};

static void cleanup_ends(struct ends *ends)
{
    int fds[] = {ends->qmp[0], ends->qmp[1], ends->output[0], ends->output[1], ends->record};
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
    ends->record = memfd_create("microtvm-qemu serial record", MFD_CLOEXEC);
    if (ends->record < 0)
        return error_set(err, ERROR_SYSTEM, errno, "memory for QEMU's serial record");
    return true;
}

static bool spawn(const struct emulator_options *options, struct deadline deadline,
                  const struct interrupt *interrupt, struct emulator *emulator, struct error *err)
{
    __attribute__((cleanup(cleanup_ends))) struct ends ends = {{-1, -1}, {-1, -1}, -1};
    if (!open_ends(&ends, err))
        return false;
    struct command_line line = {.count = 0};
    if (!command_line_make(options, ends.qmp[1], ends.record, &line, err))
        return false;
    cleanup_free const char **items = line.items;
    if (options->debug)
        command_line_show(&line);
    const int keep[] = {ends.qmp[1], ends.record};
    bool seated = cpu_seat_take(&emulator->seat);
    struct child_options child_options = {
        .argv = items,
        .stdin_fd = -1,
        .stdout_fd = ends.output[1],
        .stderr_fd = ends.output[1],
        .keep_fds = keep,
        .keep_fds_count = sizeof(keep) / sizeof(keep[0]),
        .parent_death_signal = SIGKILL,
        .cpus = seated ? &emulator->seat.cpus : NULL,
        .package = options->machine->qemu_package,
    };
    strays_adopt();
    snprintf(emulator->cookie, sizeof(emulator->cookie), "%s", line.serial_chardev);
    if (!child_start(&child_options, deadline, interrupt, &emulator->child, err))
        return false;
    forbid_core_file(emulator->child.pid);
    emulator->stderr_fd = steal_fd(&ends.output[0]);
    emulator->record_fd = steal_fd(&ends.record);
    return qmp_open(steal_fd(&ends.qmp[0]), options->debug, &emulator->qmp, err);
}

/* Where the serial line's pty is: query-chardev's "filename": "pty:/dev/pts/3". */
static bool find_pty(const cJSON *chardevs, char **ret_path, struct error *err)
{
    static const char prefix[] = "pty:";
    const cJSON *chardev = NULL;
    cJSON_ArrayForEach(chardev, chardevs)
    {
        const char *label =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(chardev, "label"));
        const char *name =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(chardev, "filename"));
        if (!label || !name || strcmp(label, "serial") != 0 ||
            strncmp(name, prefix, strlen(prefix)) != 0)
            continue;
        char *path = strdup(name + strlen(prefix));
        if (!path)
            return error_no_memory(err, "a pty's path", strlen(name));
        *ret_path = path;
        return true;
    }
    return error_set(err, ERROR_DEVICE, 0, "QEMU opened no pty for the serial line");
}

static void pump_output(void *context)
{
    emulator_pump_output(context);
}

bool emulator_start(const struct emulator_options *options, struct deadline deadline,
                    const struct interrupt *interrupt, struct emulator *ret_emulator,
                    char **ret_pty_path, struct error *err)
{
    ret_emulator->machine = options->machine;
    ret_emulator->debug = options->debug;
    if (!spawn(options, deadline, interrupt, ret_emulator, err))
        return false;
    struct qmp_wait wait = {.deadline = deadline,
                            .interrupt = interrupt,
                            .side_fds = {ret_emulator->stderr_fd, -1},
                            .side_ready = pump_output,
                            .context = ret_emulator};
    if (!qmp_greet(&ret_emulator->qmp, &wait, err))
        return false;
    cJSON *chardevs = NULL;
    if (!qmp_command(&ret_emulator->qmp, "query-chardev", NULL, &wait, &chardevs, err))
        return false;
    bool found = find_pty(chardevs, ret_pty_path, err);
    cJSON_Delete(chardevs);
    return found;
}

bool emulator_run(struct emulator *emulator, const struct qmp_wait *wait, struct error *err)
{
    return qmp_post(&emulator->qmp, "x-exit-preconfig", wait, err);
}

/* Lines that say nothing to our users: QMP has told us where the pty is, and a network card without
 * a network is what -nodefaults means. */
static bool is_chatter(const char *line)
{
    static const char redirected[] = "char device redirected to ";
    static const char nic[] = "warning: nic ";
    return strncmp(line, redirected, strlen(redirected)) == 0 ||
           (strncmp(line, nic, strlen(nic)) == 0 && strstr(line, "has no peer"));
}

void emulator_pump(struct emulator *emulator)
{
    qmp_pump(&emulator->qmp);
    emulator_pump_output(emulator);
}

void emulator_pump_output(struct emulator *emulator)
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

bool emulator_ended(struct emulator *emulator, struct deadline deadline)
{
    struct error ignored; /* it still runs */
    if (emulator->ended || emulator->child.pid == 0)
        return true;
    if (!child_ended(&emulator->child, &emulator->exit_status) &&
        (deadline_passed(deadline) ||
         !child_wait(&emulator->child, deadline, NULL, &emulator->exit_status, &ignored)))
        return false;
    emulator->ended = true;
    emulator_pump(emulator);
    line_ring_end_line(&emulator->output);
    return true;
}

void emulator_last_words(const struct emulator *emulator, struct error *err)
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

size_t emulator_record(const struct emulator *emulator, uint64_t offset_bytes, void *data,
                       size_t capacity_bytes)
{
    ssize_t size = -1;
    do
        size = pread(emulator->record_fd, data, capacity_bytes, (off_t)offset_bytes);
    while (size < 0 && errno == EINTR);
    return size < 0 ? 0 : (size_t)size;
}

void emulator_release_record(struct emulator *emulator, uint64_t end_bytes)
{
    uint64_t end = end_bytes - end_bytes % RELEASE_STEP_BYTES;
    if (end == emulator->record_released_bytes)
        return;
    fallocate(emulator->record_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
              (off_t)emulator->record_released_bytes,
              (off_t)(end - emulator->record_released_bytes));
    emulator->record_released_bytes = end;
}

bool emulator_halt(struct emulator *emulator, const struct qmp_wait *wait, bool *ret_halted,
                   struct error *err)
{
    cJSON *status = NULL;
    if (!qmp_command(&emulator->qmp, "query-status", NULL, wait, &status, err))
        return false;
    bool runs = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(status, "running"));
    cJSON_Delete(status);
    if (runs && !qmp_command(&emulator->qmp, "stop", NULL, wait, NULL, err))
        return false;
    *ret_halted = runs;
    return true;
}

bool emulator_go_on(struct emulator *emulator, const struct qmp_wait *wait, struct error *err)
{
    return qmp_post(&emulator->qmp, "cont", wait, err);
}

bool emulator_monitor(struct emulator *emulator, const char *command, const struct qmp_wait *wait,
                      char **ret_text, struct error *err)
{
    cJSON *arguments = cJSON_CreateObject();
    if (!arguments || !cJSON_AddStringToObject(arguments, "command-line", command)) {
        cJSON_Delete(arguments);
        return error_no_memory(err, "a QMP command", sizeof(*arguments));
    }
    cJSON *result = NULL;
    if (!qmp_command(&emulator->qmp, "human-monitor-command", arguments, wait, &result, err))
        return false;
    const char *text = cJSON_GetStringValue(result);
    char *copy = text ? strdup(text) : NULL;
    cJSON_Delete(result);
    if (!copy)
        return error_set(err, ERROR_DEVICE, 0, "QEMU has no answer to \"%s\"", command);
    *ret_text = copy;
    return true;
}

void emulator_stop(struct emulator *emulator)
{
    child_stop(&emulator->child, STOP_GRACE_MS);
    if (emulator->cookie[0])
        strays_end(emulator->cookie);
    cpu_seat_leave(&emulator->seat);
    qmp_close(&emulator->qmp);
    cleanup_close_fd(&emulator->stderr_fd);
    cleanup_close_fd(&emulator->record_fd);
    emulator->stderr_fd = -1;
    emulator->record_fd = -1;
}
