/* Tells the model's operators apart: its code was compiled with -finstrument-functions, and calls
 * these hooks when one of its functions begins and ends. Not those that run the others
 * (count.cmake): so an operator is the outermost function, and what it calls belongs to it.
 *
 * Each hook reads the clock as the first thing that it does and as the last one. What is between is
 * its own, whatever it takes; what is before and after is the same each time, and is measured once,
 * with functions that do nothing. */
#include "platform/count/count.h"

#include <stdbool.h>
#include <stddef.h>

struct count_operators count_operators;

/* What a hook left when it was done, and what the next one finds. */
static struct {
    uint32_t depth;
    uint32_t nested; /* calls in the operator that runs */
    struct count_row *row;
    struct count_moment hook_began;
    struct count_moment hook_ended;
    /* Of the inference: */
    uint64_t calls;
    uint64_t inside; /* of operators */
    uint64_t hooks;
} now;

/* What a call of an operator costs in front of its first instruction and behind its last, in the
 * operator by the clock's readings and outside; what a call inside of an operator costs there. */
static struct {
    uint64_t inside;
    uint64_t outside;
    uint64_t nested;
} cost;

void __cyg_profile_func_enter(void *function, void *call_site);
void __cyg_profile_func_exit(void *function, void *call_site);

/* NULL: there is no more room. */
static struct count_row *find(const void *function)
{
    uint64_t i = 0;
    for (; i < count_operators.rows_count; i++)
        if (count_operators.rows[i].function == (uintptr_t)function)
            return &count_operators.rows[i];
    if (i == COUNT_ROWS_MAX)
        return NULL;
    count_operators.rows_count++;
    count_operators.rows[i].function = (uintptr_t)function;
    return &count_operators.rows[i];
}

static void add_last_hook(void)
{
    now.hooks += count_between(&now.hook_began, &now.hook_ended);
}

void __cyg_profile_func_enter(void *function, void *call_site)
{
    (void)call_site;
    if (now.depth++ > 0)
        return;
    struct count_moment began = count_now();
    add_last_hook();
    now.hook_began = began;
    now.nested = 0;
    now.row = find(function);
    now.hook_ended = count_now();
}

void __cyg_profile_func_exit(void *function, void *call_site)
{
    (void)function;
    (void)call_site;
    now.nested++;
    if (--now.depth > 0)
        return;
    struct count_moment began = count_now();
    uint64_t instructions = count_between(&now.hook_ended, &began);
    add_last_hook();
    now.hook_began = began;
    now.calls++;
    now.inside += instructions;
    if (now.row) {
        now.row->calls++;
        now.row->instructions += instructions - cost.inside - (now.nested - 1) * cost.nested;
    } else {
        count_operators.calls_lost++;
    }
    now.hook_ended = count_now();
}

static void begin_inference(void)
{
    now.calls = 0;
    now.inside = 0;
    now.hooks = 0;
    now.hook_began = now.hook_ended = (struct count_moment){0, 0};
}

void count_operators_start(void)
{
    /* Without hooks, the one is a return, the other one a call in front of it. */
    enum { RETURN = 1, CALL = 1 };
    int32_t status;
    begin_inference();
    uint64_t all = count_call(count_without_argument(count_probe), NULL, &status);
    add_last_hook();
    cost.inside = now.inside;
    cost.outside = all - now.inside - now.hooks - RETURN;
    begin_inference();
    (void)count_call(count_without_argument(count_probe_nested), NULL, &status);
    cost.nested = now.inside - cost.inside - CALL - RETURN;
    count_operators = (struct count_operators){0};
    begin_inference();
}

void count_operators_end(uint64_t instructions)
{
    add_last_hook();
    count_operators.outside += instructions - now.inside - now.hooks - now.calls * cost.outside;
    begin_inference();
}
