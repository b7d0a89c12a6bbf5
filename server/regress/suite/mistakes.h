/* What is wrong in a suite's document: all of it, each with its place. */
#ifndef MICROTVM_QEMU_REGRESS_SUITE_MISTAKES_H
#define MICROTVM_QEMU_REGRESS_SUITE_MISTAKES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct mistake {
    char *pointer; /* JSON pointer, RFC 6901; "" is the document. Owned */
    char *text;    /* owned */
    size_t line;   /* 0: that of what the pointer leads to */
};

struct mistakes {
    struct mistake *items;
    size_t count;
    bool no_memory; /* one could not be noted */
};

/* One that is there already (a default's, seen by each case) is not added again. */
void mistakes_add(struct mistakes *mistakes, const char *pointer, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for what is no JSON at all. */
void mistakes_add_at(struct mistakes *mistakes, size_t line, const char *text);

/* A line each: "PATH:LINE: POINTER: TEXT". document: the text that was read. */
void mistakes_print(const struct mistakes *mistakes, const char *path, const char *document,
                    FILE *out);

/* Safe on a zeroed struct and twice. */
void mistakes_dispose(struct mistakes *mistakes);

#endif
