/* System control space of ARMv7-M and, where it says so, ARMv8-M (Armv7-M Architecture Reference
 * Manual, B3.2; Armv8-M Architecture Reference Manual, D1.2). */
#ifndef BOOT_CORTEX_M_REGISTERS_H
#define BOOT_CORTEX_M_REGISTERS_H

#include "boot/mmio.h"

#define SYST_CSR REG32(0xe000e010)
#define SYST_RVR REG32(0xe000e014)
#define SYST_CVR REG32(0xe000e018)
#define NVIC_ISER(word) REG32(0xe000e100 + 4 * (word))
#define SCB_ICSR REG32(0xe000ed04)
#define SCB_VTOR REG32(0xe000ed08)
#define SCB_CFSR REG32(0xe000ed28)
#define SCB_HFSR REG32(0xe000ed2c)
#define SCB_MMFAR REG32(0xe000ed34)
#define SCB_BFAR REG32(0xe000ed38)
#define SCB_CPACR REG32(0xe000ed88)
#define MPU_TYPE REG32(0xe000ed90)
#define MPU_CTRL REG32(0xe000ed94)
#define MPU_RNR REG32(0xe000ed98)
#define MPU_RBAR REG32(0xe000ed9c)
#define MPU_RASR REG32(0xe000eda0) /* ARMv7-M */
#define MPU_RLAR REG32(0xe000eda0) /* ARMv8-M */
#define MPU_MAIR0 REG32(0xe000edc0)

enum {
    SYST_CSR_ENABLE = 1 << 0,
    SYST_CSR_TICKINT = 1 << 1,
    SYST_CSR_CLKSOURCE = 1 << 2,
    SCB_ICSR_PENDSTCLR = 1 << 25,
    SCB_ICSR_PENDSTSET = 1 << 26,
    SCB_CFSR_MSTKERR = 1 << 4, /* stacking for an exception hit the MPU */
    SCB_CFSR_MMARVALID = 1 << 7,
    SCB_CFSR_STKERR = 1 << 12, /* stacking for an exception hit a bus error */
    SCB_CFSR_BFARVALID = 1 << 15,
    SCB_CFSR_INVSTATE = 1 << 17, /* a jump to an address without Thumb's mark */
    SCB_CPACR_FPU = 0xf << 20,   /* full access to coprocessors 10 and 11 */
    MPU_CTRL_ENABLE = 1 << 0,
    MPU_RASR_ENABLE = 1 << 0,
    MPU_RASR_B = 1 << 16,
    MPU_RASR_C = 1 << 17,
    MPU_RASR_NO_ACCESS = 0 << 24,
    MPU_RASR_READ_WRITE = 3 << 24,
    MPU_RASR_READ_ONLY = 6 << 24,
    MPU_RASR_XN = 1 << 28,
    MPU_RBAR_XN = 1 << 0,
    MPU_RBAR_READ_WRITE = 0 << 1, /* for privileged code; there is no other */
    MPU_RBAR_READ_ONLY = 2 << 1,
    MPU_RLAR_ENABLE = 1 << 0,
    MPU_MAIR_DEVICE = 0,
    MPU_MAIR_WRITE_BACK = 0xff,
};

#endif
