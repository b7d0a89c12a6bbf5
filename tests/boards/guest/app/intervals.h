/* Work of a known amount, timed or not. */
#ifndef GUEST_APP_INTERVALS_H
#define GUEST_APP_INTERVALS_H

#include <stdint.h>

enum { INTERVALS_MAX = 256 };

/* So many turns of a loop. */
void work(uint32_t turns);

/* Time work(turns) count times (INTERVALS_MAX at most), one after the other; ret_ns[i] gets what
 * the platform's timer says, UINT32_MAX where it refused. */
void time_work(uint32_t count, uint32_t turns, uint32_t *ret_ns);

#endif
