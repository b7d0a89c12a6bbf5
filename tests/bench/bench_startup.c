/* bench_startup WHAT TEMPLATE_DIR COUNT: time from starting the launcher in TEMPLATE_DIR to the
 * whole reply to server_info_query, as a row of the benchmark's table. */
#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "bench/samples.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

enum { START_TIMEOUT_MS = 30 * 1000 };

static struct samples samples;

static const char request[] = "{\"jsonrpc\": \"2.0\", \"method\": \"server_info_query\", "
                              "\"params\": {\"tvm_version\": \"0.18.0\"}, \"id\": 1}\n";

static bool read_line(int fd, struct error *err)
{
    char data[64 * 1024];
    struct deadline deadline = deadline_in_ms(START_TIMEOUT_MS);
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int count;
        if (!wait_ready(&ready, 1, deadline, NULL, &count, err))
            return false;
        ssize_t size = count > 0 ? read(fd, data, sizeof data) : 0;
        if (size <= 0)
            return error_set(err, ERROR_DEVICE, 0, "no reply");
        if (data[size - 1] == '\n')
            return true;
    }
}

static bool start(const char *dir, int read_fd, int write_fd, struct child *ret_child,
                  struct error *err)
{
    char read_number[16];
    char write_number[16];
    snprintf(read_number, sizeof read_number, "%d", read_fd);
    snprintf(write_number, sizeof write_number, "%d", write_fd);
    cleanup_free char *launcher = file_path("%s/microtvm_api_server.sh", dir);
    const char *const argv[] = {launcher,     "--read-fd",  read_number,
                                "--write-fd", write_number, NULL};
    const int keep_fds[] = {read_fd, write_fd};
    struct child_options options = {
        .argv = argv,
        .working_dir = dir,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = STDERR_FILENO,
        .keep_fds = keep_fds,
        .keep_fds_count = 2,
        .parent_death_signal = SIGKILL,
    };
    return child_start(&options, deadline_in_ms(60000), NULL, ret_child, err);
}

static bool measure_once(const char *dir, int64_t *ret_ns, struct error *err)
{
    int to_server[2];
    int from_server[2];
    if (pipe2(to_server, O_CLOEXEC) != 0 || pipe2(from_server, O_CLOEXEC) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "pipe");
    cleanup_fd int server_read = to_server[0];
    cleanup_fd int request_fd = to_server[1];
    cleanup_fd int reply_fd = from_server[0];
    cleanup_fd int server_write = from_server[1];

    struct child child = CHILD_NONE;
    int64_t start_ns = clock_now_ns();
    if (!start(dir, server_read, server_write, &child, err))
        return false;
    bool ok = write(request_fd, request, sizeof request - 1) == (ssize_t)sizeof request - 1 &&
              read_line(reply_fd, err);
    *ret_ns = clock_now_ns() - start_ns;
    child_stop(&child, 1000);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc != 4 || atoi(argv[3]) < 1) {
        fprintf(stderr, "usage: bench_startup WHAT TEMPLATE_DIR COUNT\n");
        return 2;
    }
    for (int i = 0; i < atoi(argv[3]); i++) {
        struct error err = {0};
        int64_t ns;
        if (!measure_once(argv[2], &ns, &err)) {
            fprintf(stderr, "bench_startup: %s: %s\n", argv[2], err.text);
            return 1;
        }
        samples_add(&samples, ns);
    }
    samples_print(&samples, argv[1]);
    return 0;
}
