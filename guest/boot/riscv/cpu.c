/* RISC-V in machine mode, of 32 or 64 bits: interrupts, sleep, memory protection. */
#include "boot/cpu.h"
#include "boot/layout.h"
#include "boot/regions.h"
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

/* ---- the PMP ---- */

enum {
    PMP_READ = 1 << 0,
    PMP_WRITE = 1 << 1,
    PMP_EXECUTE = 1 << 2,
    PMP_UP_TO = 1 << 3, /* TOR: from the entry before */
    PMP_ALL = 3 << 3,   /* NAPOT, with an address of ones */
    PMP_LOCK = 1 << 7,  /* without it machine mode is not bound */
    PMP_ENTRIES = 16,
};

struct pmp {
    uintptr_t addresses[PMP_ENTRIES];
    union {
        uint8_t entries[PMP_ENTRIES];
        uintptr_t registers[PMP_ENTRIES / sizeof(uintptr_t)];
    } configuration;
    unsigned used;
};

/* Entries come in pairs here: where a range starts, and where it ends with what is allowed in it.
 */
static void pmp_open(struct pmp *pmp, uintptr_t start, uintptr_t size_bytes, unsigned access)
{
    pmp->addresses[pmp->used++] = start >> 2;
    pmp->configuration.entries[pmp->used] = (uint8_t)(PMP_LOCK | PMP_UP_TO | access);
    pmp->addresses[pmp->used++] = (start + size_bytes) >> 2;
}

/* The number of a register is part of the instruction. An entry's address can't be changed once the
 * entry is locked, nor can that before it. */
#define WRITE_ADDRESS(number)                                                                      \
    __asm__ volatile("csrw pmpaddr" #number ", %0" ::"r"(pmp->addresses[number]))
#define WRITE_CONFIGURATION(number, index)                                                         \
    __asm__ volatile("csrw pmpcfg" #number ", %0" ::"r"(pmp->configuration.registers[index])       \
                     : "memory")

static void pmp_write(const struct pmp *pmp)
{
    WRITE_ADDRESS(0);
    WRITE_ADDRESS(1);
    WRITE_ADDRESS(2);
    WRITE_ADDRESS(3);
    WRITE_ADDRESS(4);
    WRITE_ADDRESS(5);
    WRITE_ADDRESS(6);
    WRITE_ADDRESS(7);
    WRITE_ADDRESS(8);
    WRITE_ADDRESS(9);
    WRITE_ADDRESS(10);
    WRITE_ADDRESS(11);
    WRITE_ADDRESS(12);
    WRITE_ADDRESS(13);
    WRITE_ADDRESS(14);
    WRITE_ADDRESS(15);
    WRITE_CONFIGURATION(0, 0);
#if __riscv_xlen == 32
    WRITE_CONFIGURATION(1, 1);
    WRITE_CONFIGURATION(2, 2);
    WRITE_CONFIGURATION(3, 3);
#else
    WRITE_CONFIGURATION(2, 1);
#endif
}

/* The lowest entry that has an address decides: in the last one is all that is left. */
void cpu_protect_memory(void)
{
    struct pmp pmp = {.used = 0};
    pmp_open(&pmp, layout_address(layout_flash_start), layout_address(layout_flash_size),
             PMP_READ | PMP_EXECUTE);
    pmp_open(&pmp, layout_address(layout_devices_start), layout_address(layout_devices_size),
             PMP_READ | PMP_WRITE);
    for (unsigned i = 0; i < MEMORY_REGIONS_COUNT; i++)
        pmp_open(&pmp, memory_regions[i].start, memory_regions[i].size_bytes,
                 memory_regions[i].is_writable ? PMP_READ | PMP_WRITE : PMP_READ);
    pmp.configuration.entries[PMP_ENTRIES - 1] = PMP_LOCK | PMP_ALL;
    pmp.addresses[PMP_ENTRIES - 1] = UINTPTR_MAX;
    pmp_write(&pmp);
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
