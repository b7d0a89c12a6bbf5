/* Many boards at once: a process for each, which says when it is ready, begins with the others, and
 * tells when it began and ended and how much CPU time it and its QEMU took. */
#include "base/cleanup.h"
#include "base/file.h"
#include "bench/cpu_time.h"
#include "bench/line/digits.h"
#include "boards/real/qemu_process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>

struct result {
    bool ok;
    int64_t start_ns;
    int64_t end_ns;
    int64_t cpu_ns;
    struct error err;
};

struct worker {
    pid_t pid;
    int from; /* a byte when it is ready, then its result */
};

static bool own_board(struct bench_device *device, int number, struct error *err)
{
    cleanup_free char *flash_path = file_path("%s/flash.%d.elf", device->dir, number);
    struct board_options options = {
        .machine = &device->machine, .flash_path = flash_path, .icount_shift = -1};
    return board_new(&options, &device->board, err) &&
           board_flash(device->board, device->elf_path, err) && board_open(device->board, err);
}

/* In the worker's process: ready_fd's byte says that it could begin, go_fd's end that it may. */
static bool work(struct bench_device *device, int number, int rounds, int ready_fd, int go_fd,
                 struct result *result)
{
    char nothing = 0;
    struct digits_session session = {0};
    bool ok =
        own_board(device, number, &result->err) && digits_open(device, &session, &result->err);
    if (write(ready_fd, &nothing, 1) != 1)
        ok = false;
    (void)!read(go_fd, &nothing, 1);
    if (ok) {
        pid_t qemu = qemu_find(device->board);
        int64_t before_ns = cpu_time_ns(qemu);
        result->start_ns = clock_now_ns();
        for (int round = 0; ok && round < rounds; round++)
            ok = digits_classify(&session, &result->err);
        result->end_ns = clock_now_ns();
        result->cpu_ns = cpu_time_ns(qemu) - before_ns;
    }
    digits_close(&session);
    board_free(device->board);
    return ok;
}

static bool start_worker(struct bench_device *device, int number, int rounds, const int go[2],
                         struct worker *worker, struct error *err)
{
    int from[2];
    if (pipe2(from, O_CLOEXEC) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "pipe");
    fflush(NULL);
    worker->from = from[0];
    worker->pid = fork();
    if (worker->pid == 0) {
        static struct result result;
        close(go[1]);
        result.ok = work(device, number, rounds, from[1], go[0], &result);
        _exit(write(from[1], &result, sizeof result) == sizeof result ? 0 : 1);
    }
    close(from[1]);
    return worker->pid > 0 || error_set(err, ERROR_SYSTEM, errno, "fork");
}

static bool read_all(int fd, void *data, size_t size_bytes)
{
    while (size_bytes > 0) {
        ssize_t size = read(fd, data, size_bytes);
        if (size <= 0)
            return false;
        data = (char *)data + size;
        size_bytes -= (size_t)size;
    }
    return true;
}

/* All of them, also after one that failed: whose cause is told. */
static bool gather(struct worker workers[CROWD_BOARDS], struct crowd *crowd, struct error *err)
{
    static struct result result;
    int64_t first_ns = INT64_MAX;
    int64_t last_ns = 0;
    bool ok = true;
    crowd->cpu_ns = 0;
    for (int i = 0; i < CROWD_BOARDS; i++) {
        if (!read_all(workers[i].from, &result, sizeof result))
            ok = error_set(err, ERROR_INTERNAL, 0, "board %d: its process ended early", i);
        else if (!result.ok) {
            *err = result.err;
            ok = error_wrap(err, "board %d", i);
        }
        first_ns = result.start_ns < first_ns ? result.start_ns : first_ns;
        last_ns = result.end_ns > last_ns ? result.end_ns : last_ns;
        crowd->cpu_ns += result.cpu_ns;
    }
    crowd->wall_ns = last_ns - first_ns;
    return ok;
}

static bool run_crowd(struct bench_device *device, int rounds, struct crowd *crowd,
                      struct error *err)
{
    struct worker workers[CROWD_BOARDS] = {0};
    int go[2];
    bool ok = true;
    char ready;
    if (pipe2(go, O_CLOEXEC) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "pipe");
    for (int i = 0; ok && i < CROWD_BOARDS; i++)
        ok = start_worker(device, i, rounds, go, &workers[i], err);
    for (int i = 0; ok && i < CROWD_BOARDS; i++)
        ok = read_all(workers[i].from, &ready, 1) ||
             error_set(err, ERROR_INTERNAL, 0, "board %d: its process ended early", i);
    close(go[1]); /* go */
    close(go[0]);
    ok = ok && gather(workers, crowd, err);
    for (int i = 0; i < CROWD_BOARDS && workers[i].pid > 0; i++) {
        close(workers[i].from);
        waitpid(workers[i].pid, NULL, 0);
    }
    return ok;
}

bool digits_crowd(struct bench_device *device, int rounds, struct crowd *ret_crowd,
                  struct error *err)
{
    cpu_set_t allowed;
    cpu_set_t few;
    CPU_ZERO(&few);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "sched_getaffinity");
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&few) < CROWD_CPUS; i++)
        if (CPU_ISSET(i, &allowed))
            CPU_SET(i, &few);
    ret_crowd->cpus = CPU_COUNT(&few);
    if (sched_setaffinity(0, sizeof few, &few) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "sched_setaffinity");
    bool ok = run_crowd(device, rounds, ret_crowd, err);
    ret_crowd->wall_ns /= rounds;
    ret_crowd->cpu_ns /= rounds;
    sched_setaffinity(0, sizeof allowed, &allowed);
    return ok;
}
