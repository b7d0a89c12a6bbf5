#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is(FILE *out)
{
    const char *term = getenv("TERM");
    return isatty(fileno(out)) && term && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

bool terminal_has_colour(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR");
    return terminal_is(out) && (!no_colour || no_colour[0] == '\0');
}

int terminal_width(FILE *out)
{
    enum { DEFAULT = 80 };
    struct winsize size;
    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : DEFAULT;
}
