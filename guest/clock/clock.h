/* The board's timer (board.json, "timer"), counting up at BOARD_TIMER_CLOCK_HZ. */
#ifndef CLOCK_CLOCK_H
#define CLOCK_CLOCK_H

#include <stdint.h>

/* Let it run. Needed once, before the others. */
void clock_init(void);

/* Begin to count from 0 in 64 bits; ticks since then; stop (a stopped clock costs nothing). */
void clock_start(void);
uint64_t clock_ticks(void);
void clock_stop(void);

/* The raw counter, running since boot: its low bits differ from boot to boot. */
uint32_t clock_sample(void);

void clock_interrupt(void);

/* Interrupts of the clock's own that had been taken when clock_ticks last looked, since
 * clock_start; and a function that executes what one of them does, to no effect. Both are there
 * only where the clock takes interrupts. */
uint32_t clock_interrupts(void);
void clock_interrupt_trial(void);

#endif
