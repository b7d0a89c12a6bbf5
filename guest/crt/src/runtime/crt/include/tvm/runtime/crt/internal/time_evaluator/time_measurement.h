/* How often a function is called to time it, and the calls. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_TIME_MEASUREMENT_H_
#define TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_TIME_MEASUREMENT_H_

#include <tvm/runtime/c_runtime_api.h>

#define TIME_EVALUATOR_NAME "RPCTimeEvaluator" /* in errors */

struct timing {
    TVMFunctionHandle func;       /* NULL: nothing to call */
    TVMFunctionHandle preprocess; /* called before each repetition; NULL: none */
    int32_t number;               /* calls in one repetition; grows to fill min_repeat_ms */
    int32_t repeat;
    int32_t min_repeat_ms;
    int32_t limit_zero_time_iterations;
    int32_t cooldown_interval_ms;
    int32_t repeats_to_cooldown;
};

/* With the arguments of the function. */
struct measurement {
    const struct timing *timing;
    TVMValue *args;
    int *type_codes;
    int num_args;
    int32_t number;
};

/* Calls the function once, then as often as the timing says; results has room for its repeats:
 * the mean seconds of one call in each. Errors (with text): those of the function, and of the
 * platform's timer. */
int time_measure(struct measurement *measurement, double *results);

#endif // TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_TIME_MEASUREMENT_H_
