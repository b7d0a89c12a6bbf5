#include "standalone/characters.h"
#include "uart/uart.h"

#include <string.h>

char read_character(void)
{
    static uint8_t buffer[256];
    static size_t at;
    static size_t size;
    if (at == size) {
        size = uart_read(buffer, sizeof buffer);
        at = 0;
    }
    return (char)buffer[at++];
}

int hex_value(char character)
{
    static const char DIGITS[] = "0123456789abcdefABCDEF";
    enum { DIGITS_COUNT = sizeof DIGITS - 1, BASE = 16, LETTERS = 6 };
    const char *digit = memchr(DIGITS, character, DIGITS_COUNT);
    int place = digit ? (int)(digit - DIGITS) : -1;
    return place < BASE ? place : place - LETTERS;
}
