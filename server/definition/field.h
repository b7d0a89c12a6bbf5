/* Single values of a board's definition: what each may be, and the words against one that is not.
 */
#ifndef MICROTVM_QEMU_DEFINITION_FIELD_H
#define MICROTVM_QEMU_DEFINITION_FIELD_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

enum field_type {
    FIELD_ANY,       /* whoever reads it says what it may be */
    FIELD_TEXT,      /* not empty */
    FIELD_NAME,      /* letters, digits, '_', '-', '.': it becomes part of a path */
    FIELD_LIST,      /* of texts; may be empty, may be left out */
    FIELD_SIZE,      /* whole, at least 1 */
    FIELD_INTERRUPT, /* whole, at most as many as an interrupt controller has */
    FIELD_STACK,     /* whole, as much as a firmware needs to start */
    FIELD_PACKET,    /* whole, within what the firmware and the host's client take */
    FIELD_ADDRESS,   /* "0x4000c000" */
    FIELD_WIDTH,     /* 4 or 8 */
};

enum { FIELD_PATH_SIZE = 128 };

/* Is it there, where it must be, and of that type? value NULL: it is not there. */
bool field_fits(const cJSON *value, enum field_type type);

/* Of one that fits a type of numbers, and of one that fits FIELD_ADDRESS. */
uint64_t field_size(const cJSON *value);
uint64_t field_address(const cJSON *value);

/* Set err to ERROR_USAGE: `"uart.base" is 7, but must be an address like "0x20000000"`. Always
 * returns false; the caller wraps it with the file's name. */
bool field_wrong(const char *path, const cJSON *value, enum field_type type, struct error *err);
/* The same, with what it must be. */
bool field_must_be(const char *path, const cJSON *value, const char *what, struct error *err);

#endif
