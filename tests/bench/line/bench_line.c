/* bench_line BOARD [--quick|--cpu]: a board's row in the table of the line, whose head is what
 * `bench_line --head [--quick|--cpu]` prints. Exit status 77: a program that the board needs is
 * missing. */
#include "bench/line/digits.h"
#include "bench/line/rates.h"
#include "bench/line/upload.h"
#include "commands/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MISSING_TOOL_STATUS = 77 };

struct effort {
    int rounds;        /* of bytes per second */
    int duration_ms;   /* of a direction in a round */
    int digits_rounds; /* of a hundred */
    int boots;
    size_t upload_bytes;
    bool by_cpu_time; /* seconds are those of the CPUs that QEMU and host have */
};

static const struct effort FULL = {9, 1000, 5, 100, 1 << 20, false};
static const struct effort QUICK = {3, 100, 1, 10, 1 << 17, false};
static const struct effort CPU = {9, 100, 1, 10, 1 << 17, true};

struct row {
    struct rates rates;
    int64_t digits_ns;
    int64_t boot_ns;
    bool upload_fits;
    int64_t upload_ns;
    struct crowd crowd;
};

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Power on to the firmware's first byte, the median. */
static bool measure_boots(struct bench_device *model, int count, int64_t *ret_ns, struct error *err)
{
    static int64_t boots_ns[1000];
    for (int i = 0; i < count; i++) {
        int64_t start_ns = clock_now_ns();
        if (!board_open(model->board, err))
            return error_wrap(err, "boot %d", i);
        boots_ns[i] = clock_now_ns() - start_ns;
        board_close(model->board);
    }
    qsort(boots_ns, (size_t)count, sizeof boots_ns[0], compare);
    *ret_ns = boots_ns[count / 2];
    return true;
}

/* So many that a board alone takes half a second at least: the boards begin and end apart by what
 * would be a large part of less. */
static int crowd_rounds(int64_t digits_ns)
{
    enum { LEAST_MS = 500 };
    return 1 + (int)((int64_t)LEAST_MS * 1000000 / digits_ns);
}

static bool flash(struct bench_device *device, struct error *err)
{
    if (!board_flash(device->board, device->elf_path, err))
        return false;
    if (!board_open(device->board, err))
        return false;
    board_close(device->board);
    return true;
}

static bool measure_line(const struct bench_project *project, struct bench_device *model,
                         const struct effort *effort, struct row *row, struct error *err)
{
    struct bench_device line = {0};
    struct bench_project with_line = *project;
    with_line.app = SOURCE_DIR "/tests/bench/line/firmware";
    bool ok = bench_device_open(&line, &with_line, err) && flash(&line, err) &&
              rates_measure(&line, model, effort->rounds, effort->duration_ms, effort->by_cpu_time,
                            &row->rates, err);
    bench_device_close(&line);
    return ok;
}

static bool measure(const char *board_name, const struct effort *effort, struct row *row,
                    struct error *err)
{
    struct machine machine __attribute__((cleanup(machine_dispose))) = {0};
    if (!machine_load(BUILD_DIR "/share/microtvm-qemu/qemu-machines", board_name, &machine, err))
        return false;
    struct bench_project project = {
        .board_name = board_name,
        .packet_size_bytes = pipeline_own_packet_bytes(regions_writable_bytes(&machine.regions))};
    struct bench_device model = {0};
    bool ok = bench_device_open(&model, &project, err) && flash(&model, err) &&
              measure_line(&project, &model, effort, row, err) &&
              digits_measure(&model, effort->digits_rounds, &row->digits_ns, err) &&
              measure_boots(&model, effort->boots, &row->boot_ns, err) &&
              digits_crowd(&model, crowd_rounds(row->digits_ns), &row->crowd, err) &&
              upload_measure(board_name, regions_writable_bytes(&machine.regions),
                             project.packet_size_bytes, effort->upload_bytes, &row->upload_fits,
                             &row->upload_ns, err);
    bench_device_close(&model);
    return ok;
}

/* ---- Markdown ---- */

static void print_head(const struct effort *effort)
{
    const char *unit = effort->by_cpu_time ? "KB/CPU s" : "KB/s";
    printf("| board | to it: bare %s | raw | tensor | from it: bare %s | raw | tensor "
           "| a digit, ms | boot, ms | upload of %zu KB, s | %d boards: s | CPU s | ratio |\n",
           unit, unit, effort->upload_bytes / 1024, CROWD_BOARDS);
    puts("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
}

static void print_rate(double rate, double bare)
{
    printf(" %.0f (%.2f) |", rate / 1000, rate / bare);
}

static void print_row(const char *board_name, const struct row *row)
{
    printf("| %s |", board_name);
    for (int i = 0; i < DIRECTIONS; i++) {
        printf(" %.0f |", row->rates.bare[i] / 1000);
        print_rate(row->rates.raw[i], row->rates.bare[i]);
        print_rate(row->rates.tensor[i], row->rates.bare[i]);
    }
    printf(" %.1f | %.0f |", (double)row->digits_ns / 1e8, (double)row->boot_ns / 1e6);
    if (row->upload_fits)
        printf(" %.1f |", (double)row->upload_ns / 1e9);
    else
        printf(" no room |");
    double wall_s = (double)row->crowd.wall_ns / 1e9;
    double cpu_s = (double)row->crowd.cpu_ns / 1e9;
    printf(" %.2f | %.2f | %.2f |\n", wall_s, cpu_s, wall_s * row->crowd.cpus / cpu_s);
}

int main(int argc, char **argv)
{
    static struct row row;
    const struct effort *effort = argc == 2 ? &FULL : NULL;
    if (argc == 3 && strcmp(argv[2], "--quick") == 0)
        effort = &QUICK;
    if (argc == 3 && strcmp(argv[2], "--cpu") == 0)
        effort = &CPU;
    if (!effort) {
        fprintf(stderr, "usage: bench_line BOARD|--head [--quick|--cpu]\n");
        return 2;
    }
    if (strcmp(argv[1], "--head") == 0) {
        print_head(effort);
        return 0;
    }
    struct error err = {0};
    if (!measure(argv[1], effort, &row, &err)) {
        fprintf(stderr, "bench_line: %s: %s\n", argv[1], err.text);
        return err.kind == ERROR_TOOL ? MISSING_TOOL_STATUS : 1;
    }
    print_row(argv[1], &row);
    return 0;
}
