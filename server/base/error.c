#include "base/error.h"

#include "base/text.h"

#include <errno.h>
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
enum { WORK_SIZE = ERROR_TEXT_SIZE + 1, CHARACTER_SIZE = 8 };

static void add_text(char *work, size_t *length, const char *text)
{
    size_t room = WORK_SIZE - 1 - *length;
    size_t size = strnlen(text, room);
    memcpy(work + *length, text, size);
    *length += size;
    work[*length] = '\0';
}

/* Adds printf-made text at *length of a work buffer; *length stays inside it. What is in it may be
 * a stranger's: a line of it that is not the first is set in, so that it passes for none of ours.
 */
static void __attribute__((format(printf, 3, 0)))
add_v(char *work, size_t *length, const char *format, va_list args)
{
    char raw[WORK_SIZE + CHARACTER_SIZE]; /* what is cut off here is cut off later anyhow */
    char line[WORK_SIZE + CHARACTER_SIZE];
    char *rest = raw;
    /* clang-tidy 14 loses sight of va_start from the second file of a run on.
     * NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    if (vsnprintf(raw, sizeof(raw), format, args) < 0)
        return;
    for (const char *at = strsep(&rest, "\n"); at; at = strsep(&rest, "\n")) {
        add_text(work, length, text_printable(at, line, sizeof(line)));
        if (rest)
            add_text(work, length, "\n  ");
    }
}

bool(error_set)(struct error *err, enum error_kind kind, int os_errno, const char *format, ...)
{
    char work[WORK_SIZE] = ""; /* arguments may point into err->text */
    size_t length = 0;
    va_list args;
    va_start(args, format);
    add_v(work, &length, format, args);
    va_end(args);
    if (os_errno != 0) {
        add_text(work, &length, ": ");
        add_text(work, &length, strerror(os_errno));
        if (os_errno == ENOSPC)
            add_text(work, &length, " (no room, or no inodes: see `df` and `df -i`)");
    }
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
    add_text(work, &length, ": ");
    add_text(work, &length, err->text);
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

bool(error_named_file)(struct error *err)
{
    if (err->kind == ERROR_SYSTEM && (err->os == ENOENT || err->os == ENOTDIR ||
                                      err->os == EISDIR || err->os == EACCES || err->os == ELOOP))
        err->kind = ERROR_USAGE;
    return false;
}

bool(error_no_memory)(struct error *err, const char *what, unsigned long size_bytes)
{
    return error_set(err, ERROR_INTERNAL, 0, "out of memory (%lu bytes for %s)", size_bytes, what);
}
