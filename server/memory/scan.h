/* A generated source while it is read. */
#ifndef MICROTVM_QEMU_MEMORY_SCAN_H
#define MICROTVM_QEMU_MEMORY_SCAN_H

#include "memory/generated.h"
#include "sources/lexer.h"

/* An array of a shape's extents, to which a table of tensors refers by name. */
struct scan_shape {
    struct c_token name;
    uint64_t elements;
    uint32_t ndim;
};

/* One file. */
struct scan {
    struct c_lexer lexer;
    bool is_of_module;
    struct scan_shape *shapes;
    size_t shapes_count;
    struct generated *generated;
    struct error *err;
};

/* Number of a C_NUMBER, at most MEMORY_MAX_BYTES. */
uint64_t scan_number(const struct c_token *token);

/* The character of a C_PUNCTUATION; NUL for other tokens. */
static inline char scan_mark(const struct c_token *token)
{
    if (token->kind != C_PUNCTUATION)
        return '\0';
    return *token->text;
}

/* Goes to behind the brace that closes the one behind which the lexer stands. */
void scan_skip_braces(struct scan *scan);

#endif
