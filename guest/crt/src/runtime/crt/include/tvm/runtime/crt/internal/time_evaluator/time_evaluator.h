/* runtime.RPCTimeEvaluator: a function that times another one, and returns the mean seconds of one
 * call for each repetition, as doubles in a byte array. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_TIME_EVALUATOR_H_
#define TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_TIME_EVALUATOR_H_

#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/internal/time_evaluator/time_measurement.h>

/* Makes one: a TVMBackendPackedCFunc. Its arguments are module, function name, device type, device
 * id, then integers and last the name of a preprocessing function. Which integers depends on the
 * client's TVM:
 *   8 arguments, 0.8: number, repeat, min_repeat_ms
 *   10: and then cooldown_interval_ms, repeats_to_cooldown
 *   11, 0.10: limit_zero_time_iterations before those two
 *   12, 0.13: and cache_flush_bytes after them; a microcontroller has no cache to flush
 * Errors (with text): other arguments, no such function, no memory. */
int crt_create_time_evaluator(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                              int *ret_type_code, void *resource_handle);

/* How to measure, from six arguments: number, repeat, min_repeat_ms, limit_zero_time_iterations
 * (which TVM 0.9 does not send), cooldown_interval_ms, repeats_to_cooldown. Errors (with text): a
 * count, a type, or a number that is none of these. */
int time_evaluator_read(const TVMValue *integers, const int *type_codes, int count,
                        struct timing *ret_timing);

#endif // TVM_RUNTIME_CRT_INTERNAL_TIME_EVALUATOR_TIME_EVALUATOR_H_
