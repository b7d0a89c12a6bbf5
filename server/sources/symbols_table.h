/* Names and units, who defines and uses what, and what a unit needs: symbols.h fills it from texts.
 */
#ifndef MICROTVM_QEMU_SOURCES_SYMBOLS_TABLE_H
#define MICROTVM_QEMU_SOURCES_SYMBOLS_TABLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct symbols; /* opaque */

/* Errors of all: ERROR_INTERNAL (memory). */
bool symbols_new(struct symbols **ret_symbols, struct error *err);
void symbols_free(struct symbols *symbols); /* NULL is fine */

/* A new unit, or the number of a name (one more when it is new). */
bool symbols_table_unit(struct symbols *symbols, size_t *ret_unit, struct error *err);
bool symbols_table_name(struct symbols *symbols, const char *text, size_t length, size_t *ret_name,
                        struct error *err);

bool symbols_table_define(struct symbols *symbols, size_t name, size_t unit, struct error *err);
bool symbols_table_use(struct symbols *symbols, size_t unit, size_t name, struct error *err);

/* Mark the unit and all that it needs of what was added so far. */
bool symbols_reach(struct symbols *symbols, size_t unit, struct error *err);
bool symbols_is_reached(const struct symbols *symbols, size_t unit);

#endif
