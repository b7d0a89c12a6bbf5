/* AArch64 at EL1: reset, the vector table, and the interrupt's way. Code runs on SP_EL0, and
 * exceptions on SP_EL1: they have a stack of their own, so that a stack overflow can still be
 * reported. */

    .equ CPACR_FPEN, 3 << 20
    .equ FRAME_STATUS, 20 * 8 /* behind 20 integers */
    .equ FRAME_VECTORS, FRAME_STATUS + 16
    .equ FRAME_SIZE, FRAME_VECTORS + 32 * 16

    .section .text.entry, "ax"
    .globl _start
_start:
    msr daifset, #15
    mov x0, #CPACR_FPEN
    msr cpacr_el1, x0
    adrp x0, vectors
    add x0, x0, :lo12:vectors
    msr vbar_el1, x0
    msr spsel, #1
    adrp x0, exception_stack_top
    add x0, x0, :lo12:exception_stack_top
    mov sp, x0
    msr spsel, #0
    adrp x0, layout_stack_top
    add x0, x0, :lo12:layout_stack_top
    mov sp, x0
    isb
    b runtime_start

    .macro vector label
    .balign 0x80
    b \label
    .endm

    .section .text.vectors, "ax"
    .balign 0x800
vectors:
    /* From this exception level on SP_EL0: synchronous, IRQ, FIQ, SError. */
    vector fault_entry
    vector interrupt_entry
    vector fault_entry
    vector system_error_entry
    /* On SP_EL1: while an exception is dealt with. */
    vector fault_entry
    vector fault_entry
    vector fault_entry
    vector system_error_entry

    /* x0: the interrupted lr; x1: is it an SError? */
fault_entry:
    mov x0, x30
    mov x1, xzr
    b fault_report
system_error_entry:
    mov x0, x30
    mov x1, #1
    b fault_report

    /* pair INSTRUCTION, OFFSET, SIZE, REGISTER, REGISTER...: two by two in the frame */
    .macro pair instruction, offset, size, first, second, more:vararg
    \instruction \first, \second, [sp, #(\offset)]
    .ifnb \more
    pair \instruction, (\offset + 2 * \size), \size, \more
    .endif
    .endm

    /* What a C function may change, and of vectors all. */
    .macro transfer_all instruction
    pair \instruction, 0, 8, x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, \
        x15, x16, x17, x18, x30
    pair \instruction, FRAME_VECTORS, 16, q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, \
        q13, q14, q15, q16, q17, q18, q19, q20, q21, q22, q23, q24, q25, q26, q27, q28, q29, q30, q31
    .endm

interrupt_entry:
    sub sp, sp, #FRAME_SIZE
    transfer_all stp
    mrs x0, fpsr
    mrs x1, fpcr
    stp x0, x1, [sp, #FRAME_STATUS]
    bl interrupts_serve
    ldp x0, x1, [sp, #FRAME_STATUS]
    msr fpsr, x0
    msr fpcr, x1
    transfer_all ldp
    add sp, sp, #FRAME_SIZE
    eret

    .section .bss.exception_stack, "aw", @nobits
    .balign 16
    .space 4096
exception_stack_top:
