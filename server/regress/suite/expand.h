/* From the entries of a suite, with their patterns and lists, to its cases. */
#ifndef MICROTVM_QEMU_REGRESS_SUITE_EXPAND_H
#define MICROTVM_QEMU_REGRESS_SUITE_EXPAND_H

#include "regress/suite/reader.h"

/* The document's "cases": each archive that an entry's "model" finds, on each of its boards. */
void expand_cases(const struct reader *reader, const struct node *root);

#endif
