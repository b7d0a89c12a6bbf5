/* The parts of the HTML page. */
#ifndef MICROTVM_QEMU_REGRESS_REPORT_HTML_PARTS_H
#define MICROTVM_QEMU_REGRESS_REPORT_HTML_PARTS_H

#include <cjson/cJSON.h>
#include <stdio.h>

/* What is in <style> and <script>. */
extern const char HTML_STYLE[];
extern const char HTML_SCRIPT[];

/* A case in full: what is wrong, the command, operators, memory, errors, the log. */
void html_write_case(FILE *out, const cJSON *item);

/* Bars: instructions of each operator, with a mark where the baseline's end. Nothing where they
 * were not counted. */
void html_write_operators(FILE *out, const cJSON *item);

/* Bars: flash and RAM, by part, of what the board has. Likewise. */
void html_write_memory(FILE *out, const cJSON *item);

/* Bars: how many elements of an output are how far from what was expected. Likewise. */
void html_write_errors(FILE *out, const cJSON *item);

#endif
