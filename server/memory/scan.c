#include "memory/scan.h"

#include "memory/heap_block.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint64_t scan_number(const struct c_token *token)
{
    char text[32] = "";
    size_t length = token->length < sizeof(text) ? token->length : sizeof(text) - 1;
    memcpy(text, token->text, length);
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 0);
    return errno != 0 || value > MEMORY_MAX_BYTES ? MEMORY_MAX_BYTES : value;
}

void scan_skip_braces(struct scan *scan)
{
    struct c_token token;
    for (int depth = 1; depth > 0 && c_lexer_next(&scan->lexer, &token);) {
        if (token.kind == C_PUNCTUATION && *token.text == '{')
            depth++;
        if (token.kind == C_PUNCTUATION && *token.text == '}')
            depth--;
    }
}
