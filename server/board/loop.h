/* The board's only wait: what QEMU sends goes to the line, to QMP and to the board's life. */
#ifndef MICROTVM_QEMU_BOARD_LOOP_H
#define MICROTVM_QEMU_BOARD_LOOP_H

#include "base/deadline.h"
#include "base/error.h"
#include "board/board_state.h"

#include <poll.h>
#include <stdbool.h>

enum { LOOP_FDS = 4 };

/* What the loop polls: LOOP_FDS entries; returns how many (0: off or dead). */
int loop_fds(const struct board *board, struct pollfd *fds);

/* One turn: wait until something came from QEMU, the line has room for bytes (where that is asked
 * for), or the deadline passed; then line, QMP and life have taken in what came. A board that is
 * off or dead is not waited for; one that dies is not an error of this function. Errors:
 * ERROR_INTERRUPTED, ERROR_SYSTEM. */
bool loop_turn(struct board *board, bool for_room, struct deadline deadline, struct error *err);

/* Take in all that is there without blocking. */
void loop_take(struct board *board);
/* The same; and where QEMU is about to end, wait for that (a second at most). Errors: as
 * loop_turn. */
bool loop_settle(struct board *board, struct error *err);

/* Something moved on the line: QEMU needs no nudge and no look for a while. */
void loop_rest_nudge(struct board *board);

/* Has the line been quiet for long enough to look whether more waiting is in vain? Ever more
 * rarely: true sets when that is next. Never of a QEMU that is about to end. */
bool loop_look_is_due(struct board *board);

#endif
