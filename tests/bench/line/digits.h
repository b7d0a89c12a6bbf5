/* The hundred digits, one after the other in one session: on one board, and on many at once. */
#ifndef MICROTVM_QEMU_TESTS_BENCH_LINE_DIGITS_H
#define MICROTVM_QEMU_TESTS_BENCH_LINE_DIGITS_H

#include "bench/device.h"
#include "client/device_model.h"

#include <stdint.h>

struct digits_session {
    struct bench_session session;
    struct device_model model;
    const struct tensor *images; /* not owned */
    struct tensor expected;
};

/* With an open board. The caller closes the session, also when this failed. */
bool digits_open(struct bench_device *device, struct digits_session *session, struct error *err);
void digits_close(struct digits_session *session);

/* Each digit's input, run and output. Scores that are not what a host computes are an error. */
bool digits_classify(struct digits_session *session, struct error *err);

/* The time of the fastest of ROUNDS. The board is flashed, and off before and after. */
bool digits_measure(struct bench_device *device, int rounds, int64_t *ret_ns, struct error *err);

enum { CROWD_BOARDS = 8, CROWD_CPUS = 2 };

struct crowd {
    int cpus;        /* that they shared: CROWD_CPUS, or as many as there are */
    int64_t wall_ns; /* of a round: from the first digit of any board to the last of all */
    int64_t cpu_ns;  /* of all QEMUs and their hosts in that time */
};

/* The hundred, so many rounds without a pause, on CROWD_BOARDS boards of the kind at once; the
 * device's own is off meanwhile. */
bool digits_crowd(struct bench_device *device, int rounds, struct crowd *ret_crowd,
                  struct error *err);

#endif
