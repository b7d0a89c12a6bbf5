#include "client/text/hex.h"

#include <string.h>

static const char DIGITS[] = "0123456789abcdef";

char *hex_write(char *to, const uint8_t *bytes, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++) {
        *to++ = DIGITS[bytes[i] >> 4];
        *to++ = DIGITS[bytes[i] & 15];
    }
    return to;
}

static int value_of(char character)
{
    const char *digit = character ? strchr(DIGITS, character) : NULL;
    return digit ? (int)(digit - DIGITS) : -1;
}

int hex_read_byte(const char *text)
{
    int high = value_of(text[0]);
    int low = high < 0 ? -1 : value_of(text[1]);
    return low < 0 ? -1 : high * 16 + low;
}
