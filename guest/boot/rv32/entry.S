/* RV32 in machine mode: reset and the trap entry. */

    .equ FRAME_SIZE, 80
    .equ FRAME_SP, 64

    .section .text.entry, "ax"
    .globl _start
_start:
    csrr t0, mhartid
    bnez t0, park
    /* Relaxation would turn this very load into "addi gp, gp, 0". */
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, layout_stack_top
    la t0, trap_stack_top
    csrw mscratch, t0
    la t0, trap_entry
    csrw mtvec, t0
    j runtime_start

    /* There is work for one hart only. */
park:
    wfi
    j park

    /* Traps have a stack of their own, so that a stack overflow can still be reported.
     * mscratch holds its top, and 0 while it is in use. */
    .section .text.trap_entry, "ax"
    .balign 4
trap_entry:
    csrrw sp, mscratch, sp
    bnez sp, 1f
    la sp, trap_stack_top
1:  addi sp, sp, -FRAME_SIZE
    sw ra, 0(sp)
    sw t0, 4(sp)
    sw t1, 8(sp)
    sw t2, 12(sp)
    sw a0, 16(sp)
    sw a1, 20(sp)
    sw a2, 24(sp)
    sw a3, 28(sp)
    sw a4, 32(sp)
    sw a5, 36(sp)
    sw a6, 40(sp)
    sw a7, 44(sp)
    sw t3, 48(sp)
    sw t4, 52(sp)
    sw t5, 56(sp)
    sw t6, 60(sp)
    csrrw t0, mscratch, zero
    sw t0, FRAME_SP(sp)
    csrr a0, mcause
    bltz a0, 2f
    mv a1, ra
    mv a2, t0
    call fault_report
2:  call trap_interrupt
    addi t0, sp, FRAME_SIZE
    csrw mscratch, t0
    lw ra, 0(sp)
    lw t0, 4(sp)
    lw t1, 8(sp)
    lw t2, 12(sp)
    lw a0, 16(sp)
    lw a1, 20(sp)
    lw a2, 24(sp)
    lw a3, 28(sp)
    lw a4, 32(sp)
    lw a5, 36(sp)
    lw a6, 40(sp)
    lw a7, 44(sp)
    lw t3, 48(sp)
    lw t4, 52(sp)
    lw t5, 56(sp)
    lw t6, 60(sp)
    lw sp, FRAME_SP(sp)
    mret

    .section .bss.trap_stack, "aw", @nobits
    .balign 16
    .space 1024
trap_stack_top:
