#include "api/base85.h"

#include <stdint.h>
#include <string.h>

enum { GROUP_BYTES = 4, GROUP_CHARS = 5, RADIX = 85 };

static const char alphabet[RADIX + 1] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "abcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/* A character's value plus one, so that 0 stands for "not in the alphabet". */
static const uint8_t values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
    ['G'] = 17, ['H'] = 18, ['I'] = 19, ['J'] = 20, ['K'] = 21, ['L'] = 22, ['M'] = 23, ['N'] = 24,
    ['O'] = 25, ['P'] = 26, ['Q'] = 27, ['R'] = 28, ['S'] = 29, ['T'] = 30, ['U'] = 31, ['V'] = 32,
    ['W'] = 33, ['X'] = 34, ['Y'] = 35, ['Z'] = 36, ['a'] = 37, ['b'] = 38, ['c'] = 39, ['d'] = 40,
    ['e'] = 41, ['f'] = 42, ['g'] = 43, ['h'] = 44, ['i'] = 45, ['j'] = 46, ['k'] = 47, ['l'] = 48,
    ['m'] = 49, ['n'] = 50, ['o'] = 51, ['p'] = 52, ['q'] = 53, ['r'] = 54, ['s'] = 55, ['t'] = 56,
    ['u'] = 57, ['v'] = 58, ['w'] = 59, ['x'] = 60, ['y'] = 61, ['z'] = 62, ['!'] = 63, ['#'] = 64,
    ['$'] = 65, ['%'] = 66, ['&'] = 67, ['('] = 68, [')'] = 69, ['*'] = 70, ['+'] = 71, ['-'] = 72,
    [';'] = 73, ['<'] = 74, ['='] = 75, ['>'] = 76, ['?'] = 77, ['@'] = 78, ['^'] = 79, ['_'] = 80,
    ['`'] = 81, ['{'] = 82, ['|'] = 83, ['}'] = 84, ['~'] = 85,
};

size_t base85_encoded_size(size_t size_bytes)
{
    size_t rest = size_bytes % GROUP_BYTES;
    return size_bytes / GROUP_BYTES * GROUP_CHARS + (rest ? rest + 1 : 0);
}

size_t base85_decoded_size(size_t size_chars)
{
    size_t rest = size_chars % GROUP_CHARS;
    return size_chars / GROUP_CHARS * GROUP_BYTES + (rest ? rest - 1 : 0);
}

static void encode_group(const uint8_t *bytes, char *chars)
{
    uint32_t word = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
                    (uint32_t)bytes[3];
    for (int i = GROUP_CHARS - 1; i >= 0; i--) {
        chars[i] = alphabet[word % RADIX];
        word /= RADIX;
    }
}

void base85_encode(const void *data, size_t size_bytes, char *text)
{
    const uint8_t *bytes = data;
    for (; size_bytes >= GROUP_BYTES; size_bytes -= GROUP_BYTES) {
        encode_group(bytes, text);
        bytes += GROUP_BYTES;
        text += GROUP_CHARS;
    }
    if (size_bytes > 0) {
        uint8_t padded[GROUP_BYTES] = {0};
        char chars[GROUP_CHARS];
        memcpy(padded, bytes, size_bytes);
        encode_group(padded, chars);
        memcpy(text, chars, size_bytes + 1);
    }
}

/* offset is where the group stands in the whole text, for the error. */
static bool decode_group(const char *chars, size_t offset, uint8_t *bytes, struct error *err)
{
    uint64_t word = 0;
    for (int i = 0; i < GROUP_CHARS; i++) {
        uint8_t value = values[(uint8_t)chars[i]];
        if (value == 0)
            return error_set(err, ERROR_USAGE, 0,
                             "base85: byte 0x%02x at position %zu is not in its alphabet",
                             (unsigned)(uint8_t)chars[i], offset + (size_t)i);
        word = word * RADIX + value - 1;
    }
    if (word > UINT32_MAX)
        return error_set(err, ERROR_USAGE, 0,
                         "base85: the group at position %zu stands for more than 32 bits", offset);
    for (int i = 0; i < GROUP_BYTES; i++)
        bytes[i] = (uint8_t)(word >> (24 - 8 * i));
    return true;
}

bool base85_decode(const char *text, size_t size_chars, void *data, struct error *err)
{
    uint8_t *bytes = data;
    size_t offset = 0;
    for (; size_chars - offset >= GROUP_CHARS; offset += GROUP_CHARS) {
        if (!decode_group(text + offset, offset, bytes, err))
            return false;
        bytes += GROUP_BYTES;
    }
    size_t rest = size_chars - offset;
    if (rest > 0) {
        /* A short group counts as filled up with the alphabet's last character. */
        char padded[GROUP_CHARS];
        uint8_t last[GROUP_BYTES];
        memset(padded, alphabet[RADIX - 1], sizeof(padded));
        memcpy(padded, text + offset, rest);
        if (!decode_group(padded, offset, last, err))
            return false;
        memcpy(bytes, last, rest - 1);
    }
    return true;
}
