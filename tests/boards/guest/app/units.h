/* What the compiler may use beside the CPU's plain instructions: FPU, DSP and vector units. */
#ifndef GUEST_APP_UNITS_H
#define GUEST_APP_UNITS_H

#include <stdint.h>

/* Computes with each that this firmware is built for. 0, or which one was wrong: 'f'loat, 'd'ouble,
 * 's'ignal processing, 'v'ectors. */
uint8_t units_check(void);

#endif
