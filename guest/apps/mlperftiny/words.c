#include "words.h"

#include "api/internally_implemented.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT_DIGITS_MAX = 9 };

char *words_next(void)
{
    return strtok(NULL, EE_CMD_DELIMITER);
}

bool words_parse_count(const char *word, unsigned long most, unsigned long *ret_count)
{
    size_t length = strspn(word, "0123456789");
    if (length == 0 || length > COUNT_DIGITS_MAX || word[length] != '\0')
        return false;
    unsigned long count = strtoul(word, NULL, 10);
    if (count > most)
        return false;
    *ret_count = count;
    return true;
}
