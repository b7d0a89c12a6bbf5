#include <stdbool.h>
#include <stdint.h>
#include <tvm/runtime/crt/internal/common/format.h>

enum { DECIMAL = 10, HEXADECIMAL = 16, PRECISION_MAX = 99 };

struct text {
    char *next;
    const char *last; /* where the NUL has room at least */
};

static void put(struct text *text, char character)
{
    if (text->next < text->last)
        *text->next++ = character;
}

static void put_number(struct text *text, unsigned long value, unsigned base, unsigned digits_min)
{
    char digits[PRECISION_MAX];
    unsigned count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0 || count < digits_min);
    while (count > 0)
        put(text, digits[--count]);
}

static void put_signed(struct text *text, long value, unsigned digits_min)
{
    if (value < 0)
        put(text, '-');
    put_number(text, value < 0 ? -(unsigned long)value : (unsigned long)value, DECIMAL, digits_min);
}

static void put_string(struct text *text, const char *string, unsigned length_max)
{
    for (unsigned i = 0; string[i] && (length_max == 0 || i < length_max); i++)
        put(text, string[i]);
}

static unsigned read_precision(const char **format)
{
    unsigned precision = 0;
    if (**format != '.')
        return 0;
    while (*++*format >= '0' && **format <= '9')
        precision = precision * 10 + (unsigned)(**format - '0');
    return precision < PRECISION_MAX ? precision : PRECISION_MAX;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written to */
void crt_format(char *buffer, size_t size_bytes, const char *format, va_list args)
{
    struct text text = {buffer, buffer + size_bytes - 1};
    for (; *format; format++) {
        if (*format != '%') {
            put(&text, *format);
            continue;
        }
        format++;
        unsigned precision = read_precision(&format);
        bool is_long = *format == 'l';
        if (is_long)
            format++;
        if (*format == 's') {
            put_string(&text, va_arg(args, const char *), precision);
        } else if (*format == 'd') {
            put_signed(&text, is_long ? va_arg(args, long) : va_arg(args, int), precision);
        } else if (*format == 'p') {
            put_string(&text, "0x", 0);
            put_number(&text, (uintptr_t)va_arg(args, void *), HEXADECIMAL, 0);
        } else {
            unsigned long value = is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned);
            put_number(&text, value, *format == 'x' ? HEXADECIMAL : DECIMAL, precision);
        }
    }
    *text.next = '\0';
}
