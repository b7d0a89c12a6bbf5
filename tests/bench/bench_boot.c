/* bench_boot BOARD COUNT: rows of the benchmark's table for that many boots. Their floor is a QEMU
 * that only says its version: what it costs to load the program. */
#include "base/child.h"
#include "bench/device.h"
#include "bench/samples.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static struct samples floors;
static struct samples boots;
static struct samples handshakes;
static struct samples inferences;

static bool measure_floor(const char *qemu_program, struct error *err)
{
    const char *const argv[] = {qemu_program, "--version", NULL};
    struct child_options options = {.argv = argv,
                                    .stdin_fd = -1,
                                    .stdout_fd = -1,
                                    .stderr_fd = -1,
                                    .parent_death_signal = SIGKILL};
    int status;
    int64_t start_ns = clock_now_ns();
    if (!child_run(&options, deadline_never(), NULL, NULL, NULL, &status, err))
        return false;
    samples_add(&floors, clock_now_ns() - start_ns);
    return true;
}

static bool measure(struct bench_device *device, const char *board_name, int count,
                    struct error *err)
{
    const struct bench_project project = {.board_name = board_name};
    if (!bench_device_open(device, &project, err))
        return false;
    for (int i = 0; i < count; i++) {
        struct device_times times;
        float scores[10];
        if (!bench_device_flash_and_classify(device, i % device->images.shape[0], scores, &times,
                                             err))
            return error_wrap(err, "boot %d", i);
        if (!measure_floor(device->machine.qemu_program, err))
            return false;
        samples_add(&boots, times.boot_ns);
        samples_add(&handshakes, times.handshake_ns);
        samples_add(&inferences, times.inference_ns);
    }
    return true;
}

static void print_row(struct samples *samples, const char *board_name, const char *what)
{
    char text[100];
    snprintf(text, sizeof text, "%s: %s", board_name, what);
    samples_print(samples, text);
}

int main(int argc, char **argv)
{
    if (argc != 3 || atoi(argv[2]) < 1) {
        fprintf(stderr, "usage: bench_boot BOARD COUNT\n");
        return 2;
    }
    struct error err = {0};
    struct bench_device device;
    bool ok = measure(&device, argv[1], atoi(argv[2]), &err);
    bench_device_close(&device);
    if (!ok) {
        fprintf(stderr, "bench_boot: %s: %s\n", argv[1], err.text);
        return 1;
    }
    print_row(&floors, argv[1], "floor: QEMU says its version");
    print_row(&boots, argv[1], "flash to the firmware's first byte");
    print_row(&handshakes, argv[1], "host's first byte to the session");
    print_row(&inferences, argv[1], "executor, input, run, output");
    return 0;
}
