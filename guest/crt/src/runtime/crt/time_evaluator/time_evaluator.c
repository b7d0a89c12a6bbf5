#include <stdbool.h>
#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/crt_runtime_api.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/internal/time_evaluator/time_evaluator.h>

/* The numbers that a client sends: see time_evaluator.h. */
enum { FIRST_INTEGER = 4, ARGS_0_8 = 8, ARGS_COOLDOWN = 10, ARGS_ZERO_TIME = 11, ARGS_NOW = 12 };

static int check_args(const int *type_codes, int num_args)
{
    if (num_args != ARGS_0_8 && (num_args < ARGS_COOLDOWN || num_args > ARGS_NOW))
        return crt_error(kTvmErrorFunctionCallNumArguments,
                         "%s: %d arguments, wanted 8 or 10 to 12", TIME_EVALUATOR_NAME, num_args);
    bool types_ok = type_codes[0] == kTVMModuleHandle && type_codes[1] == kTVMStr &&
                    type_codes[num_args - 1] == kTVMStr;
    for (int i = 2; i < num_args - 1; i++)
        types_ok = types_ok && type_codes[i] == kTVMArgInt;
    if (!types_ok)
        return crt_error(kTvmErrorFunctionCallWrongArgType,
                         "%s: wanted (module, string, integers..., string)", TIME_EVALUATOR_NAME);
    return 0;
}

/* The nearest: nobody waits for more milliseconds or iterations than 32 bits hold. */
static int32_t read_integer(const TVMValue *value)
{
    if (value->v_int64 > INT32_MAX)
        return INT32_MAX;
    return value->v_int64 < INT32_MIN ? INT32_MIN : (int32_t)value->v_int64;
}

static void read_numbers(struct timing *timing, const TVMValue *integers, bool has_zero_time,
                         bool has_cooldown)
{
    timing->number = read_integer(&integers[0]);
    timing->repeat = read_integer(&integers[1]);
    timing->min_repeat_ms = read_integer(&integers[2]);
    timing->limit_zero_time_iterations = 100; /* what TVM's clients send by default */
    timing->repeats_to_cooldown = 1;
    integers += 3;
    if (has_zero_time)
        timing->limit_zero_time_iterations = read_integer(integers++);
    if (has_cooldown) {
        timing->cooldown_interval_ms = read_integer(&integers[0]);
        timing->repeats_to_cooldown = read_integer(&integers[1]);
    }
}

static int check_number(const char *name, int32_t value, int32_t least, int32_t most)
{
    if (value >= least && value <= most)
        return 0;
    return crt_error(kTvmErrorFunctionCallInvalidArg, "%s: %s is %d, wanted %d to %d",
                     TIME_EVALUATOR_NAME, name, (int)value, (int)least, (int)most);
}

/* As large as a number can be that was sent with more bits: it is too large then. */
enum { NUMBER_MAX = INT32_MAX - 1, REPEAT_MAX = INT32_MAX / (int)sizeof(double) };

static int check_numbers(const struct timing *timing)
{
    int status = check_number("number", timing->number, 1, NUMBER_MAX);
    if (status == 0)
        status = check_number("repeat", timing->repeat, 1, REPEAT_MAX);
    if (status == 0)
        status = check_number("min_repeat_ms", timing->min_repeat_ms, 0, INT32_MAX);
    if (status == 0)
        status = check_number("cooldown_interval_ms", timing->cooldown_interval_ms, 0, INT32_MAX);
    if (status == 0 && timing->cooldown_interval_ms > 0)
        status = check_number("repeats_to_cooldown", timing->repeats_to_cooldown, 1, INT32_MAX);
    return status;
}

int time_evaluator_read(const TVMValue *integers, const int *type_codes, int count,
                        struct timing *ret_timing)
{
    enum { COUNT_0_9 = 5, COUNT_NOW = 6 };
    if (count != COUNT_0_9 && count != COUNT_NOW)
        return crt_wrong_count(TIME_EVALUATOR_NAME, count, COUNT_NOW);
    for (int i = 0; i < count; i++)
        if (type_codes[i] != kTVMArgInt)
            return crt_wrong_type(TIME_EVALUATOR_NAME, i, type_codes[i], kTVMArgInt);
    *ret_timing = (struct timing){.func = NULL};
    read_numbers(ret_timing, integers, count == COUNT_NOW, true);
    return check_numbers(ret_timing);
}

static int find_preprocess(const char *name, TVMFunctionHandle *ret_func)
{
    TVMFunctionHandle func = NULL;
    if (*name != '\0') {
        (void)TVMFuncGetGlobal(name, &func);
        if (!func)
            return crt_error(kTvmErrorFunctionNameNotFound,
                             "%s: no global function \"%s\" to call before each repetition",
                             TIME_EVALUATOR_NAME, name);
    }
    *ret_func = func;
    return 0;
}

/* ---- calling ---- */

struct time_evaluator {
    struct made_function function;
    struct timing timing;
};

/* NOLINTNEXTLINE(readability-non-const-parameter): passed on as TVMFuncCall wants it */
static int call_evaluator(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                          int *ret_type_code, void *resource_handle)
{
    const struct timing *timing = &((const struct time_evaluator *)resource_handle)->timing;
    struct measurement measurement = {timing, args, type_codes, num_args, timing->number};
    size_t size_bytes = (size_t)timing->repeat * sizeof(double);
    void *results;
    int status = crt_allocate(size_bytes, "times", &results);
    if (status != 0)
        return status;
    void *bytes = NULL;
    status = time_measure(&measurement, results);
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

/* ---- creating ---- */

int crt_create_time_evaluator(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                              int *ret_type_code, void *resource_handle)
{
    (void)resource_handle;
    struct timing wanted = {.func = NULL};
    int status = check_args(type_codes, num_args);
    if (status != 0)
        return status;
    read_numbers(&wanted, args + FIRST_INTEGER, num_args >= ARGS_ZERO_TIME,
                 num_args >= ARGS_COOLDOWN);
    status = check_numbers(&wanted);
    /* TVM's debug executor times each node of a graph: a reshape's function has this name. */
    if (status == 0 && strcmp(args[1].v_str, "__nop") != 0)
        status = TVMModGetFunction(args[0].v_handle, args[1].v_str, 0, &wanted.func);
    if (status == 0)
        status = find_preprocess(args[num_args - 1].v_str, &wanted.preprocess);
    void *memory;
    if (status == 0)
        status = crt_allocate(sizeof(struct time_evaluator), "a time evaluator", &memory);
    if (status != 0)
        return status;
    struct time_evaluator *evaluator = memory;
    evaluator->function.call = call_evaluator;
    evaluator->timing = wanted;
    ret_val->v_handle = crt_add_function(&evaluator->function);
    *ret_type_code = kTVMPackedFuncHandle;
    return 0;
}
