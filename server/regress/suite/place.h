/* Where in a JSON text a value stands: cJSON does not tell. */
#ifndef MICROTVM_QEMU_REGRESS_SUITE_PLACE_H
#define MICROTVM_QEMU_REGRESS_SUITE_PLACE_H

#include <stddef.h>

/* The line, from 1, of the value (of its key, in an object) that a JSON pointer leads to, or of the
 * last that is there on the way. text is well-formed JSON. */
size_t place_line(const char *text, const char *pointer);

/* KEY as a part of a JSON pointer ('~' and '/' escaped), behind what is in buffer already; cut
 * where that is full. */
void place_append(char *buffer, size_t buffer_size_bytes, const char *key);

#endif
