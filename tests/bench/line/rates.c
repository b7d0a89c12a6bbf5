#include "bench/line/rates.h"
#include "bench/cpu_time.h"
#include "bench/line/bare.h"
#include "board/qemu/cpu_seat.h"
#include "boards/real/qemu_process.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 16 * 1024, STILL_MS = 30 * 1000, MAX_ROUNDS = 100 };

/* What bytes go through. */
enum route { BARE_ONE_CPU, BARE_FREE, RAW, TENSOR, ROUTES };

struct line {
    struct bare bare[2]; /* BARE_ONE_CPU, BARE_FREE */
    struct bench_device *device;
    struct bench_device *model;
    struct bench_session session;
    struct rpc_tensor tensor;
    size_t tensor_bytes;
    bool by_cpu_time;
    pid_t raw_qemu;
    pid_t model_qemu;
    uint8_t piece[PIECE_BYTES]; /* what is sent, */
    uint8_t taken[PIECE_BYTES]; /* and where what comes goes */
};

static struct line line;
static double samples[ROUTES][DIRECTIONS][MAX_ROUNDS];

/* ---- one piece, by each route ---- */

static bool send(enum route route, const void *data, size_t size_bytes, struct error *err)
{
    return route == RAW
               ? board_write(line.device->board, data, size_bytes, deadline_in_ms(STILL_MS), err)
               : bare_write(&line.bare[route], data, size_bytes, err);
}

static bool take(enum route route, void *data, size_t size_bytes, struct error *err)
{
    return route == RAW
               ? board_read(line.device->board, data, size_bytes, deadline_in_ms(STILL_MS), err)
               : bare_read(&line.bare[route], data, size_bytes, err);
}

/* 'R' comes first; not from a bare QEMU whose pty was not open by then. */
static bool take_dot(enum route route, struct error *err)
{
    uint8_t dot = 'R';
    while (dot == 'R')
        if (!take(route, &dot, 1, err))
            return false;
    return dot == '.' || error_set(err, ERROR_DEVICE, 0, "the firmware says 0x%02x, not '.'", dot);
}

static bool move_bytes(enum route route, enum direction direction, struct error *err)
{
    const char taking = route == RAW ? 'k' : 'i';
    const uint8_t order[5] = {(uint8_t)(direction == FROM_BOARD ? 's' : taking), PIECE_BYTES & 255,
                              PIECE_BYTES >> 8};
    if (!send(route, order, sizeof order, err) || !take_dot(route, err))
        return false;
    if (direction == FROM_BOARD)
        return take(route, line.taken, PIECE_BYTES, err);
    return send(route, line.piece, PIECE_BYTES, err) && take_dot(route, err);
}

static bool move_tensor(enum direction direction, struct error *err)
{
    struct rpc_client *client = &line.session.client;
    if (direction == TO_BOARD)
        return rpc_copy_to(client, &line.tensor, line.piece, line.tensor_bytes, err);
    if (!rpc_copy_from(client, &line.tensor, line.taken, line.tensor_bytes, err))
        return false;
    return memcmp(line.piece, line.taken, line.tensor_bytes) == 0 ||
           error_set(err, ERROR_DEVICE, 0, "a tensor came back as another one");
}

/* ---- many pieces ---- */

static pid_t qemu_of(enum route route)
{
    switch (route) {
    case RAW:
        return line.raw_qemu;
    case TENSOR:
        return line.model_qemu;
    default:
        return line.bare[route].qemu.pid;
    }
}

static bool measure(enum route route, enum direction direction, int duration_ms, double *ret_rate,
                    struct error *err)
{
    const pid_t qemu = qemu_of(route);
    const int64_t start_ns = clock_now_ns();
    const int64_t start_cpu_ns = cpu_time_ns(qemu);
    int64_t now_ns = start_ns;
    double bytes = 0;
    while (now_ns - start_ns < (int64_t)duration_ms * 1000000) {
        if (!(route == TENSOR ? move_tensor(direction, err) : move_bytes(route, direction, err)))
            return false;
        bytes += (double)(route == TENSOR ? line.tensor_bytes : PIECE_BYTES);
        now_ns = clock_now_ns();
    }
    const int64_t took_ns = line.by_cpu_time ? cpu_time_ns(qemu) - start_cpu_ns : now_ns - start_ns;
    *ret_rate = bytes * 1e9 / (double)took_ns;
    return true;
}

static bool run_rounds(int rounds, int duration_ms, struct error *err)
{
    double ignored;
    for (int route = 0; route < ROUTES; route++)
        for (int direction = 0; direction < DIRECTIONS; direction++)
            if (!measure(route, direction, 1, &ignored, err)) /* all code is translated now */
                return false;
    for (int round = 0; round < rounds; round++)
        for (int route = 0; route < ROUTES; route++)
            for (int direction = 0; direction < DIRECTIONS; direction++)
                if (!measure(route, direction, duration_ms, &samples[route][direction][round], err))
                    return false;
    return true;
}

/* ---- before and after ---- */

static bool open_bare(struct error *err)
{
    const struct machine *machine = &line.device->machine;
    struct cpu_seat seat = CPU_SEAT_NONE;
    bool seated = cpu_seat_take(&seat);
    bool ok = bare_open(machine, line.device->elf_path, seated ? &seat.cpus : NULL,
                        &line.bare[BARE_ONE_CPU], err) &&
              bare_open(machine, line.device->elf_path, NULL, &line.bare[BARE_FREE], err);
    cpu_seat_leave(&seat);
    return ok;
}

/* As large as the board's memory lets it be. */
static bool open_tensor(struct error *err)
{
    line.tensor_bytes = PIECE_BYTES;
    if (!board_open(line.model->board, err) || !bench_session_open(line.model, &line.session, err))
        return false;
    while (!rpc_allocate(&line.session.client, line.tensor_bytes, &line.tensor, err)) {
        if (err->kind != ERROR_DEVICE || line.tensor_bytes <= 256)
            return false;
        line.tensor_bytes /= 2;
    }
    return true;
}

static bool open_all(struct error *err)
{
    for (size_t i = 0; i < PIECE_BYTES; i++)
        line.piece[i] = (uint8_t)(i * 7 + i / 256);
    if (!open_bare(err) || !board_open(line.device->board, err) || !open_tensor(err))
        return false;
    line.raw_qemu = qemu_find(line.device->board);
    line.model_qemu = qemu_find(line.model->board);
    return true;
}

static void close_all(void)
{
    bare_close(&line.bare[BARE_ONE_CPU]);
    bare_close(&line.bare[BARE_FREE]);
    bench_session_close(&line.session);
    board_close(line.device->board);
    board_close(line.model->board);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(enum route route, enum direction direction, int rounds)
{
    double *all = samples[route][direction];
    qsort(all, (size_t)rounds, sizeof all[0], compare);
    return all[rounds / 2];
}

bool rates_measure(struct bench_device *device, struct bench_device *model, int rounds,
                   int duration_ms, bool by_cpu_time, struct rates *ret_rates, struct error *err)
{
    line.by_cpu_time = by_cpu_time;
    line.bare[BARE_ONE_CPU] = line.bare[BARE_FREE] = BARE_NONE;
    line.device = device;
    line.model = model;
    rounds = rounds < MAX_ROUNDS ? rounds : MAX_ROUNDS;
    bool ok = open_all(err) && run_rounds(rounds, duration_ms, err);
    close_all();
    for (int i = 0; ok && i < DIRECTIONS; i++) {
        double one_cpu = median(BARE_ONE_CPU, i, rounds);
        double free_cpus = median(BARE_FREE, i, rounds);
        ret_rates->bare[i] = one_cpu > free_cpus ? one_cpu : free_cpus;
        ret_rates->raw[i] = median(RAW, i, rounds);
        ret_rates->tensor[i] = median(TENSOR, i, rounds);
    }
    return ok;
}
