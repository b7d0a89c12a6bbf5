/* What is measured, and the measuring. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_TIME_EVALUATOR_H_
#define TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_TIME_EVALUATOR_H_

#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/func_registry.h>

#define TIME_EVALUATOR_NAME "RPCTimeEvaluator" /* in errors */

struct time_evaluator {
    struct time_evaluator *next;
    TVMFunctionHandle func;       /* NULL: nothing to call */
    TVMFunctionHandle preprocess; /* called before each repetition; NULL: none */
    int32_t number;               /* calls in one repetition; grows to fill min_repeat_ms */
    int32_t repeat;
    int32_t min_repeat_ms;
    int32_t limit_zero_time_iterations;
    int32_t cooldown_interval_ms;
    int32_t repeats_to_cooldown;
    tvm_function_index_t id;
};

/* One call of the evaluator. */
struct measurement {
    const struct time_evaluator *evaluator;
    TVMValue *args;
    int *type_codes;
    int num_args;
    int32_t number;
};

/* How to measure, from six arguments: number, repeat, min_repeat_ms, limit_zero_time_iterations
 * (which TVM 0.9 does not send), cooldown_interval_ms, repeats_to_cooldown. Errors (with text): a
 * count, a type, or a number that is none of these. */
int time_evaluator_read(const TVMValue *integers, const int *type_codes, int count,
                        struct time_evaluator *ret_evaluator);

/* Calls the function once, then as often as the evaluator says; results has room for its repeats:
 * the mean seconds of one call in each. Errors (with text): those of the function, and of the
 * platform's timer. */
int time_measure(struct measurement *measurement, double *results);

#endif // TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_TIME_EVALUATOR_H_
