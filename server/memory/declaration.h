/* Arrays and structs at file level. */
#ifndef MICROTVM_QEMU_MEMORY_DECLARATION_H
#define MICROTVM_QEMU_MEMORY_DECLARATION_H

#include "memory/scan.h"

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

/* The lexer stands behind the brace that opens the declaration's value: a table of functions, one
 * of AOT's description of its tensors, or anything else. */
bool scan_description(struct scan *scan, const struct declaration *declaration);

#endif
