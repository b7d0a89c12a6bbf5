/* What the monitor's parts share. */
#ifndef APPS_MLPERFTINY_MONITOR_H
#define APPS_MLPERFTINY_MONITOR_H

#include <stdbool.h>

/* The command's next word; NULL: there is none. */
char *monitor_next_word(void);

/* Decimal digits and nothing else, of a number up to `most`. */
bool monitor_parse_count(const char *word, unsigned long most, unsigned long *ret_count);

/* The rest of a command that begins with db. */
void buffer_obey(void);

#endif
