/* Who called? What a return address says, and what the stack does. For last words: reads memory,
 * and needs nothing else. */
#ifndef BOOT_CALLS_H
#define BOOT_CALLS_H

#include "boot/cpu.h"

/* Is this firmware's code at that address? */
bool calls_is_code(uintptr_t pc);

/* Which kind of call returns to this address? CPU_NO_CALL also where no code is. */
enum cpu_call calls_before(uintptr_t return_address);

/* An address inside the call that returns there. */
uintptr_t calls_place(uintptr_t return_address);

/* Of a stack that has overflowed: the call whose return address is nearest to its end; 0 for none.
 */
uintptr_t calls_last_on_stack(void);

#endif
