/* What the rest of the firmware asks of a CPU; one implementation per architecture in boot/ARCH. */
#ifndef BOOT_CPU_H
#define BOOT_CPU_H

#include <stdbool.h>

/* Mask all interrupts; returns whether they were on, for cpu_interrupts_set. */
bool cpu_interrupts_disable(void);
void cpu_interrupts_set(bool on);

/* Sleep until an interrupt is pending. Ends at once if one is pending already, also while
 * interrupts are masked: so checking for work and going to sleep leave no gap between them. */
void cpu_wait_for_interrupt(void);

/* Let an external interrupt line reach uart_interrupt(), the only external handler there is. */
void cpu_interrupt_enable(unsigned line);

/* Make flash read-only and fence off the memory below the stack, so that a write through a null
 * pointer or a stack overflow is a fault with an address and not silent damage. */
void cpu_protect_memory(void);

#endif
