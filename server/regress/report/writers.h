/* Reports for people and for the programs that show them, each made from a report's document
 * (document.h). They write to a stream and leave its errors to whoever opened it. */
#ifndef MICROTVM_QEMU_REGRESS_REPORT_WRITERS_H
#define MICROTVM_QEMU_REGRESS_REPORT_WRITERS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* JUnit's XML, as Jenkins and GitLab read it: a test suite for each board. */
void junit_write(FILE *out, const cJSON *document);

/* A summary in GitHub's Markdown, of no more than GitHub shows. To a stream that tells its place.
 */
void markdown_write(FILE *out, const cJSON *document);

/* One page that needs nothing else. */
void html_write(FILE *out, const cJSON *document);

/* GitHub's workflow commands: ::error for each case that did not pass, ::notice for flaky ones. */
void github_write(FILE *out, const cJSON *document);

/* For a terminal: the failures, each with its messages and the command that shows it alone, and the
 * totals. */
void text_write(FILE *out, const cJSON *document, bool colour);

/* One line of a case: "passed   digits@mps2_an385   1.2 s". width: characters of the longest
 * name, as it is shown. */
void text_write_case(FILE *out, const char *status, bool flaky, const char *name, double time_ms,
                     int width, bool colour);

#endif
