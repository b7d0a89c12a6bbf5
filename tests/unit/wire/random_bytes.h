/* Numbers that look random and are the same in every run: xorshift32. */
#ifndef TESTS_UNIT_RANDOM_BYTES_H
#define TESTS_UNIT_RANDOM_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t random_next(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    *state = x;
    return x;
}

static inline uint32_t random_below(uint32_t *state, uint32_t limit)
{
    return random_next(state) % limit;
}

static inline void random_fill(uint32_t *state, uint8_t *data, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++)
        data[i] = (uint8_t)(random_next(state) >> 11);
}

/* Every other byte is one that framing treats in a special way. */
static inline void random_fill_special(uint32_t *state, uint8_t *data, size_t size_bytes)
{
    static const uint8_t special[] = {0xff, 0xff, 0xfd, 0xfe, 0x00, 0x0a};
    for (size_t i = 0; i < size_bytes; i++)
        data[i] = random_next(state) & 1 ? special[random_below(state, sizeof(special))]
                                         : (uint8_t)random_next(state);
}

#endif
