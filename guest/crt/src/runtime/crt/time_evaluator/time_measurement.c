#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/time_evaluator/ratio.h>
#include <tvm/runtime/crt/internal/time_evaluator/time_measurement.h>
#include <tvm/runtime/crt/platform.h>

enum { MS_PER_SECOND = 1000 };

/* What the platform's timer said. */
struct elapsed {
    uint64_t ticks;
    uint32_t ticks_per_second;
};

static int platform_error(const char *what, tvm_crt_error_t code)
{
    return crt_error(code, "%s: TVMPlatform%s failed with code %d", TIME_EVALUATOR_NAME, what,
                     (int)code);
}

static int call_once(const struct measurement *measurement, TVMFunctionHandle func)
{
    TVMValue ret_val;
    int ret_type_code;
    if (!func)
        return 0;
    int status = TVMFuncCall(func, measurement->args, measurement->type_codes,
                             measurement->num_args, &ret_val, &ret_type_code);
    /* What it returns is not wanted; only bytes have to be given back. */
    if (status == 0 && ret_type_code == kTVMBytes)
        (void)TVMByteArrayFree(ret_val.v_handle);
    return status;
}

/* For a platform that tells seconds alone: in nanoseconds. */
TVM_WEAK tvm_crt_error_t TVMPlatformTimerStopTicks(uint64_t *ticks, uint32_t *ticks_per_second)
{
    double seconds = 0;
    tvm_crt_error_t error = TVMPlatformTimerStop(&seconds);
    *ticks_per_second = 1000000000;
    *ticks = seconds > 0 ? (uint64_t)(seconds * 1e9 + 0.5) : 0;
    return error;
}

TVM_WEAK tvm_crt_error_t TVMPlatformBeforeMeasurement(void)
{
    return kTvmErrorNoError;
}

TVM_WEAK tvm_crt_error_t TVMPlatformAfterMeasurement(void)
{
    return kTvmErrorNoError;
}

static int start_timer(void)
{
    tvm_crt_error_t error = TVMPlatformTimerStart();
    return error != kTvmErrorNoError ? platform_error("TimerStart", error) : 0;
}

static int stop_timer(struct elapsed *elapsed)
{
    tvm_crt_error_t error = TVMPlatformTimerStopTicks(&elapsed->ticks, &elapsed->ticks_per_second);
    return error != kTvmErrorNoError ? platform_error("TimerStop", error) : 0;
}

static int time_calls(const struct measurement *measurement, struct elapsed *elapsed)
{
    tvm_crt_error_t error = TVMPlatformBeforeMeasurement();
    if (error != kTvmErrorNoError)
        return platform_error("BeforeMeasurement", error);
    int status = start_timer();
    if (status != 0)
        return status;
    for (int32_t i = 0; i < measurement->number && status == 0; i++)
        status = call_once(measurement, measurement->timing->func);
    /* Also after an error: the next measurement needs a stopped timer. */
    int stopped = stop_timer(elapsed);
    if (status != 0 || stopped != 0)
        return status != 0 ? status : stopped;
    error = TVMPlatformAfterMeasurement();
    return error != kTvmErrorNoError ? platform_error("AfterMeasurement", error) : 0;
}

/* How many of ticks * MS_PER_SECOND are so many milliseconds. Not inlined: twice is larger. */
static __attribute__((noinline)) uint64_t wanted_ticks(int32_t milliseconds,
                                                       const struct elapsed *elapsed)
{
    return (uint64_t)(uint32_t)milliseconds * elapsed->ticks_per_second;
}

/* As TVM does: so many calls that the wanted time is filled, growing by the golden ratio at least.
 */
static int32_t grow(int32_t number, uint64_t ticks, uint64_t wanted)
{
    enum { GOLDEN = 106039, GOLDEN_SHIFT = 16 }; /* 1.618 << 16 */
    int64_t golden = ((int64_t)number * GOLDEN) >> GOLDEN_SHIFT;
    int64_t enough = (int64_t)ratio_scale(number, wanted, ticks) + 1;
    int64_t more = enough > golden ? enough : golden;
    return more < INT32_MAX ? (int32_t)more : INT32_MAX;
}

static int measure_repetition(struct measurement *measurement, double *ret_mean_seconds)
{
    const struct timing *timing = measurement->timing;
    struct elapsed elapsed = {0, 1};
    uint64_t wanted = 0;
    int32_t zero_times = 0;
    if (timing->preprocess) {
        int status = call_once(measurement, timing->preprocess);
        if (status != 0)
            return status;
    }
    do {
        if (elapsed.ticks > 0)
            measurement->number = grow(measurement->number, elapsed.ticks * MS_PER_SECOND, wanted);
        int status = time_calls(measurement, &elapsed);
        if (status != 0)
            return status;
        if (elapsed.ticks == 0)
            zero_times++;
        wanted = wanted_ticks(timing->min_repeat_ms, &elapsed);
    } while (elapsed.ticks * MS_PER_SECOND < wanted &&
             zero_times < timing->limit_zero_time_iterations && measurement->number < INT32_MAX);
    *ret_mean_seconds = ratio_as_double(elapsed.ticks, (uint64_t)elapsed.ticks_per_second *
                                                           (uint32_t)measurement->number);
    return 0;
}

/* Waits by the platform's timer, in turns that double until each takes a good part of the rest. */
static int cool_down(int32_t interval_ms)
{
    enum { MAX_TURNS = 1 << 24 };
    uint64_t waited = 0;
    uint64_t wanted;
    long turns = 256;
    do {
        struct elapsed elapsed;
        int status = start_timer();
        if (status != 0)
            return status;
        for (long i = 0; i < turns; i++)
            __asm__ volatile("");
        status = stop_timer(&elapsed);
        if (status != 0)
            return status;
        if (turns >= MAX_TURNS && elapsed.ticks == 0)
            return crt_error(kTvmErrorPlatformTimerBadState,
                             "%s: cannot wait, the platform's timer stands still",
                             TIME_EVALUATOR_NAME);
        elapsed.ticks *= MS_PER_SECOND;
        waited += elapsed.ticks;
        wanted = wanted_ticks(interval_ms, &elapsed);
        if (turns < MAX_TURNS && waited < wanted && elapsed.ticks < (wanted - waited) / 4)
            turns *= 2;
    } while (waited < wanted);
    return 0;
}

int time_measure(struct measurement *measurement, double *results)
{
    const struct timing *timing = measurement->timing;
    /* The first call is not timed: it may set things up. */
    int status = call_once(measurement, timing->func);
    int32_t until_cooldown = 0;
    for (int32_t i = 0; i < timing->repeat && status == 0; i++) {
        status = measure_repetition(measurement, &results[i]);
        if (status == 0 && timing->cooldown_interval_ms > 0 && until_cooldown-- == 0) {
            until_cooldown = timing->repeats_to_cooldown - 1;
            status = cool_down(timing->cooldown_interval_ms);
        }
    }
    return status;
}
