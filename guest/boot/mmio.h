/* Device registers: fixed addresses, access widths that matter. */
#ifndef BOOT_MMIO_H
#define BOOT_MMIO_H

#include <stdint.h>

static inline volatile uint32_t *mmio32(uintptr_t address)
{
    return (volatile uint32_t *)address; /* NOLINT(performance-no-int-to-ptr): that is what it is */
}

static inline volatile uint8_t *mmio8(uintptr_t address)
{
    return (volatile uint8_t *)address; /* NOLINT(performance-no-int-to-ptr) */
}

#define REG32(address) (*mmio32(address))
#define REG8(address) (*mmio8(address))

#endif
