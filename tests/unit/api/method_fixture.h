/* One folder for each test, either empty, which is a template, or with what the methods look for in
 * a generated project. The board is a fake that notes what it is asked. */
#ifndef MICROTVM_QEMU_TESTS_METHOD_FIXTURE_H
#define MICROTVM_QEMU_TESTS_METHOD_FIXTURE_H

#include "api/buffer.h"
#include "base/error.h"

#include <stdbool.h>

extern char folder[64];
extern struct buffer reply; /* of the last call */
extern struct error err;    /* of the last call */

void set_up_template(void);
/* For board mps2_an385, with icount 4; "built". */
void set_up_project(void);
void tear_down(void);
void write_file(const char *name, const char *text);

/* One request; params are the members of "params" as JSON text. */
bool call(const char *method, const char *params);
void expect_result(const char *method, const char *params, const char *result);
/* err's text must hold `text`. */
void expect_error(const char *method, const char *params, enum error_kind kind, const char *text);

#endif
