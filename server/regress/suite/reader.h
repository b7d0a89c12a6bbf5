/* Values of a suite's document. What is wrong is noted with its place, and reading goes on. */
#ifndef MICROTVM_QEMU_REGRESS_SUITE_READER_H
#define MICROTVM_QEMU_REGRESS_SUITE_READER_H

#include "regress/suite/checks.h"
#include "regress/suite/mistakes.h"
#include "regress/suite/suite.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { POINTER_SIZE = 512 };

struct reader {
    struct suite *suite;
    const struct suite_checks *checks;
    struct mistakes *mistakes;
    const cJSON *defaults; /* NULL: none */
};

/* A value and where it stands. */
struct node {
    const cJSON *json; /* NULL: it is not there */
    char pointer[POINTER_SIZE];
};

struct node node_member(const struct node *parent, const char *key);
struct node node_element(const struct node *parent, const cJSON *element, size_t index);

/* Take ownership of what malloc gave; NULL (no memory) is noted. Returns it. */
void *reader_keep(const struct reader *reader, void *memory);

/* Is it an object with none but these keys, each once? keys is NULL-terminated; NULL: any keys. */
bool reader_object(const struct reader *reader, const struct node *node, const char *const *keys);

/* Each of these leaves its result as it is where the value is missing, null or wrong. */
void reader_text(const struct reader *reader, const struct node *node, const char **ret_text);
/* expected: "a number of at least 0": what to give. No number is infinite. */
void reader_number(const struct reader *reader, const struct node *node, double least, double most,
                   const char *expected, double *ret_number);

/* Names that stand for a model and a board in texts: "{model}", "{board}". */
struct names {
    const char *model; /* NULL: it stands for nothing here */
    const char *board;
};

/* TEXT with the names put in: kept. NULL: a '{' begins none of them, which is noted. */
const char *reader_fill(const struct reader *reader, const struct node *node, const char *text,
                        const struct names *names);
/* A path that is told from the suite's folder, from the working folder: kept. */
const char *reader_path(const struct reader *reader, const char *path);

enum file_use {
    FILE_READ,    /* a regular file that is there */
    FILE_WRITTEN, /* or that is not there yet */
    FOLDER_READ,
};

/* Note what is wrong with the file for that use. */
void reader_check(const struct reader *reader, const struct node *node, const char *path,
                  enum file_use use);
/* The path in a node's text, filled and told from the working folder, checked: kept. */
const char *reader_file(const struct reader *reader, const struct node *node,
                        const struct names *names, enum file_use use);

#endif
