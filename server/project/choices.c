#include "project/choices.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

bool choice_check(const char *option, const char *value, const struct name_place *place,
                  struct error *err)
{
    cleanup_name_list char **names = NULL;
    if (!name_list_load(place, &names, err))
        return false;
    for (size_t i = 0; value && names[i]; i++)
        if (strcmp(names[i], value) == 0)
            return true;
    cleanup_free char *have = name_list_join(names);
    if (!have)
        return error_no_memory(err, "a list of names", 0);
    if (!value)
        return error_set(err, ERROR_USAGE, 0, "option %s: not given (have: %s)", option, have);
    return error_set(err, ERROR_USAGE, 0, "%s \"%.100s\": no such %s (have: %s)", option, value,
                     option, have);
}
