/* RISC-V in machine mode, of 32 or 64 bits: interrupts, sleep, memory protection. */
#include "boot/cpu.h"
#include "boot/layout.h"
#include "boot/start.h"

#include <stdint.h>

enum { MSTATUS_MIE = 1 << 3 };

bool cpu_interrupts_disable(void)
{
    uintptr_t mstatus;
    __asm__ volatile("csrrc %0, mstatus, %1" : "=r"(mstatus) : "r"(MSTATUS_MIE) : "memory");
    return (mstatus & MSTATUS_MIE) != 0;
}

void cpu_interrupts_set(bool on)
{
    if (on)
        __asm__ volatile("csrs mstatus, %0" ::"r"(MSTATUS_MIE) : "memory");
    else
        __asm__ volatile("csrc mstatus, %0" ::"r"(MSTATUS_MIE) : "memory");
}

void cpu_wait_for_interrupt(void)
{
    /* An interrupt that mie enables ends wfi also while mstatus.MIE masks it. */
    __asm__ volatile("wfi" ::: "memory");
}

void cpu_set_thread_pointer(void *block)
{
    __asm__ volatile("mv tp, %0" ::"r"(block));
}

/* Entries of the PMP come in pairs here: where a range starts, and where it ends with what is
 * allowed in it. The lowest entry that has an address decides: in the last one is all that is left.
 */
void cpu_protect_memory(void)
{
    enum {
        READ = 1 << 0,
        WRITE = 1 << 1,
        EXECUTE = 1 << 2,
        UP_TO = 1 << 3, /* TOR: from the entry before */
        ALL = 3 << 3,   /* NAPOT, with an address of ones */
        LOCK = 1 << 7,  /* without it machine mode is not bound */
    };
    uintptr_t flash = layout_address(layout_flash_start);
    uintptr_t ram = layout_address(layout_ram_start);
    uintptr_t devices = layout_address(layout_devices_start);
    uintptr_t flash_end = flash + layout_address(layout_flash_size);
    uintptr_t ram_end = ram + layout_address(layout_ram_size);
    uintptr_t devices_end = devices + layout_address(layout_devices_size);
    uint32_t memory = (uint32_t)(LOCK | UP_TO | READ | WRITE) << 24 |
                      (uint32_t)(LOCK | UP_TO | READ | EXECUTE) << 8;
    uint32_t rest = (uint32_t)(LOCK | ALL) << 16 | (uint32_t)(LOCK | UP_TO | READ | WRITE) << 8;
    __asm__ volatile("csrw pmpaddr0, %0" ::"r"(flash >> 2));
    __asm__ volatile("csrw pmpaddr1, %0" ::"r"(flash_end >> 2));
    __asm__ volatile("csrw pmpaddr2, %0" ::"r"(ram >> 2));
    __asm__ volatile("csrw pmpaddr3, %0" ::"r"(ram_end >> 2));
    __asm__ volatile("csrw pmpaddr4, %0" ::"r"(devices >> 2));
    __asm__ volatile("csrw pmpaddr5, %0" ::"r"(devices_end >> 2));
    __asm__ volatile("csrw pmpaddr6, %0" ::"r"(UINTPTR_MAX));
#if __riscv_xlen == 32
    __asm__ volatile("csrw pmpcfg0, %0" ::"r"(memory) : "memory");
    __asm__ volatile("csrw pmpcfg1, %0" ::"r"(rest) : "memory");
#else
    __asm__ volatile("csrw pmpcfg0, %0" ::"r"((uint64_t)rest << 32 | memory) : "memory");
#endif
}

enum cpu_call cpu_call_before(uintptr_t return_address)
{
    enum { RD = 0x1f << 7, RD_RA = 1 << 7, RS1 = 0x1f << 15, RS1_RA = 1 << 15, OPCODE = 0x7f };
    enum { JALR = 0x67, JAL = 0x6f };
    if ((return_address & 1) != 0)
        return CPU_NO_CALL;
    /* NOLINTNEXTLINE(performance-no-int-to-ptr) */
    const uint16_t *next = (const uint16_t *)return_address;
    uint32_t wide = (uint32_t)next[-1] << 16 | next[-2];
    if ((next[-1] & 0xf07f) == 0x9002) /* c.jalr */
        return CPU_CALL_BY_POINTER;
    if ((wide & (RD | OPCODE)) == (RD_RA | JAL))
        return CPU_CALL;
    if (__riscv_xlen == 32 && (next[-1] & 0xe003) == 0x2001) /* c.jal */
        return CPU_CALL;
    if ((wide & (RD | OPCODE)) != (RD_RA | JALR))
        return CPU_NO_CALL;
    /* With auipc before it, ra is where to. */
    return (wide & RS1) == RS1_RA ? CPU_CALL : CPU_CALL_BY_POINTER;
}
