/* The server's wait for the next request. Clients read in pieces of one to four bytes, each a
 * request, so this wait is most of what their bytes cost. Its descriptors are therefore given to
 * the kernel once and not with every wait, as poll(2) has it. */
#ifndef MICROTVM_QEMU_COMMANDS_SERVE_WAIT_H
#define MICROTVM_QEMU_COMMANDS_SERVE_WAIT_H

#include "base/deadline.h"
#include "base/error.h"
#include "board/board.h"

#include <stdbool.h>

struct serve_wait {
    int epoll_fd;         /* -1: to be set up at the next wait */
    bool is_always_ready; /* requests come from a file, for which nobody ever waits */
    int board_fds[BOARD_PUMP_FDS];
    int board_fds_count;
};

#define SERVE_WAIT_NONE ((struct serve_wait){.epoll_fd = -1})

/* Until there is something to read from requests_fd, or its end; takes in what the board (NULL:
 * none) sends meanwhile. ERROR_INTERRUPTED: a signal, or interrupt's peer hung up; ERROR_SYSTEM. */
bool serve_wait_request(struct serve_wait *wait, int requests_fd, const struct interrupt *interrupt,
                        struct board *board, struct error *err);

/* A moment for the rest of a line: TVM's client writes a request, and then its newline by itself.
 * To fall asleep between the two would cost more than all else. True: there is something to read.
 */
bool serve_wait_rest(int requests_fd);

/* To be called when the board may have other descriptors under the same numbers; also closes. */
void serve_wait_forget(struct serve_wait *wait);

#endif
