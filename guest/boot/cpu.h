/* What the rest of the firmware asks of a CPU; one implementation per architecture in boot/ARCH. */
#ifndef BOOT_CPU_H
#define BOOT_CPU_H

#include <stdbool.h>
#include <stdint.h>

/* Mask all interrupts; returns whether they were on, for cpu_interrupts_set. */
bool cpu_interrupts_disable(void);
void cpu_interrupts_set(bool on);

/* Sleep until an interrupt is pending. Ends at once if one is pending already, also while
 * interrupts are masked: so checking for work and going to sleep leave no gap between them. */
void cpu_wait_for_interrupt(void);

/* Let an external interrupt line reach uart_interrupt(), the only external handler there is. */
void cpu_interrupt_enable(unsigned line);

/* Only what the board has can be reached from here on: the memory for code to read and to run, the
 * others (boot/regions.h) and devices to read and write. All else is a fault with an address and
 * not silent damage: a null pointer, a wild one, a stack overflow (below the stack, which is the
 * lowest thing in its memory, there is nothing that can be written to). The first thing of all:
 * .data and .bss are not there yet, and before it memory may have no caches and take no unaligned
 * accesses. */
void cpu_protect_memory(void);

/* What stands right in front of an address: a call of a function by its name, or of one by a
 * pointer. The address must have code in front of it. */
enum cpu_call { CPU_NO_CALL, CPU_CALL, CPU_CALL_BY_POINTER };
enum cpu_call cpu_call_before(uintptr_t return_address);

#endif
