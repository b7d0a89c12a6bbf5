/* Values of the documents that `--json` writes. All return NULL when memory ran out. */
#ifndef MICROTVM_QEMU_COMMANDS_DOCUMENT_VALUE_H
#define MICROTVM_QEMU_COMMANDS_DOCUMENT_VALUE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text, made printable (base/text.h) as one line; NULL: null. */
cJSON *document_text(const char *text);
/* One of several lines, each of them likewise. */
cJSON *document_lines(const char *text);
/* With the fewest digits that read back the same; "nan", "inf" and "-inf" are strings. */
cJSON *document_number(double value);
/* Exact, as large as it is. */
cJSON *document_size(uint64_t value);
/* Milliseconds, to the microsecond. */
cJSON *document_time_ms(double ms);
/* What a function of element.h printed: a number, or one of the strings above. */
cJSON *document_number_text(const char *text);
/* [1, 8] */
cJSON *document_shape(const int64_t *axes, int count);

/* Add a value to an object, and false when there is none (then it is NULL, or memory ran out). */
bool document_add(cJSON *object, const char *key, cJSON *value);

/* OBJECT where GOOD, else NULL, and it is gone. */
cJSON *document_finish(cJSON *object, bool good);

/* The whole text, indented, with a line end. The caller frees it. */
char *document_print(const cJSON *root);

#endif
