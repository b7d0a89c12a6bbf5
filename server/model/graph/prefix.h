/* A graph up to one of its operators: what that gives are its outputs. So an executor, which tells
 * outputs alone, tells those of any operator, in memory that the whole graph takes as well. */
#ifndef MICROTVM_QEMU_MODEL_GRAPH_PREFIX_H
#define MICROTVM_QEMU_MODEL_GRAPH_PREFIX_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* How many operators a graph (struct graph_files, text) has. Errors of both: ERROR_MODEL;
 * ERROR_INTERNAL (memory). */
bool graph_prefix_count(const char *text, size_t *ret_count, struct error *err);

/* The graph up to its operator number INDEX, which is counted in the order in which they run;
 * *ret_name is its function's name, "__nop" for a reshape where it lies. The caller frees both. */
bool graph_prefix(const char *text, size_t index, char **ret_text, char **ret_name,
                  struct error *err);

#endif
