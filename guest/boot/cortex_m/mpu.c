/* The memory protection unit. That of ARMv8-M has other registers than the one before it. */
#include "boot/cpu.h"

#if __ARM_ARCH < 7

/* The one core of ARMv6-M that QEMU has, a Cortex-M0, is always without one. */
void cpu_protect_memory(void)
{
}

/* Nothing divides a page: link/firmware.ld leaves no room for that. */
__asm__(".global layout_is_unprotected\n\t.set layout_is_unprotected, 1");

#else

#include "boot/cortex_m/registers.h"
#include "boot/layout.h"
#include "boot/regions.h"

/* Where flash is at 0, what a null pointer leads to is the vector table. It is no smaller than
 * this, and the core itself reads vectors past the MPU. */
enum { VECTORS_HIDDEN_SIZE_BYTES = 256 };

#if __ARM_ARCH >= 8

enum { ATTRIBUTES_MEMORY = 0, ATTRIBUTES_DEVICE = 1 }; /* places in MAIR0 */

/* Of any size in steps of 32 bytes; two regions must not overlap. */
static void open_region(unsigned number, uintptr_t start, uintptr_t size_bytes, uint32_t access,
                        uint32_t attributes)
{
    enum { GRANULE_MASK = 31 };
    MPU_RNR = number;
    MPU_RBAR = (start & ~(uintptr_t)GRANULE_MASK) | access;
    MPU_RLAR =
        ((start + size_bytes - 1) & ~(uintptr_t)GRANULE_MASK) | attributes << 1 | MPU_RLAR_ENABLE;
}

static void open_regions(void)
{
    MPU_MAIR0 = MPU_MAIR_WRITE_BACK << 8 * ATTRIBUTES_MEMORY | MPU_MAIR_DEVICE
                                                                   << 8 * ATTRIBUTES_DEVICE;
    open_region(0, layout_address(layout_flash_start) + VECTORS_HIDDEN_SIZE_BYTES,
                layout_address(layout_flash_size) - VECTORS_HIDDEN_SIZE_BYTES, MPU_RBAR_READ_ONLY,
                ATTRIBUTES_MEMORY);
    open_region(1, layout_address(layout_devices_start), layout_address(layout_devices_size),
                MPU_RBAR_READ_WRITE | MPU_RBAR_XN, ATTRIBUTES_DEVICE);
    for (unsigned i = 0; i < MEMORY_REGIONS_COUNT; i++) {
        const struct memory_region *region = &memory_regions[i];
        uint32_t access = region->is_writable ? MPU_RBAR_READ_WRITE : MPU_RBAR_READ_ONLY;
        open_region(2 + i, region->start, region->size_bytes, access | MPU_RBAR_XN,
                    ATTRIBUTES_MEMORY);
    }
}

#else

/* A region is a power of two at a multiple of it, and each of its eighths can be left out: the
 * smallest such that has all of the range, and more than that where the range has another shape. */
static void open_region(unsigned number, uintptr_t start, uintptr_t size_bytes, uint32_t access)
{
    enum { LOG2_LEAST = 8, LOG2_ALL = 32 }; /* below 256 bytes there are no eighths */
    uintptr_t last = start + size_bytes - 1;
    unsigned log2_size = LOG2_LEAST;
    while (log2_size < LOG2_ALL && (start >> log2_size) != (last >> log2_size))
        log2_size += 1;
    uintptr_t base = log2_size < LOG2_ALL ? start >> log2_size << log2_size : 0;
    unsigned first_eighth = (start - base) >> (log2_size - 3);
    unsigned last_eighth = (last - base) >> (log2_size - 3);
    uint32_t used = (0xffU << first_eighth) & (0xffU >> (7 - last_eighth));
    MPU_RNR = number;
    MPU_RBAR = base;
    MPU_RASR = access | (~used & 0xff) << 8 | (log2_size - 1) << 1 | MPU_RASR_ENABLE;
}

static void open_regions(void)
{
    uintptr_t flash = layout_address(layout_flash_start);
    open_region(0, flash, layout_address(layout_flash_size), MPU_RASR_READ_ONLY | MPU_RASR_C);
    open_region(1, layout_address(layout_devices_start), layout_address(layout_devices_size),
                MPU_RASR_READ_WRITE | MPU_RASR_XN | MPU_RASR_B);
    for (unsigned i = 0; i < MEMORY_REGIONS_COUNT; i++) {
        const struct memory_region *region = &memory_regions[i];
        uint32_t access = region->is_writable ? MPU_RASR_READ_WRITE : MPU_RASR_READ_ONLY;
        open_region(2 + i, region->start, region->size_bytes,
                    access | MPU_RASR_XN | MPU_RASR_C | MPU_RASR_B);
    }
    /* Of two regions the higher number counts. */
    open_region(2 + MEMORY_REGIONS_COUNT, flash, VECTORS_HIDDEN_SIZE_BYTES,
                MPU_RASR_NO_ACCESS | MPU_RASR_XN);
}

#endif

void cpu_protect_memory(void)
{
    if (((MPU_TYPE >> 8) & 0xff) == 0)
        return; /* this core was built without an MPU */
    open_regions();
    MPU_CTRL = MPU_CTRL_ENABLE;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

#endif
