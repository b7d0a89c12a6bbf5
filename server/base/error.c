#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Where to cut so that no UTF-8 sequence is left in halves: at or before end. */
static size_t whole_characters(const char *text, size_t end)
{
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    return end;
}

/* Copy text, which may be longer, and show by "..." that something is missing. */
static void store(struct error *err, const char *text)
{
    size_t length = strnlen(text, ERROR_TEXT_SIZE);
    if (length < ERROR_TEXT_SIZE) {
        memmove(err->text, text, length + 1);
        return;
    }
    size_t kept = whole_characters(text, ERROR_TEXT_SIZE - sizeof("..."));
    memmove(err->text, text, kept);
    memcpy(err->text + kept, "...", sizeof("..."));
}

/* One byte longer than any text may be, so that store sees an overflow. */
enum { WORK_SIZE = ERROR_TEXT_SIZE + 1 };

/* Adds printf-made text at *length of a work buffer; *length stays inside it. */
static void __attribute__((format(printf, 3, 0)))
add_v(char *work, size_t *length, const char *format, va_list args)
{
    /* clang-tidy 14 loses sight of va_start from the second file of a run on.
     * NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    int added = vsnprintf(work + *length, WORK_SIZE - *length, format, args);
    if (added > 0)
        *length += (size_t)added;
    if (*length > WORK_SIZE - 1)
        *length = WORK_SIZE - 1;
}

static void __attribute__((format(printf, 3, 4)))
add(char *work, size_t *length, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_v(work, length, format, args);
    va_end(args);
}

bool(error_set)(struct error *err, enum error_kind kind, int os_errno, const char *format, ...)
{
    char work[WORK_SIZE] = ""; /* arguments may point into err->text */
    size_t length = 0;
    va_list args;
    va_start(args, format);
    add_v(work, &length, format, args);
    va_end(args);
    if (os_errno != 0)
        add(work, &length, ": %s", strerror(os_errno));
    err->kind = kind;
    err->os = os_errno;
    store(err, work);
    return false;
}

bool(error_wrap)(struct error *err, const char *format, ...)
{
    char work[WORK_SIZE] = "";
    size_t length = 0;
    va_list args;
    va_start(args, format);
    add_v(work, &length, format, args);
    va_end(args);
    add(work, &length, ": %s", err->text);
    store(err, work);
    return false;
}

bool(error_append)(struct error *err, const char *format, ...)
{
    char work[WORK_SIZE] = "";
    size_t length = strlen(err->text);
    memcpy(work, err->text, length);
    work[length++] = '\n';
    va_list args;
    va_start(args, format);
    add_v(work, &length, format, args);
    va_end(args);
    store(err, work);
    return false;
}

bool(error_no_memory)(struct error *err, const char *what, unsigned long size_bytes)
{
    return error_set(err, ERROR_INTERNAL, 0, "out of memory (%lu bytes for %s)", size_bytes, what);
}
