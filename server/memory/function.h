/* What a function's body takes from the heap and gives back, and which functions it calls. */
#ifndef MICROTVM_QEMU_MEMORY_FUNCTION_H
#define MICROTVM_QEMU_MEMORY_FUNCTION_H

#include "memory/scan.h"

/* The lexer stands behind the brace that opens the function's body. */
bool scan_function(struct scan *scan, const struct c_token *name);

#endif
