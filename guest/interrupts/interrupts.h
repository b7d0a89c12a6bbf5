/* The interrupt controller beside the CPU: interrupts/DRIVER.c for board.json's
 * "interrupt_controller": {"driver"}. Cortex-M has its own, in boot/. A driver also has
 * cpu_interrupt_enable (boot/cpu.h). */
#ifndef INTERRUPTS_INTERRUPTS_H
#define INTERRUPTS_INTERRUPTS_H

/* Called by the trap entry, interrupts masked: serves all that is pending. */
void interrupts_serve(void);

#endif
