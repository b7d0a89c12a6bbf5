/* C text as tokens: as much of them as it takes to see which names a source defines and uses, and
 * how large its arrays are. Comments, strings and characters are skipped. */
#ifndef MICROTVM_QEMU_SOURCES_LEXER_H
#define MICROTVM_QEMU_SOURCES_LEXER_H

#include <stdbool.h>
#include <stddef.h>

enum c_token_kind {
    C_NAME,        /* identifiers and keywords */
    C_NUMBER,      /* with its suffix; a sign is punctuation */
    C_PUNCTUATION, /* one character */
    C_DIRECTIVE,   /* a whole preprocessor line behind its '#', continuation lines included */
};

struct c_token {
    enum c_token_kind kind;
    const char *text; /* into the source; not terminated */
    size_t length;
};

struct c_lexer {
    const char *at;
    const char *end;
    bool in_line; /* something stands before `at` in its line: a '#' is no directive there */
};

/* text outlives the lexer. */
struct c_lexer c_lexer_start(const char *text, size_t length);
/* False at the end of the text. */
bool c_lexer_next(struct c_lexer *lexer, struct c_token *ret_token);

bool c_token_is(const struct c_token *token, const char *text);

#endif
