/* runtime.RPCTimeEvaluator: a function that times another one, and returns the mean seconds of one
 * call for each repetition, as doubles in a byte array. */
#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/runtime.h>
#include <tvm/runtime/crt/platform.h>

struct time_evaluator {
    struct time_evaluator *next;
    TVMFunctionHandle func;       /* NULL: nothing to call */
    TVMFunctionHandle preprocess; /* called before each repetition; NULL: none */
    int64_t number;               /* calls in one repetition; grows to fill min_repeat_ms */
    int64_t repeat;
    int64_t min_repeat_ms;
    int64_t limit_zero_time_iterations;
    int64_t cooldown_interval_ms;
    int64_t repeats_to_cooldown;
    tvm_function_index_t id;
};

/* One call of the evaluator. */
struct measurement {
    const struct time_evaluator *evaluator;
    TVMValue *args;
    int *type_codes;
    int num_args;
    int64_t number;
};

enum { ID_MASK = 0x7fff };

static struct time_evaluator *evaluators;
static tvm_function_index_t last_id;

static struct time_evaluator *find(tvm_function_index_t id)
{
    struct time_evaluator *evaluator = evaluators;
    while (evaluator && evaluator->id != id)
        evaluator = evaluator->next;
    return evaluator;
}

void time_evaluator_free(tvm_function_index_t id)
{
    for (struct time_evaluator **link = &evaluators; *link; link = &(*link)->next) {
        struct time_evaluator *evaluator = *link;
        if (evaluator->id == id) {
            *link = evaluator->next;
            crt_free(evaluator);
            return;
        }
    }
}

/* ---- creating ---- */

/* The arguments are module, function name, device type, device id, then integers and last the name
 * of a preprocessing function. Which integers depends on the client's TVM:
 *   8 arguments, 0.8: number, repeat, min_repeat_ms
 *   10: and then cooldown_interval_ms, repeats_to_cooldown
 *   11, 0.10: limit_zero_time_iterations before those two
 *   12, 0.13: and cache_flush_bytes after them; a microcontroller has no cache to flush */
enum { FIRST_INTEGER = 4, ARGS_0_8 = 8, ARGS_COOLDOWN = 10, ARGS_ZERO_TIME = 11, ARGS_NOW = 12 };

static int check_args(const int *type_codes, int num_args)
{
    if (num_args != ARGS_0_8 && (num_args < ARGS_COOLDOWN || num_args > ARGS_NOW))
        return crt_error(kTvmErrorFunctionCallNumArguments,
                         "RPCTimeEvaluator: %d arguments, wanted 8 or 10 to 12", num_args);
    bool types_ok = type_codes[0] == kTVMModuleHandle && type_codes[1] == kTVMStr &&
                    type_codes[num_args - 1] == kTVMStr;
    for (int i = 2; i < num_args - 1; i++)
        types_ok = types_ok && type_codes[i] == kTVMArgInt;
    if (!types_ok)
        return crt_error(kTvmErrorFunctionCallWrongArgType,
                         "RPCTimeEvaluator: wanted (module, string, integers..., string)");
    return 0;
}

static void read_args(struct time_evaluator *evaluator, const TVMValue *args, int num_args)
{
    const TVMValue *integers = args + FIRST_INTEGER;
    evaluator->number = integers[0].v_int64;
    evaluator->repeat = integers[1].v_int64;
    evaluator->min_repeat_ms = integers[2].v_int64;
    evaluator->limit_zero_time_iterations = 100; /* what TVM's clients send by default */
    evaluator->repeats_to_cooldown = 1;
    if (num_args >= ARGS_ZERO_TIME)
        evaluator->limit_zero_time_iterations = integers[3].v_int64;
    if (num_args >= ARGS_COOLDOWN) {
        const TVMValue *cooldown = num_args >= ARGS_ZERO_TIME ? integers + 4 : integers + 3;
        evaluator->cooldown_interval_ms = cooldown[0].v_int64;
        evaluator->repeats_to_cooldown = cooldown[1].v_int64;
    }
}

static int check_numbers(const struct time_evaluator *evaluator)
{
    if (evaluator->number < 1 || evaluator->number > INT32_MAX || evaluator->repeat < 1 ||
        evaluator->repeat > INT32_MAX / (int64_t)sizeof(double))
        return crt_error(kTvmErrorFunctionCallInvalidArg,
                         "RPCTimeEvaluator: number %ld, repeat %ld: both must be 1 or more",
                         (long)evaluator->number, (long)evaluator->repeat);
    if (evaluator->min_repeat_ms < 0 || evaluator->cooldown_interval_ms < 0 ||
        (evaluator->cooldown_interval_ms > 0 && evaluator->repeats_to_cooldown < 1))
        return crt_error(kTvmErrorFunctionCallInvalidArg,
                         "RPCTimeEvaluator: min_repeat_ms %ld, cooldown_interval_ms %ld, "
                         "repeats_to_cooldown %ld: too small",
                         (long)evaluator->min_repeat_ms, (long)evaluator->cooldown_interval_ms,
                         (long)evaluator->repeats_to_cooldown);
    return 0;
}

static int find_preprocess(const char *name, TVMFunctionHandle *ret_func)
{
    TVMFunctionHandle func = NULL;
    if (*name != '\0') {
        (void)TVMFuncGetGlobal(name, &func);
        if (!func)
            return crt_error(kTvmErrorFunctionNameNotFound,
                             "RPCTimeEvaluator: no global function \"%s\" to call before each "
                             "repetition",
                             name);
    }
    *ret_func = func;
    return 0;
}

static tvm_function_index_t new_id(void)
{
    do
        last_id = (last_id + 1) & ID_MASK;
    while (find(last_id));
    return last_id;
}

int crt_create_time_evaluator(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                              int *ret_type_code, void *resource_handle)
{
    (void)resource_handle;
    struct time_evaluator wanted = {.next = NULL};
    int status = check_args(type_codes, num_args);
    if (status != 0)
        return status;
    read_args(&wanted, args, num_args);
    status = check_numbers(&wanted);
    /* TVM's debug executor times each node of a graph: a reshape's function has this name. */
    if (status == 0 && strcmp(args[1].v_str, "__nop") != 0)
        status = TVMModGetFunction(args[0].v_handle, args[1].v_str, 0, &wanted.func);
    if (status == 0)
        status = find_preprocess(args[num_args - 1].v_str, &wanted.preprocess);
    void *memory;
    if (status == 0)
        status = crt_allocate(sizeof(wanted), "a time evaluator", &memory);
    if (status != 0)
        return status;
    struct time_evaluator *evaluator = memory;
    *evaluator = wanted;
    evaluator->id = new_id();
    evaluator->next = evaluators;
    evaluators = evaluator;
    ret_val->v_handle = crt_time_evaluator_handle(evaluator->id);
    *ret_type_code = kTVMPackedFuncHandle;
    return 0;
}

/* ---- measuring ---- */

static int platform_error(const char *what, tvm_crt_error_t code)
{
    return crt_error(code, "RPCTimeEvaluator: %s failed with code %d", what, (int)code);
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

static int time_calls(const struct measurement *measurement, double *ret_seconds)
{
    tvm_crt_error_t error = TVMPlatformBeforeMeasurement();
    if (error != kTvmErrorNoError)
        return platform_error("TVMPlatformBeforeMeasurement", error);
    error = TVMPlatformTimerStart();
    if (error != kTvmErrorNoError)
        return platform_error("TVMPlatformTimerStart", error);
    int status = 0;
    for (int64_t i = 0; i < measurement->number && status == 0; i++)
        status = call_once(measurement, measurement->evaluator->func);
    /* Also after an error: the next measurement needs a stopped timer. */
    error = TVMPlatformTimerStop(ret_seconds);
    if (status != 0)
        return status;
    if (error != kTvmErrorNoError)
        return platform_error("TVMPlatformTimerStop", error);
    error = TVMPlatformAfterMeasurement();
    return error != kTvmErrorNoError ? platform_error("TVMPlatformAfterMeasurement", error) : 0;
}

/* As TVM does: so many calls that min_seconds are filled, growing by the golden ratio at least. */
static int64_t grow(int64_t number, double seconds, double min_seconds)
{
    double enough = min_seconds / (seconds / (double)number) + 1;
    double golden = (double)number * 1.618;
    double wanted = enough > golden ? enough : golden;
    return wanted < INT32_MAX ? (int64_t)wanted : INT32_MAX;
}

static int measure_repetition(struct measurement *measurement, double *ret_mean_seconds)
{
    const struct time_evaluator *evaluator = measurement->evaluator;
    double min_seconds = (double)evaluator->min_repeat_ms / 1000;
    double seconds = 0;
    int64_t zero_times = 0;
    if (evaluator->preprocess) {
        int status = call_once(measurement, evaluator->preprocess);
        if (status != 0)
            return status;
    }
    do {
        if (seconds > 0)
            measurement->number = grow(measurement->number, seconds, min_seconds);
        int status = time_calls(measurement, &seconds);
        if (status != 0)
            return status;
        if (seconds <= 0)
            zero_times++;
    } while (seconds < min_seconds && zero_times < evaluator->limit_zero_time_iterations &&
             measurement->number < INT32_MAX);
    *ret_mean_seconds = seconds / (double)measurement->number;
    return 0;
}

/* Waits by the platform's timer, in turns that double until each takes a good part of the rest. */
static int cool_down(int64_t interval_ms)
{
    enum { MAX_TURNS = 1 << 24 };
    double rest = (double)interval_ms / 1000;
    long turns = 256;
    while (rest > 0) {
        double seconds;
        tvm_crt_error_t error = TVMPlatformTimerStart();
        if (error != kTvmErrorNoError)
            return platform_error("TVMPlatformTimerStart", error);
        for (long i = 0; i < turns; i++)
            __asm__ volatile("");
        error = TVMPlatformTimerStop(&seconds);
        if (error != kTvmErrorNoError)
            return platform_error("TVMPlatformTimerStop", error);
        if (turns >= MAX_TURNS && seconds <= 0)
            return crt_error(kTvmErrorPlatformTimerBadState,
                             "RPCTimeEvaluator: cannot wait, the platform's timer stands still");
        rest -= seconds;
        if (turns < MAX_TURNS && seconds < rest / 4)
            turns *= 2;
    }
    return 0;
}

static int measure_all(struct measurement *measurement, double *results)
{
    const struct time_evaluator *evaluator = measurement->evaluator;
    /* The first call is not timed: it may set things up. */
    int status = call_once(measurement, evaluator->func);
    for (int64_t i = 0; i < evaluator->repeat && status == 0; i++) {
        status = measure_repetition(measurement, &results[i]);
        if (status == 0 && evaluator->cooldown_interval_ms > 0 &&
            i % evaluator->repeats_to_cooldown == 0)
            status = cool_down(evaluator->cooldown_interval_ms);
    }
    return status;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): passed on as TVMFuncCall wants it */
int time_evaluator_call(tvm_function_index_t id, TVMValue *args, int *type_codes, int num_args,
                        TVMValue *ret_val, int *ret_type_code)
{
    const struct time_evaluator *evaluator = find(id);
    if (!evaluator)
        return crt_error(kTvmErrorTimeEvaluatorBadHandle, "time evaluator %d was freed", (int)id);
    struct measurement measurement = {evaluator, args, type_codes, num_args, evaluator->number};
    size_t size_bytes = (size_t)evaluator->repeat * sizeof(double);
    void *results;
    int status = crt_allocate(size_bytes, "times", &results);
    if (status != 0)
        return status;
    void *bytes = NULL;
    status = measure_all(&measurement, results);
    if (status == 0)
        status = crt_allocate(sizeof(TVMByteArray), "times", &bytes);
    if (status != 0) {
        crt_free(results);
        return status;
    }
    *(TVMByteArray *)bytes = (TVMByteArray){.data = results, .size = size_bytes};
    ret_val->v_handle = bytes;
    *ret_type_code = kTVMBytes;
    return 0;
}
