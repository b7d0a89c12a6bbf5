/* Bytes as two hexadecimal digits each, as firmware and host exchange them in text. */
#ifndef MICROTVM_QEMU_CLIENT_TEXT_HEX_H
#define MICROTVM_QEMU_CLIENT_TEXT_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Lower case, 2 * size_bytes digits and no NUL. Returns where they end. */
char *hex_write(char *to, const uint8_t *bytes, size_t size_bytes);

/* Of the two lower-case digits at text; -1: there are others, or text ends before. */
int hex_read_byte(const char *text);

#endif
