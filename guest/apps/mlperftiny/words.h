/* The words of the command that strtok has begun to take apart. */
#ifndef APPS_MLPERFTINY_WORDS_H
#define APPS_MLPERFTINY_WORDS_H

#include <stdbool.h>

/* The next one; NULL: there is none. */
char *words_next(void);

/* Decimal digits and nothing else, of a number up to `most`. */
bool words_parse_count(const char *word, unsigned long most, unsigned long *ret_count);

#endif
