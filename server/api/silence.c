#include "api/silence.h"

#include "base/deadline.h"

#include <stdio.h>

enum { NS_PER_MS = 1000 * 1000 };

static const int64_t SHORT_NS = (int64_t)100 * NS_PER_MS; /* no hang is known after so little */
static const int64_t LONG_NS =
    (int64_t)1000 * NS_PER_MS; /* a look at the firmware is little then */

void silence_end(struct silence *silence)
{
    silence->since_ns = clock_now_ns();
    silence->again_ns = 0;
}

bool silence_explain(struct silence *silence, struct board *board, int64_t began_ns,
                     struct error *err)
{
    int64_t now_ns = clock_now_ns();
    int64_t waited_ns = now_ns - began_ns;
    bool is_due = now_ns >= silence->again_ns;
    if (err->kind != ERROR_TIMEOUT || waited_ns < SHORT_NS || (waited_ns < LONG_NS && !is_due))
        return false;
    board_explain_timeout(board, err);
    if (is_due)
        silence->again_ns = now_ns + (now_ns - silence->since_ns);
    if (is_due && waited_ns >= LONG_NS)
        fprintf(stderr, "microtvm-qemu: %s\n", err->text);
    return false;
}
