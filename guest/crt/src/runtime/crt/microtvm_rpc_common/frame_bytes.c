/* What is done with each byte of a frame: the CRC, and the search for escape bytes. Words at a
 * time, unless the line is so slow that it makes no difference. */
#include <string.h>
#include <tvm/runtime/crt/rpc_common/framing.h>

#ifndef FRAME_SLOW_LINE
#ifndef FRAME_WORD
#define FRAME_WORD uintptr_t
#endif

/* A machine word, as it stands in memory. */
typedef FRAME_WORD frame_word;
enum { WORD_SIZE = sizeof(frame_word), BLOCK_SIZE = 4 * WORD_SIZE };
enum { WORTH_SIZE = 4 * BLOCK_SIZE }; /* with fewer bytes, nothing would be won */

static frame_word load(const uint8_t *aligned)
{
    frame_word word;
    memcpy(&word, __builtin_assume_aligned(aligned, WORD_SIZE), WORD_SIZE);
    return word;
}
#endif

/* ---- the CRC ---- */

/* Eight shifts at once: the polynomial x^16 + x^12 + x^5 + 1 has so few terms that this is less
 * work than a table, and no flash. */
static uint32_t crc_byte(uint32_t crc, uint8_t byte)
{
    uint32_t quotient = (crc >> 8) ^ byte;
    quotient ^= quotient >> 4;
    return (crc << 8 ^ quotient << 12 ^ quotient << 5 ^ quotient) & 0xffff;
}

static uint32_t crc_bytes(uint32_t crc, const uint8_t *data, size_t size_bytes)
{
    for (const uint8_t *end = data + size_bytes; data < end; data++)
        crc = crc_byte(crc, *data);
    return crc;
}

#ifndef FRAME_SLOW_LINE
enum { FEW_BITS = 2 * WORD_SIZE, MANY_BITS = 6 * WORD_SIZE }; /* a quarter and three of a word */

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define TOWARDS_END(word, bits) ((word) >> (bits))
#define TOWARDS_START(word, bits) ((word) << (bits))
#else
#define TOWARDS_END(word, bits) ((word) << (bits))
#define TOWARDS_START(word, bits) ((word) >> (bits))
#endif

/* The block's first word goes on into the other three, and gives its place to the next of data. */
static inline __attribute__((always_inline)) void fold_word(frame_word *first, frame_word *second,
                                                            frame_word *third, frame_word *fourth,
                                                            const uint8_t *data)
{
    *second ^= *first;
    *third ^= TOWARDS_END(*first, MANY_BITS);
    *fourth ^= TOWARDS_START(*first, FEW_BITS);
    *first ^= load(data);
}

/* What is the same for the CRC as block with data behind it, and a block long.
 *
 * Modulo 2 a polynomial squared has the squares of its terms: with x^16 = x^12 + x^5 + 1 goes
 * x^(16 n) = x^(12 n) + x^(5 n) + 1 for each n = 2, 4, 8, ... With n the bits of a quarter of a
 * word, x^(16 n) is a block: a word is the same as itself one word, 11 quarters of a word and a
 * block further on. All these are whole bytes, so that the order of bytes in a word does not
 * matter. */
static void fold(const uint8_t *data, size_t size_bytes, frame_word block[4])
{
    frame_word a = block[0];
    frame_word b = block[1];
    frame_word c = block[2];
    frame_word d = block[3];
    for (const uint8_t *end = data + size_bytes; data < end; data += BLOCK_SIZE) {
        fold_word(&a, &b, &c, &d, data);
        fold_word(&b, &c, &d, &a, data + WORD_SIZE);
        fold_word(&c, &d, &a, &b, data + BLOCK_SIZE / 2);
        fold_word(&d, &a, &b, &c, data + BLOCK_SIZE - WORD_SIZE);
    }
    block[0] = a;
    block[1] = b;
    block[2] = c;
    block[3] = d;
}

/* Whole blocks, aligned to words; at least one. */
static uint32_t crc_blocks(uint32_t crc, const uint8_t *data, size_t size_bytes)
{
    union {
        frame_word words[4];
        uint8_t bytes[BLOCK_SIZE];
    } block;
    memcpy(block.bytes, data, BLOCK_SIZE);
    /* A CRC that goes on is one from 0 whose first bytes are other ones. */
    block.bytes[0] ^= (uint8_t)(crc >> 8);
    block.bytes[1] ^= (uint8_t)crc;
    fold(data + BLOCK_SIZE, size_bytes - BLOCK_SIZE, block.words);
    return crc_bytes(0, block.bytes, BLOCK_SIZE);
}
#endif

uint16_t frame_crc(uint16_t crc, const uint8_t *data, size_t size_bytes)
{
    uint32_t sum = crc;
#ifndef FRAME_SLOW_LINE
    if (size_bytes >= WORTH_SIZE) {
        size_t unaligned = -(uintptr_t)data % WORD_SIZE;
        sum = crc_bytes(sum, data, unaligned);
        data += unaligned;
        size_bytes -= unaligned;
        size_t blocks_size = size_bytes - size_bytes % BLOCK_SIZE;
        sum = crc_blocks(sum, data, blocks_size);
        data += blocks_size;
        size_bytes -= blocks_size;
    }
#endif
    return (uint16_t)crc_bytes(sum, data, size_bytes);
}

/* ---- runs ---- */

#ifndef FRAME_SLOW_LINE
/* Those in front of the first word that has the byte, or of what is less than a word. */
static size_t run_of_words(const uint8_t *aligned, size_t size_bytes, uint8_t stop)
{
    const frame_word ones = (frame_word)-1 / 0xff; /* 01 in each byte */
    const frame_word others = ones * (stop ^ 0xffU);
    size_t run = 0;
    while (size_bytes - run >= WORD_SIZE) {
        frame_word word = load(aligned + run) ^ others; /* ff where stop was: */
        /* it has an upper bit that 1 more clears. */
        if ((word & ~(word + ones) & ones << 7) != 0)
            break;
        run += WORD_SIZE;
    }
    return run;
}
#endif

size_t frame_run(const uint8_t *data, size_t size_bytes, uint8_t stop)
{
    const uint8_t *end = data + size_bytes;
    const uint8_t *next = data;
#ifndef FRAME_SLOW_LINE
    while (next < end && (uintptr_t)next % WORD_SIZE != 0 && *next != stop)
        next++;
    if ((uintptr_t)next % WORD_SIZE == 0)
        next += run_of_words(next, (size_t)(end - next), stop);
#endif
    while (next < end && *next != stop)
        next++;
    return (size_t)(next - data);
}
