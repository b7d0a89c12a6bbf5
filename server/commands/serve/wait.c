#include "commands/serve/wait.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS_MOST = 3 + BOARD_PUMP_FDS, MOMENT_NS = 20 * 1000 };

enum source { SOURCE_REQUESTS = 1, SOURCE_INTERRUPT = 2, SOURCE_BOARD = 4 };

void serve_wait_forget(struct serve_wait *wait)
{
    if (wait->epoll_fd >= 0)
        close(wait->epoll_fd);
    *wait = SERVE_WAIT_NONE;
}

/* *ret_refused: a regular file or the like, for which there is nothing to wait. */
static bool add(const struct serve_wait *wait, int fd, uint32_t events, enum source source,
                bool *ret_refused, struct error *err)
{
    struct epoll_event event = {.events = events, .data.u32 = source};
    bool added = fd < 0 || epoll_ctl(wait->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
    if (!added && errno != EPERM)
        return error_set(err, ERROR_SYSTEM, errno, "epoll_ctl of descriptor %d", fd);
    *ret_refused = !added;
    return true;
}

static bool set_up(struct serve_wait *wait, int requests_fd, const struct interrupt *interrupt,
                   const struct pollfd *board_fds, int board_fds_count, struct error *err)
{
    bool ignored = false;
    bool is_one = interrupt->peer_fd == requests_fd; /* a socket both ways */
    serve_wait_forget(wait);
    wait->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (wait->epoll_fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "epoll_create1");
    if (!add(wait, requests_fd, EPOLLIN, SOURCE_REQUESTS, &wait->is_always_ready, err) ||
        !add(wait, interrupt->signal_fd, EPOLLIN, SOURCE_INTERRUPT, &ignored, err) ||
        !add(wait, is_one ? -1 : interrupt->peer_fd, EPOLLRDHUP, SOURCE_INTERRUPT, &ignored, err))
        return false;
    for (int i = 0; i < board_fds_count; i++) {
        if (!add(wait, board_fds[i].fd, (uint32_t)board_fds[i].events, SOURCE_BOARD, &ignored, err))
            return false;
        wait->board_fds[i] = board_fds[i].fd;
    }
    wait->board_fds_count = board_fds_count;
    return true;
}

static bool is_set_up(const struct serve_wait *wait, const struct pollfd *board_fds, int count)
{
    if (wait->epoll_fd < 0 || wait->board_fds_count != count)
        return false;
    for (int i = 0; i < count; i++)
        if (wait->board_fds[i] != board_fds[i].fd)
            return false;
    return true;
}

/* *ret_sources: which of them have something, or more than one round through them at once. */
static bool wait_for_sources(const struct serve_wait *wait, int *ret_sources, struct error *err)
{
    struct epoll_event events[EVENTS_MOST];
    int count = epoll_wait(wait->epoll_fd, events, EVENTS_MOST, wait->is_always_ready ? 0 : -1);
    if (count < 0 && errno != EINTR)
        return error_set(err, ERROR_SYSTEM, errno, "epoll_wait");
    int sources = wait->is_always_ready ? SOURCE_REQUESTS : 0;
    for (int i = 0; i < count; i++)
        sources |= (int)events[i].data.u32;
    *ret_sources = sources;
    return true;
}

/* Says which signal it was, or that nobody listens. */
static bool check_interrupt(const struct interrupt *interrupt, struct error *err)
{
    int ready = 0;
    return wait_ready(NULL, 0, deadline_in_ms(0), interrupt, &ready, err);
}

bool serve_wait_rest(int requests_fd)
{
    struct pollfd fd = {.fd = requests_fd, .events = POLLIN};
    struct deadline deadline = deadline_in_ns(MOMENT_NS);
    do {
        if (poll(&fd, 1, 0) > 0)
            return true;
        sched_yield(); /* where there is one CPU, the client needs it */
    } while (!deadline_passed(deadline));
    return false;
}

bool serve_wait_request(struct serve_wait *wait, int requests_fd, const struct interrupt *interrupt,
                        struct board *board, struct error *err)
{
    for (;;) {
        struct pollfd board_fds[BOARD_PUMP_FDS];
        int count = board ? board_pump_fds(board, board_fds) : 0;
        int sources = 0;
        if (!is_set_up(wait, board_fds, count) &&
            !set_up(wait, requests_fd, interrupt, board_fds, count, err))
            return false;
        if (!wait_for_sources(wait, &sources, err))
            return false;
        if ((sources & SOURCE_INTERRUPT) && !check_interrupt(interrupt, err))
            return false;
        if (sources & SOURCE_BOARD)
            board_pump(board);
        if (sources & SOURCE_REQUESTS)
            return true;
    }
}
