/* Which of many C sources does a program need? Those that define a name which it uses, and those
 * that they need in turn. The linker knows exactly, but only of sources that were compiled; here a
 * look at the text must do. Where #if has branches, all of them count: a source too many costs a
 * moment, and the linker drops what is not called.
 *
 * A unit is a source file, or one function or macro of a header. */
#ifndef MICROTVM_QEMU_SOURCES_SYMBOLS_H
#define MICROTVM_QEMU_SOURCES_SYMBOLS_H

#include "base/error.h"
#include "sources/symbols_table.h"

#include <stdbool.h>
#include <stddef.h>

/* Errors of all: ERROR_INTERNAL (memory). */

/* All that the text defines becomes one unit with all the names in it; *ret_unit is its number. */
bool symbols_add_source(struct symbols *symbols, const char *text, size_t length, size_t *ret_unit,
                        struct error *err);
/* All names of a further text are used by that unit, too. */
bool symbols_add_names(struct symbols *symbols, size_t unit, const char *text, size_t length,
                       struct error *err);
/* A unit for each function with a body, variable and macro. */
bool symbols_add_header(struct symbols *symbols, const char *text, size_t length,
                        struct error *err);

#endif
