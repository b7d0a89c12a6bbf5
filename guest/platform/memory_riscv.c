/* memcpy by words, also between places that are not aligned alike: picolibc's memcpy for RISC-V
 * goes byte by byte, and most of a message is copied. */
#include <stdint.h>
#include <string.h>

/* Any type may be in memory. */
typedef uintptr_t __attribute__((may_alias)) word;

enum { WORD_SIZE = sizeof(word), WORD_BITS = 8 * WORD_SIZE, WORTH_SIZE = 4 * WORD_SIZE };

static void copy_bytes(uint8_t *to, const uint8_t *from, size_t size_bytes)
{
    for (const uint8_t *end = to + size_bytes; to < end;)
        *to++ = *from++;
}

/* Both aligned. */
static void copy_words(word *to, const word *from, size_t count)
{
    for (; count >= 4; count -= 4, to += 4, from += 4) {
        word a = from[0];
        word b = from[1];
        word c = from[2];
        word d = from[3];
        to[0] = a;
        to[1] = b;
        to[2] = c;
        to[3] = d;
    }
    while (count-- > 0)
        *to++ = *from++;
}

/* from is skew bytes, not 0, behind a word's begin; each word is read once, and none behind the
 * last byte's. */
static void copy_skewed(word *to, const uint8_t *from, size_t count, unsigned skew)
{
    const word *next = (const word *)(const void *)(from - skew);
    const unsigned low = 8 * skew;
    word held = *next++ >> low;
    while (count-- > 0) {
        word more = *next++;
        *to++ = held | more << (WORD_BITS - low);
        held = more >> low;
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t size_bytes)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    if (size_bytes >= WORTH_SIZE) {
        size_t head = -(uintptr_t)out % WORD_SIZE;
        copy_bytes(out, in, head);
        out += head;
        in += head;
        size_bytes -= head;
        unsigned skew = (uintptr_t)in % WORD_SIZE;
        size_t count = size_bytes / WORD_SIZE;
        if (skew == 0)
            copy_words((word *)(void *)out, (const word *)(const void *)in, count);
        else
            copy_skewed((word *)(void *)out, in, count, skew);
        out += count * WORD_SIZE;
        in += count * WORD_SIZE;
        size_bytes -= count * WORD_SIZE;
    }
    copy_bytes(out, in, size_bytes);
    return to;
}
