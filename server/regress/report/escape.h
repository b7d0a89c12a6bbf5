/* Text of strangers in XML, HTML and Markdown: the one way in which it gets there. */
#ifndef MICROTVM_QEMU_REGRESS_REPORT_ESCAPE_H
#define MICROTVM_QEMU_REGRESS_REPORT_ESCAPE_H

#include <stdio.h>

/* TEXT (NULL: nothing) with & < > " ' and each character of ALSO as &#N;. Lines and tabs stay,
 * unless they are in ALSO; what a terminal is not to get (base/text.h: control characters, bytes
 * that are no UTF-8) stands as \xNN there, as XML could not hold it. */
void escape(FILE *out, const char *text, const char *also);

/* For the cell of a Markdown table. */
#define ESCAPE_MARKDOWN "|*_`[]\\~#\n\r"
/* For an attribute. */
#define ESCAPE_ATTRIBUTE "\n\r\t"

#endif
