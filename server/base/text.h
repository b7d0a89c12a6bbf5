/* Text of strangers (names in an archive, what a firmware or a compiler says) made fit for a
 * terminal and for a CI system's log. Left as they are: printable characters in UTF-8. Shown as
 * \xNN, byte by byte: control characters (ESC, the C1 controls, line ends), what turns the
 * direction of writing or is not seen at all, bytes that are no UTF-8; and what would begin one of
 * GitHub's workflow commands
 * ("::" in front of a line, "##[" anywhere). Text that is fit already stays as it is. */
#ifndef MICROTVM_QEMU_BASE_TEXT_H
#define MICROTVM_QEMU_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* How many bytes the UTF-8 character has that TEXT, up to a NUL, begins with; 0: it is none. */
size_t text_character_size(const char *text);

/* How many characters TEXT has; a byte that is of none counts as one. For columns. */
int text_characters(const char *text);

/* RAW as one line into a buffer, cut where that is full (never within a character or a \xNN).
 * Returns the buffer, which is not RAW. */
const char *text_printable(const char *raw, char *buffer, size_t buffer_size_bytes);

/* A name for a message: printf("%s", printable(name).text). The value lives until the end of the
 * statement. */
struct printable {
    char text[256];
};
struct printable printable(const char *raw);

/* PREFIX (our own) and RAW as one line. */
void text_print_line(FILE *out, const char *prefix, const char *raw);

/* Bytes as they came from somewhere, which may hold NULs and end anywhere: each of their lines (\n
 * or \r\n) as one line behind PREFIX. */
void text_print_lines(FILE *out, const char *prefix, const char *data, size_t size_bytes);

/* A text of our own, as vsnprintf has it and as long as it is. The caller frees it; NULL: no
 * memory. */
char *text_format(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

#endif
