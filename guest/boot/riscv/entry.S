/* RISC-V in machine mode, of 32 or 64 bits, with or without floating point: reset and the trap
 * entry. */

#if __riscv_xlen == 64
#define STORE sd
#define LOAD ld
#define REGISTER_BYTES 8
#else
#define STORE sw
#define LOAD lw
#define REGISTER_BYTES 4
#endif

#if defined(__riscv_flen) && __riscv_flen == 64
#define FLOAT_STORE fsd
#define FLOAT_LOAD fld
#define FLOAT_BYTES 8
#elif defined(__riscv_flen)
#define FLOAT_STORE fsw
#define FLOAT_LOAD flw
#define FLOAT_BYTES 4
#else
#define FLOAT_BYTES 0
#endif

/* What a C function may change: 16 registers, 20 of floating point, and their status. */
#define INTEGERS ra, t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7
#define FLOATS ft0, ft1, ft2, ft3, ft4, ft5, ft6, ft7, ft8, ft9, ft10, ft11, \
               fa0, fa1, fa2, fa3, fa4, fa5, fa6, fa7

    .equ FRAME_SP, 16 * REGISTER_BYTES
    .equ FRAME_FCSR, 17 * REGISTER_BYTES
    .equ FRAME_FLOATS, 18 * REGISTER_BYTES
    .equ FRAME_SIZE, (18 * REGISTER_BYTES + 20 * FLOAT_BYTES + 15) & ~15
    .equ MSTATUS_FS_INITIAL, 1 << 13
    .equ MIE_EXTERNAL, 1 << 11

    /* transfer INSTRUCTION, OFFSET, BYTES, REGISTER...: one behind the other in the frame */
    .macro transfer instruction, offset, bytes, register, more:vararg
    \instruction \register, \offset(sp)
    .ifnb \more
    transfer \instruction, (\offset + \bytes), \bytes, \more
    .endif
    .endm

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
    /* The one interrupt that there is; mstatus still masks it. */
    li t0, MIE_EXTERNAL
    csrw mie, t0
#if FLOAT_BYTES
    li t0, MSTATUS_FS_INITIAL
    csrs mstatus, t0
    csrw fcsr, zero
#endif
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
    transfer STORE, 0, REGISTER_BYTES, INTEGERS
    csrrw t0, mscratch, zero
    STORE t0, FRAME_SP(sp)
    csrr a0, mcause
    bltz a0, 2f
    mv a1, ra
    mv a2, t0
    call fault_report
2:
#if FLOAT_BYTES
    transfer FLOAT_STORE, FRAME_FLOATS, FLOAT_BYTES, FLOATS
    csrr t0, fcsr
    sw t0, FRAME_FCSR(sp)
#endif
    call interrupts_serve
#if FLOAT_BYTES
    transfer FLOAT_LOAD, FRAME_FLOATS, FLOAT_BYTES, FLOATS
    lw t0, FRAME_FCSR(sp)
    csrw fcsr, t0
#endif
    addi t0, sp, FRAME_SIZE
    csrw mscratch, t0
    transfer LOAD, 0, REGISTER_BYTES, INTEGERS
    LOAD sp, FRAME_SP(sp)
    mret

    .section .bss.trap_stack, "aw", @nobits
    .balign 16
    .space 2048
trap_stack_top:
