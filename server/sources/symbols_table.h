/* Names and units of struct symbols, and who defines and uses what: symbols.c fills it. */
#ifndef MICROTVM_QEMU_SOURCES_SYMBOLS_TABLE_H
#define MICROTVM_QEMU_SOURCES_SYMBOLS_TABLE_H

#include "sources/symbols.h"

/* A new unit, or the number of a name (one more when it is new). Errors: ERROR_INTERNAL (memory).
 */
bool symbols_table_unit(struct symbols *symbols, size_t *ret_unit, struct error *err);
bool symbols_table_name(struct symbols *symbols, const char *text, size_t length, size_t *ret_name,
                        struct error *err);

bool symbols_table_define(struct symbols *symbols, size_t name, size_t unit, struct error *err);
bool symbols_table_use(struct symbols *symbols, size_t unit, size_t name, struct error *err);

#endif
