/* The fields of one case, each from the case's object or, where that has none, the defaults'. */
#ifndef MICROTVM_QEMU_REGRESS_SUITE_FIELDS_H
#define MICROTVM_QEMU_REGRESS_SUITE_FIELDS_H

#include "regress/suite/reader.h"

/* All keys of a case; those of the defaults are these from the third on. NULL-terminated. */
extern const char *const SUITE_CASE_KEYS[];
enum { SUITE_KEYS_OF_CASES_ALONE = 2 };

/* Which of the two objects has it: the case's, or the defaults'. */
struct node fields_find(const struct reader *reader, const struct node *entry, const char *key);

/* All but name, model and board. */
void fields_read(const struct reader *reader, const struct node *entry, const struct names *names,
                 struct suite_case *item);

#endif
