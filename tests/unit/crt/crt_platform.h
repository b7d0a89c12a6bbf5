/* A platform for the C runtime that fails on demand. */
#ifndef TESTS_UNIT_CRT_PLATFORM_H
#define TESTS_UNIT_CRT_PLATFORM_H

#include <stddef.h>
#include <tvm/runtime/crt/platform.h>

struct crt_platform {
    long live_allocations;
    long fail_allocation;  /* the allocation that fails, 1 being the next; 0: none */
    const char *heap_text; /* what is then said of the heap; NULL: nothing */
    double seconds;        /* a clock that only the model moves, and each timer read by this: */
    double seconds_per_read;
    double started_at;
    int timer_runs;
    int fail_timer_start; /* the start that fails, 1 being the next; 0: none */
    int measurements;     /* TVMPlatformBeforeMeasurement less TVMPlatformAfterMeasurement */
};

extern struct crt_platform crt_platform;

#endif
