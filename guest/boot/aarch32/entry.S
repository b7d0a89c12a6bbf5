/* AArch32 of A and R profile: reset, the vector table, and the interrupt's way. Code runs in System
 * mode; exceptions have modes with a stack of their own, so that a stack overflow can still be
 * reported. */

    .syntax unified
    .arm
    .fpu neon
    .arch_extension virt

    .equ MODE_IRQ, 0x12
    .equ MODE_SUPERVISOR, 0x13
    .equ MODE_ABORT, 0x17
    .equ MODE_HYP, 0x1a
    .equ MODE_UNDEFINED, 0x1b
    .equ MODE_SYSTEM, 0x1f
    .equ MODE_MASK, 0x1f
    .equ CPACR_FULL, 0xf << 20
    .equ FPEXC_EN, 1 << 30
    .equ HCPTR_NONE, 0x33ff /* the bits that are always 1 */
    .equ ICC_HSRE_ALL, 0xf

    .section .text.entry, "ax"
    .globl _start
_start:
    cpsid aif
    mrs r0, cpsr
    and r0, r0, #MODE_MASK
    cmp r0, #MODE_HYP
    bne at_el1
    /* A core that begins at EL2: nothing of EL1 is trapped, and on it goes there. */
    mov r0, #HCPTR_NONE & 0xff
    orr r0, r0, #HCPTR_NONE & 0xff00
    mcr p15, 4, r0, c1, c1, 2
    mov r0, #ICC_HSRE_ALL
    mcr p15, 4, r0, c12, c9, 5
    mrs r0, cpsr
    bic r0, r0, #MODE_MASK
    orr r0, r0, #MODE_SYSTEM
    msr spsr_hyp, r0
    ldr r0, =at_el1
    msr elr_hyp, r0
    eret
at_el1:
    .irp mode, MODE_IRQ, MODE_SUPERVISOR, MODE_ABORT, MODE_UNDEFINED
    cps #\mode
    ldr sp, =exception_stack_top
    .endr
    cps #MODE_SYSTEM
    ldr sp, =layout_stack_top
    ldr r0, =vectors
    mcr p15, 0, r0, c12, c0, 0 /* VBAR */
    mov r0, #CPACR_FULL
    mcr p15, 0, r0, c1, c0, 2
    isb
    mov r0, #FPEXC_EN
    vmsr fpexc, r0
    cpsie a
    ldr r0, =runtime_start
    bx r0
    .ltorg

    .section .text.vectors, "ax"
    .balign 32
vectors:
    b . /* reset: not by this way */
    b undefined_entry
    b supervisor_entry
    b prefetch_entry
    b data_entry
    b .
    b interrupt_entry
    b .

    /* fault KIND, BYTES: lr is so far behind the place; r0: which kind, r1: where, r2: the
     * interrupted sp, r3: its lr */
    .macro fault kind, bytes
    sub r1, lr, #\bytes
    mov r0, #\kind
    b fault_entry
    .endm

    /* The instruction in question has 4 bytes, in Thumb code perhaps 2. */
undefined_entry:
    mrs r0, spsr
    tst r0, #1 << 5
    subne lr, lr, #2
    subeq lr, lr, #4
    fault 0, 0
supervisor_entry:
    mrs r0, spsr
    tst r0, #1 << 5
    subne lr, lr, #2
    subeq lr, lr, #4
    fault 1, 0
prefetch_entry:
    fault 2, 4
data_entry:
    fault 3, 8
fault_entry:
    sub sp, sp, #8
    stmia sp, {sp, lr}^ /* those of System mode */
    nop
    pop {r2, r3}
    blx fault_report

interrupt_entry:
    sub lr, lr, #4
    srsdb sp!, #MODE_IRQ
    push {r0-r3, r12, lr}
    vpush {d0-d7}
#ifdef __ARM_NEON
    vpush {d16-d31}
#endif
    vmrs r0, fpscr
    push {r0, r1}
    blx interrupts_serve
    pop {r0, r1}
    vmsr fpscr, r0
#ifdef __ARM_NEON
    vpop {d16-d31}
#endif
    vpop {d0-d7}
    pop {r0-r3, r12, lr}
    rfeia sp!

    .section .bss.exception_stack, "aw", %nobits
    .balign 16
    .space 4096
exception_stack_top:
