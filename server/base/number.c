#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLAIN_DIGITS_MOST = 16 }; /* with more in front of the point it is "1e+16" */

const char *number_text_digits(double value, int digits, char buffer[NUMBER_TEXT_SIZE])
{
    int whole = fabs(value) >= 1 ? (int)floor(log10(fabs(value))) + 1 : 0;
    bool is_plain = whole > digits && whole <= PLAIN_DIGITS_MOST;
    snprintf(buffer, NUMBER_TEXT_SIZE, "%.*g", is_plain ? whole : digits, value);
    return buffer;
}

/* Without the sign that a NaN may have. */
static const char *special_text(double value, char buffer[NUMBER_TEXT_SIZE])
{
    snprintf(buffer, NUMBER_TEXT_SIZE, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
    return buffer;
}

const char *number_text(double value, char buffer[NUMBER_TEXT_SIZE])
{
    if (!isfinite(value))
        return special_text(value, buffer);
    for (int digits = 1; digits <= DBL_DECIMAL_DIG; digits++)
        if (strtod(number_text_digits(value, digits, buffer), NULL) == value)
            break;
    return buffer;
}

const char *number_text_single(float value, char buffer[NUMBER_TEXT_SIZE])
{
    if (!isfinite(value))
        return special_text((double)value, buffer);
    for (int digits = 1; digits <= FLT_DECIMAL_DIG; digits++)
        if (strtof(number_text_digits((double)value, digits, buffer), NULL) == value)
            break;
    return buffer;
}
