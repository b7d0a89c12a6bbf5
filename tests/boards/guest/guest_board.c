#include "boards/guest/guest_board.h"
#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/file.h"
#include "board/qemu/line_args.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAX_ARGUMENTS = 64,
    SILENCE_MS = 10 * 1000,
    BUILD_TIMEOUT_MS = 120 * 1000,
    MAX_FILE_BYTES = 1 << 20
};

static const char project_json[] = "{\"model\": {\"executor\": \"aot\"},"
                                   " \"options\": {\"project_type\": \"guest_app\"}}\n";

static bool copy(const char *source, const char *dir, const char *target, struct error *err)
{
    cleanup_free char *from = file_path("%s/%s", SOURCE_DIR, source);
    cleanup_free char *to = file_path("%s/%s", dir, target);
    return from && to && file_copy_tree(from, to, err);
}

/* No CRT sources and no model: the app needs the runtime's headers only. */
static bool assemble(const char *definition, const char *dir, struct error *err)
{
    static const char *const folders[] = {"boot", "clock",    "interrupts", "link",
                                          "uart", "platform", "crt_config"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; ++i) {
        cleanup_free char *source = file_path("guest/%s", folders[i]);
        if (!source || !copy(source, dir, folders[i], err))
            return false;
    }
    cleanup_free char *apps = file_path("%s/apps", dir);
    cleanup_free char *crt = file_path("%s/crt", dir);
    cleanup_free char *board_copy = file_path("%s/board.json", dir);
    cleanup_free char *lists = file_path("%s/CMakeLists.txt", dir);
    cleanup_free char *project = file_path("%s/project.json", dir);
    if (!apps || !crt || !board_copy || !lists || !project)
        return error_no_memory(err, "paths", 0);
    return file_make_dirs(apps, err) && file_make_dirs(crt, err) &&
           copy("tests/boards/guest/app", dir, "apps/guest_app", err) &&
           copy("guest/crt/include", dir, "crt/include", err) &&
           file_copy(SOURCE_DIR "/guest/CMakeLists.txt", lists, err) &&
           file_copy(definition, board_copy, err) &&
           file_write(project, project_json, strlen(project_json), 0644, err);
}

static void print_line(void *context, const char *line)
{
    (void)context;
    if (line[0] != '[' && line[0] != '-') /* ninja's progress, cmake's status */
        fprintf(stderr, "%s\n", line);
}

static bool run(const char *dir, const char *const *argv, struct error *err)
{
    int status;
    struct child_options options = {.argv = argv, .working_dir = dir, .package = "cmake"};
    if (!child_run(&options, deadline_in_ms(BUILD_TIMEOUT_MS), NULL, print_line, NULL, &status,
                   err))
        return false;
    if (status != 0)
        return error_set(err, ERROR_BUILD, 0, "%s in %s failed", argv[0], dir);
    return true;
}

bool guest_build(const char *definition, char **ret_dir, struct error *err)
{
    char template[] = "/tmp/test_guest.XXXXXX";
    const char *const configure[] = {"cmake", "-G", "Ninja", "-S", ".", "-B", "build", NULL};
    const char *const make[] = {"ninja", "-j2", "-C", "build", NULL};
    if (!mkdtemp(template))
        return error_set(err, ERROR_SYSTEM, errno, "%s", template);
    char *dir = NULL;
    if (assemble(definition, template, err) && run(template, configure, err) &&
        run(template, make, err))
        dir = strdup(template);
    if (!dir) {
        struct error ignored;
        file_remove_tree(template, &ignored);
        return false;
    }
    *ret_dir = dir;
    return true;
}

/* -machine and the rest of board.json's "qemu" into argv; strings stay in the JSON. */
static size_t board_arguments(const cJSON *qemu, const char **argv)
{
    size_t count = 0;
    argv[count++] = cJSON_GetStringValue(cJSON_GetObjectItem(qemu, "program"));
    argv[count++] = "-machine";
    argv[count++] = cJSON_GetStringValue(cJSON_GetObjectItem(qemu, "machine"));
    const cJSON *argument;
    cJSON_ArrayForEach(argument, cJSON_GetObjectItem(qemu, "arguments"))
    {
        if (count < MAX_ARGUMENTS / 2)
            argv[count++] = cJSON_GetStringValue(argument);
    }
    const cJSON *line = cJSON_GetObjectItem(qemu, "line_arguments");
    if (!line) {
        argv[count++] = LINE_ARGS_DEFAULT[0];
        argv[count++] = LINE_ARGS_DEFAULT[1];
    }
    cJSON_ArrayForEach(argument, line)
    {
        if (count < MAX_ARGUMENTS / 2)
            argv[count++] = cJSON_GetStringValue(argument);
    }
    return count;
}

static bool start_qemu(const cJSON *qemu, const char *elf, int icount_shift, int fd,
                       struct child *ret_child, struct error *err)
{
    char chardev[64];
    char icount[64];
    snprintf(chardev, sizeof chardev, "socket,id=serial,fd=%d", fd);
    snprintf(icount, sizeof icount, "shift=%d,sleep=off", icount_shift);
    const char *rest[] = {"-kernel",  elf,    "-display", "none",
                          "-monitor", "none", "-chardev", chardev};
    const char *argv[MAX_ARGUMENTS] = {NULL};
    size_t count = board_arguments(qemu, argv);
    memcpy(argv + count, rest, sizeof rest);
    count += sizeof rest / sizeof rest[0];
    if (icount_shift != GUEST_ICOUNT_OFF) {
        argv[count++] = "-icount";
        argv[count++] = icount;
    }
    struct child_options options = {
        .argv = argv,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .keep_fds = &fd,
        .keep_fds_count = 1,
        .parent_death_signal = 9,
        .package = cJSON_GetStringValue(cJSON_GetObjectItem(qemu, "package")),
    };
    return child_start(&options, deadline_in_ms(60000), NULL, ret_child, err);
}

bool guest_boot(const char *dir, int icount_shift, struct guest_board *ret_board, struct error *err)
{
    cleanup_free char *json_path = file_path("%s/board.json", dir);
    cleanup_free char *elf = file_path("%s/build/firmware.elf", dir);
    cleanup_free char *text = NULL;
    if (!json_path || !elf || !file_read(json_path, MAX_FILE_BYTES, &text, NULL, err))
        return false;
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return error_set(err, ERROR_SYSTEM, errno, "socketpair");
    cJSON *json = cJSON_Parse(text);
    struct child qemu = CHILD_NONE;
    bool ok = start_qemu(cJSON_GetObjectItem(json, "qemu"), elf, icount_shift, fds[1], &qemu, err);
    cJSON_Delete(json);
    close(fds[1]);
    if (!ok) {
        close(fds[0]);
        return false;
    }
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    *ret_board = (struct guest_board){.qemu = qemu, .serial_fd = fds[0]};
    uint8_t first = 0;
    if (guest_receive(ret_board, &first, 1) && first == 'R')
        return true;
    guest_stop(ret_board);
    return error_set(err, ERROR_DEVICE, 0, "the firmware in %s did not say that it is ready", dir);
}

void guest_stop(struct guest_board *board)
{
    child_stop(&board->qemu, 0);
    close(board->serial_fd);
}

static bool ready(const struct guest_board *board, short events)
{
    struct pollfd wait = {.fd = board->serial_fd, .events = events};
    return poll(&wait, 1, SILENCE_MS) == 1;
}

bool guest_send(struct guest_board *board, const void *data, size_t size_bytes)
{
    while (size_bytes > 0) {
        if (!ready(board, POLLOUT))
            return false;
        ssize_t sent = send(board->serial_fd, data, size_bytes, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        data = (const char *)data + sent;
        size_bytes -= (size_t)sent;
    }
    return true;
}

bool guest_receive(struct guest_board *board, void *data, size_t size_bytes)
{
    while (size_bytes > 0) {
        if (!ready(board, POLLIN))
            return false;
        ssize_t got = recv(board->serial_fd, data, size_bytes, 0);
        if (got <= 0)
            return false;
        data = (char *)data + got;
        size_bytes -= (size_t)got;
    }
    return true;
}

void guest_last_words(struct guest_board *board, char *text, size_t size_bytes)
{
    size_t length = 0;
    while (length + 1 < size_bytes && guest_receive(board, text + length, 1)) {
        if (text[length] == '\0')
            text[length] = '?';
        length += 1;
    }
    text[length] = '\0';
}
