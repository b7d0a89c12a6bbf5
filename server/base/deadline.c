#include "base/deadline.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_MS = 1000 * 1000, NS_PER_S = 1000 * 1000 * 1000 };

int64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

struct deadline deadline_never(void)
{
    return (struct deadline){.at_ns = INT64_MAX};
}

struct deadline deadline_in_ns(int64_t timeout_ns)
{
    int64_t now_ns = clock_now_ns();
    if (timeout_ns <= 0)
        return (struct deadline){.at_ns = now_ns};
    if (timeout_ns > INT64_MAX - now_ns)
        return deadline_never();
    return (struct deadline){.at_ns = now_ns + timeout_ns};
}

struct deadline deadline_in_ms(int64_t timeout_ms)
{
    if (timeout_ms > INT64_MAX / NS_PER_MS)
        return deadline_never();
    return deadline_in_ns(timeout_ms <= 0 ? 0 : timeout_ms * NS_PER_MS);
}

struct deadline deadline_earlier(struct deadline a, struct deadline b)
{
    return a.at_ns < b.at_ns ? a : b;
}

bool deadline_passed(struct deadline deadline)
{
    return deadline.at_ns != INT64_MAX && clock_now_ns() >= deadline.at_ns;
}

int deadline_poll_ms(struct deadline deadline)
{
    if (deadline.at_ns == INT64_MAX)
        return -1;
    int64_t left_ns = deadline.at_ns - clock_now_ns();
    if (left_ns <= 0)
        return 0;
    int64_t left_ms = left_ns / NS_PER_MS + (left_ns % NS_PER_MS != 0);
    return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

/* SIGHUP that was ignored when we were started stays so: that is what nohup means. */
static bool is_ignored(int signal_number)
{
    struct sigaction action;
    return sigaction(signal_number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static sigset_t ending_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (!is_ignored(SIGHUP))
        sigaddset(&set, SIGHUP);
    return set;
}

bool interrupt_open(struct interrupt *ret_interrupt, struct error *err)
{
    sigset_t set = ending_signals();
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "blocking signals");
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return error_set(err, ERROR_SYSTEM, errno, "ignoring SIGPIPE");
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "signalfd");
    *ret_interrupt = (struct interrupt){.signal_fd = fd, .peer_fd = -1};
    return true;
}

void interrupt_close(struct interrupt *interrupt)
{
    if (interrupt->signal_fd >= 0)
        close(interrupt->signal_fd);
    *interrupt = (struct interrupt){.signal_fd = -1, .peer_fd = -1};
}

void interrupt_give_back(void)
{
    const struct timespec at_once = {0};
    sigset_t set = ending_signals();
    while (sigtimedwait(&set, NULL, &at_once) > 0)
        continue;
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static struct deadline end_of(const struct interrupt *interrupt)
{
    return interrupt && interrupt->end_ns != 0 ? (struct deadline){.at_ns = interrupt->end_ns}
                                               : deadline_never();
}

bool interrupt_ended(const struct interrupt *interrupt)
{
    return deadline_passed(end_of(interrupt));
}

/* The signal stays pending, so that every later wait ends at once, too. */
static bool report_signal(struct error *err)
{
    static const int watched[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    int number = SIGTERM;
    for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++)
        if (sigismember(&pending, watched[i]) == 1) {
            number = watched[i];
            break;
        }
    error_set(err, ERROR_INTERRUPTED, 0, "interrupted by SIG%s", sigabbrev_np(number));
    err->os = number;
    return false;
}

enum { CALLER_FDS_MAX = 8, SIGNAL_SLOT = 0, PEER_SLOT = 1, BACKGROUND_SLOT = 2, FIRST_SLOT = 3 };

static bool check_interrupt(const struct pollfd *all, struct error *err)
{
    if (all[SIGNAL_SLOT].revents)
        return report_signal(err);
    if (all[PEER_SLOT].revents)
        return error_set(err, ERROR_INTERRUPTED, 0, "the client went away");
    return true;
}

static void watch(struct pollfd *all, const struct interrupt *interrupt)
{
    all[SIGNAL_SLOT].fd = interrupt ? interrupt->signal_fd : -1;
    all[SIGNAL_SLOT].events = POLLIN;
    all[PEER_SLOT].fd = interrupt ? interrupt->peer_fd : -1;
    all[PEER_SLOT].events = POLLRDHUP;
    all[BACKGROUND_SLOT].fd = interrupt && interrupt->background ? interrupt->background->fd : -1;
    all[BACKGROUND_SLOT].events = POLLIN;
}

bool wait_ready(struct pollfd *fds, int count, struct deadline deadline,
                const struct interrupt *interrupt, int *ret_ready, struct error *err)
{
    struct pollfd all[FIRST_SLOT + CALLER_FDS_MAX];
    if (count < 0 || count > CALLER_FDS_MAX)
        return error_set(err, ERROR_INTERNAL, 0, "wait for %d files, at most %d", count,
                         CALLER_FDS_MAX);
    watch(all, interrupt);
    if (count > 0)
        memcpy(all + FIRST_SLOT, fds, (size_t)count * sizeof(*fds));
    struct deadline wake = deadline_earlier(deadline, end_of(interrupt));
    for (;;) {
        int ready = poll(all, (nfds_t)count + FIRST_SLOT, deadline_poll_ms(wake));
        if (ready < 0 && errno != EINTR && errno != EAGAIN)
            return error_set(err, ERROR_SYSTEM, errno, "poll");
        if (ready > 0 && !check_interrupt(all, err))
            return false;
        if (interrupt_ended(interrupt))
            return error_set(err, ERROR_INTERRUPTED, 0, "its time is over");
        if (ready > 0 && all[BACKGROUND_SLOT].revents) {
            interrupt->background->run(interrupt->background->context);
            ready--; /* the caller's */
        }
        if (ready > 0 || (ready == 0 && deadline_passed(deadline))) {
            if (count > 0)
                memcpy(fds, all + FIRST_SLOT, (size_t)count * sizeof(*fds));
            *ret_ready = ready;
            return true;
        }
    }
}
