/* What declaration.c, function.c and generated.c share; nobody else includes it. */
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

/* A declaration at file level, as far as it has been read. */
struct declaration {
    struct c_token type; /* its last word */
    struct c_token name;
    struct c_token function; /* the name in front of the parentheses; of length 0 where none is */
    uint64_t count;          /* of an array's elements */
    int parentheses;
    bool is_array;
    bool is_extern;
    bool is_struct;
    bool is_attribute;     /* what stands in the next parentheses */
    bool has_value;        /* there was a '=' */
    uint64_t struct_bytes; /* of a struct whose members were given */
};

/* Takes one token. False where the declaration ends with it, or a brace begins. */
bool declaration_take(struct declaration *declaration, const struct c_token *token);
uint64_t declaration_bytes(const struct declaration *declaration);

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

/* The lexer stands behind the brace that opens the declaration's value: a table of functions, one
 * of AOT's description of its tensors, or anything else. */
bool scan_description(struct scan *scan, const struct declaration *declaration);

/* The lexer stands behind the brace that opens the function's body. */
bool scan_function(struct scan *scan, const struct c_token *name);

#endif
