/* Counts the instructions of each inference: the linker puts these functions in front of those that
 * run a model (-Wl,--wrap, count.cmake), whoever's C runtime it is. */
#include "platform/count/count.h"
#include "boot/board_config.h"
#include "boot/fatal.h"

#include <stdbool.h>
#include <stddef.h>
#include <tvm/runtime/crt/platform.h>

enum { KHZ = 1000, NS_PER_MS = 1000000, RULER = 1000 };

_Static_assert(BOARD_TIMER_CLOCK_HZ % KHZ == 0, "board.json: timer.clock_hz in whole kHz");

struct count_total count_total;

static bool ready;
static uint64_t call_cost;      /* of call(), when what it calls does nothing */
static uint64_t interrupt_cost; /* of one of the clock's */

/* Of a clock that takes no interrupt. */
__attribute__((weak)) uint32_t clock_interrupts(void)
{
    return 0;
}

__attribute__((weak)) void clock_interrupt_trial(void)
{
}

uint64_t count_between(const struct count_moment *from, const struct count_moment *to)
{
    const uint64_t divisor = (uint64_t)(BOARD_TIMER_CLOCK_HZ / KHZ) << COUNT_SHIFT;
    uint64_t instructions = ((to->ticks - from->ticks) * NS_PER_MS + divisor / 2) / divisor;
    return instructions - (uint64_t)(to->interrupts - from->interrupts) * interrupt_cost;
}

static __attribute__((noinline)) uint64_t call(count_function function, void *argument,
                                               int32_t *ret_status)
{
    struct count_moment before = count_now();
    int32_t status = function(argument);
    struct count_moment after = count_now();
    *ret_status = status;
    return count_between(&before, &after);
}

uint64_t count_call(count_function function, void *argument, int32_t *ret_status)
{
    return call(function, argument, ret_status) - call_cost;
}

/* ---- what it has to know of itself ---- */

/* Of a known length: 1 and RULER instructions. */
#ifdef __arm__
#define RETURN "bx lr\n\t"
#else
#define RETURN "ret\n\t"
#endif
#ifdef __thumb__
#define CODE ".thumb_func\n\t"
#else
#define CODE ""
#endif
__asm__(".section .text.count_ruler, \"ax\", %progbits\n\t"
        ".balign 4\n\t"
        ".type count_ruler, %function\n\t"
        ".type count_nothing, %function\n\t" CODE "count_ruler:\n\t"
        ".rept 999\n\t"
        "nop\n\t"
        ".endr\n\t" CODE "count_nothing:\n\t" RETURN ".text\n");
int32_t count_nothing(void *argument);
int32_t count_ruler(void *argument);

static void prepare(void)
{
    int32_t status;
    ready = true;
    call_cost = call(count_nothing, NULL, &status) - 1;
    interrupt_cost = count_call(count_without_argument(clock_interrupt_trial), NULL, &status);
    uint64_t length = count_call(count_ruler, NULL, &status);
    if (length != RULER) {
        fatal_begin("abort: the board's clock does not follow instructions: 0x3e8 of them took");
        fatal_hex("count", (uint32_t)length);
        fatal_end();
    }
    if (count_operators_start)
        count_operators_start();
}

/* ---- the functions that run a model ---- */

static int32_t count_inference(count_function run, void *argument)
{
    int32_t status;
    /* Some applications time the model themselves. */
    bool is_own = TVMPlatformTimerStart() == kTvmErrorNoError;
    if (!ready)
        prepare();
    uint64_t instructions = count_call(run, argument, &status);
    if (count_operators_end)
        count_operators_end(instructions);
    double seconds;
    if (is_own)
        (void)TVMPlatformTimerStop(&seconds);
    if (count_total.first_inferences < COUNT_FIRST) {
        count_total.first_inferences++;
        count_total.first += instructions;
    }
    if (count_total.inferences++ == 0 || instructions < count_total.least)
        count_total.least = instructions;
    if (instructions > count_total.most)
        count_total.most = instructions;
    count_total.instructions += instructions;
    return status;
}

/* Each firmware has one or two of these. */
int32_t __real_TVMAotExecutor_Run(void *executor) __attribute__((weak));
int32_t __real_TVMGraphExecutor_Run(void *executor) __attribute__((weak));
int32_t __real_model_run(void) __attribute__((weak));
int32_t __wrap_TVMAotExecutor_Run(void *executor);
int32_t __wrap_TVMGraphExecutor_Run(void *executor);
int32_t __wrap_model_run(void);

int32_t __wrap_TVMAotExecutor_Run(void *executor)
{
    return count_inference(__real_TVMAotExecutor_Run, executor);
}

int32_t __wrap_TVMGraphExecutor_Run(void *executor)
{
    return count_inference(__real_TVMGraphExecutor_Run, executor);
}

int32_t __wrap_model_run(void)
{
    return count_inference(count_without_argument((void (*)(void))__real_model_run), NULL);
}
