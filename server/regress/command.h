/* The ordinary `run` of a case, as a command line. */
#ifndef MICROTVM_QEMU_REGRESS_COMMAND_H
#define MICROTVM_QEMU_REGRESS_COMMAND_H

#include "regress/suite/suite.h"

#include <stdbool.h>
#include <stddef.h>

/* Words of a command line; NULL-terminated once words_end was called. */
struct words {
    char **items; /* owned, as its strings */
    size_t count;
    bool no_memory;
};

/* What a run in a suite gets besides what its case says. */
struct command_extras {
    const char *program;
    int client_fd;          /* --client-fd; -1: none */
    const char *document;   /* --json */
    const char *cache_dir;  /* --cache; NULL: none */
    const char *output_dir; /* --output, and nothing is expected; NULL: none */
};

/* All of it. False: no memory. The caller disposes of *ret_words either way. */
bool command_words(const struct suite_case *item, const struct command_extras *extras,
                   struct words *ret_words);

/* What a person types to see the case alone, quoted for a shell; compares: with what is expected,
 * whose files are there. A new string; NULL: no memory. */
char *command_text(const struct suite_case *item, bool compares);

void words_dispose(struct words *words);

#endif
