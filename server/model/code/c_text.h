/* Names in C that TVM wrote. */
#ifndef MICROTVM_QEMU_MODEL_CODE_C_TEXT_H
#define MICROTVM_QEMU_MODEL_CODE_C_TEXT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Part of a text. */
struct span {
    const char *text;
    size_t length;
};

/* The text's next line, without its newline and the blanks around it; *text moves behind it. False
 * at the end. */
bool c_text_line(struct span *text, struct span *ret_line);

/* The next run of letters, digits and '_'; *text moves behind it. False when there is none. */
bool c_text_word(struct span *text, struct span *ret_word);

bool c_text_begins(struct span text, const char *start);
bool c_text_equal(struct span a, struct span b);
/* Where word begins in text; NULL: it is not there. */
const char *c_text_find(struct span text, const char *word);

/* Can a variable or a member be called so? Keywords can't. place is where it stands, and shown the
 * part of it to tell of. Errors: ERROR_MODEL with what to do; ERROR_INTERNAL (memory). */
bool c_text_check_name(struct span name, struct span shown, const char *place, struct error *err);

#endif
