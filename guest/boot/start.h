/* How start-up code of an architecture hands over to the shared part. */
#ifndef BOOT_START_H
#define BOOT_START_H

/* Needs: a stack, interrupts masked. */
void runtime_start(void) __attribute__((noreturn));

/* Where the C library keeps errno (its thread-local variables). */
void cpu_set_thread_pointer(void *block);

#endif
