#include "boot/calls.h"
#include "boot/layout.h"

bool calls_is_code(uintptr_t pc)
{
    return pc >= layout_address(layout_text_start) && pc < layout_address(layout_text_end);
}

enum cpu_call calls_before(uintptr_t return_address)
{
    return calls_is_code(return_address - 2) ? cpu_call_before(return_address) : CPU_NO_CALL;
}

uintptr_t calls_place(uintptr_t return_address)
{
    /* Bit 0 is Thumb's mark; two bytes back lie inside the call on every architecture. */
    return (return_address & ~(uintptr_t)1) - 2;
}

uintptr_t calls_last_on_stack(void)
{
    const uintptr_t *word = (const uintptr_t *)layout_stack_bottom;
    const uintptr_t *end = (const uintptr_t *)layout_stack_top;
    for (; word < end; ++word)
        if (calls_before(*word) != CPU_NO_CALL)
            return calls_place(*word);
    return 0;
}
