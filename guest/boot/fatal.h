/* Last words. The host shows these lines to the user and maps pc= to a source line:
 *
 *   fatal_begin("fault: HardFault");
 *   fatal_address("pc", pc);
 *   fatal_end();
 *
 * What is sent: ff 0a (an invalid escape, which ends a half-sent frame; 0a alone where the
 * application talks in text), the line, a newline.
 * Needs neither heap, interrupts nor a sound C library. */
#ifndef BOOT_FATAL_H
#define BOOT_FATAL_H

#include <stdint.h>

void fatal_begin(const char *what);
void fatal_text(const char *text);
void fatal_hex(const char *name, uint32_t value); /* " name=0x00001234" */

/* The same with as many digits as an address, or a register, of this CPU has. */
void fatal_address(const char *name, uintptr_t value);

/* So many hexadecimal digits, with nothing in front. */
void fatal_digits(uintptr_t value, unsigned digits);

/* Wait until the line is out, then end QEMU. What has left the UART is the host's: its end of the
 * line keeps it, however late it is read. */
void fatal_end(void) __attribute__((noreturn));

/* Ends QEMU (board.json, "halt"). */
void halt(void) __attribute__((noreturn));

/* " pc=..." of the call that returns to return_address. */
void fatal_caller(const void *return_address);

/* Where there is no code at pc: " (jump to nowhere)", and what the register for return addresses
 * says of who jumped. " from=..." was a call by a pointer; " last_call=..." was another one, so
 * that the jump came later: a tail call, or a return to what was written over the stack. */
void fatal_explain_jump(uintptr_t return_address);

/* "-42" */
void fatal_decimal(int value);

/* Adds " (stack overflow: ...)" when this stack pointer has left the main stack at its end. */
void fatal_explain_stack(uintptr_t stack_pointer);

#endif
