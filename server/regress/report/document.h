/* The report of a regression test as one JSON document (server/doc/regress.schema.json): what all
 * other reports are made from, and what `--merge` puts together. Apart from times, and from what a
 * case that did not pass printed, it is the same for the same tree. */
#ifndef MICROTVM_QEMU_REGRESS_REPORT_DOCUMENT_H
#define MICROTVM_QEMU_REGRESS_REPORT_DOCUMENT_H

#include "regress/schedule.h"
#include "regress/suite/suite.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#define DOCUMENT_FORMAT "microtvm-qemu regress"

/* Exit codes, as README's table has them. */
enum { REGRESS_PASSED = 0, REGRESS_FAILED = 1, REGRESS_WRONG = 2, REGRESS_INTERRUPTED = 130 };

struct document_facts {
    const struct suite *suite;
    const struct outcome *outcomes; /* of its cases */
    const cJSON *baseline;
    unsigned shard; /* shards 0: there are none */
    unsigned shards;
    double time_ms;
    bool interrupted;
};

/* The caller deletes it; NULL: no memory. */
cJSON *document_make(const struct document_facts *facts);

/* One without cases, and what is derived from them once they are there. False: no memory. */
cJSON *document_header(const char *suite, double time_ms, bool interrupted);
bool document_add_totals(cJSON *document);

/* Of a whole document. */
int document_exit_code(const cJSON *document);

/* How many of its cases are so. */
struct totals {
    size_t passed;
    size_t flaky; /* among those that passed */
    size_t failed;
    size_t errors;
    size_t not_run;
    double time_ms;
};
struct totals document_totals(const cJSON *document);

/* "3 passed, 1 failed, 1 error, 2 not run" */
const char *document_totals_text(const cJSON *document, char *buffer, size_t size);

/* Is it a case, with what other reports are made of: name, board, command, a known status? */
bool document_is_case(const cJSON *item);

/* Did the case pass? */
bool document_passed(const cJSON *item);

/* All messages of a case, a line each. A new string; NULL: no memory. */
char *document_messages(const cJSON *item);

#endif
