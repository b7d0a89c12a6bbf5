/* Project options: one table says everything about each of them. */
#ifndef MICROTVM_QEMU_API_OPTION_TABLE_H
#define MICROTVM_QEMU_API_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* The methods that take options; sets of them are or-ed. */
enum option_method {
    OPTION_GENERATE = 1,
    OPTION_BUILD = 2,
    OPTION_FLASH = 4,
    OPTION_OPEN = 8,
};

enum option_shape { OPTION_TEXT, OPTION_FLAG, OPTION_NUMBER, OPTION_LIST };

struct option_spec {
    const char *name;
    const char *field; /* of struct settings; not always the name: zephyr_board is board.
                        * NULL: checked for its shape, and then ignored */
    enum option_shape shape;
    int required;           /* set of option_method: a user of tvmc must type it there */
    int optional;           /* set of option_method */
    bool is_fixed;          /* chosen when a project is generated, and then no more */
    size_t offset;          /* fixed ones are texts in struct settings; this is where */
    const char *initial;    /* fixed ones: what it is when nothing was chosen; may be NULL */
    const char *choices[7]; /* NULL-terminated; {NULL}: any, or found in folders */
    const char *help;
};

extern const struct option_spec OPTION_TABLE[];
extern const size_t OPTION_COUNT;

#endif
