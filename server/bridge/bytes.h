/* Little-endian numbers in TVM's greetings and packets. */
#ifndef MICROTVM_QEMU_BRIDGE_BYTES_H
#define MICROTVM_QEMU_BRIDGE_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline void put_le(uint8_t *to, uint64_t value, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t get_le(const uint8_t *from, size_t size_bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size_bytes; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

#endif
