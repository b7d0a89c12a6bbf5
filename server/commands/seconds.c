#include "commands/seconds.h"

#include <stdlib.h>

bool seconds_parse(const char *option, const char *text, int64_t *ret_ms, struct error *err)
{
    static const double MIN_SECONDS = 0.001;
    static const double MAX_SECONDS = 1e6;
    char *end;
    double seconds = strtod(text, &end);
    bool is_number = end != text && *end == '\0';
    if (!is_number || !(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS)) /* NaN is neither */
        return error_set(err, ERROR_USAGE, 0, "--%s \"%s\": give %g to %g seconds", option, text,
                         MIN_SECONDS, MAX_SECONDS);
    *ret_ms = (int64_t)(seconds * 1000);
    return true;
}
