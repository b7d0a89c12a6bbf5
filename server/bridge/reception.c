#include "bridge/reception.h"

#include "base/cleanup.h"
#include "bridge/greeting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

enum { EVENTS_AT_ONCE = 32, KEY_SIZE = 512, NS_PER_S = 1000 * 1000 * 1000 };

/* One at the door, greeted or not yet. */
struct caller {
    struct visitor visitor;
    struct greeting greeting;
    struct deadline greet_by;
    bool greeted;
    struct caller *next; /* in the order in which they came */
};

struct reception {
    struct reception_options options;
    int epoll_fd;
    int timer_fd; /* for the next caller whose time to greet is over */
    struct caller *first;
    size_t count;
    bool listens; /* the door is watched */
    bool has_key;
    bool once;
    bool busy;
    bool failed;
    char match_key[KEY_SIZE];
    struct error failure; /* why nobody more can be let in */
};

static void say(const struct reception *reception, const char *line)
{
    if (reception->options.on_event)
        reception->options.on_event(reception->options.context, line);
}

static void say_of(const struct reception *reception, const struct caller *caller, const char *what)
{
    char line[SOCKET_NAME_SIZE + 64];
    snprintf(line, sizeof line, "%s: %s", caller->visitor.socket.peer, what);
    say(reception, line);
}

/* owner is what epoll hands back: a caller, or the address of the door's or the timer's number. */
static bool watch(struct reception *reception, int operation, int fd, uint32_t events, void *owner)
{
    struct epoll_event event = {.events = events, .data.ptr = owner};
    return epoll_ctl(reception->epoll_fd, operation, fd, &event) == 0;
}

/* A door that is not watched leaves newcomers to the kernel. */
static void watch_door(struct reception *reception, bool on)
{
    if (on != reception->listens && watch(reception, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
                                          reception->options.listen_fd, EPOLLIN, reception))
        reception->listens = on;
}

static void fail(struct reception *reception, const struct error *failure)
{
    if (!reception->failed)
        reception->failure = *failure;
    reception->failed = true;
    watch_door(reception, false);
}

/* Out of the list. Closing its socket, or handing it out, is the caller's. */
static void take_out(struct reception *reception, struct caller *caller)
{
    struct caller **link = &reception->first;
    while (*link != caller)
        link = &(*link)->next;
    *link = caller->next;
    reception->count--;
    (void)watch(reception, EPOLL_CTL_DEL, caller->visitor.socket.fd, 0, NULL);
    free(caller);
    if (!reception->failed)
        watch_door(reception, true);
}

static void send_away(struct reception *reception, struct caller *caller)
{
    struct socket socket = caller->visitor.socket;
    take_out(reception, caller);
    socket_close(&socket);
}

static struct caller *first_silent(const struct reception *reception)
{
    struct caller *caller = reception->first;
    while (caller && caller->greeted)
        caller = caller->next;
    return caller;
}

/* All have the same time for their greeting, so the first of them is the first whose time is over.
 */
static void set_timer(struct reception *reception)
{
    const struct caller *silent = first_silent(reception);
    struct itimerspec when = {0};
    if (silent) {
        when.it_value.tv_sec = silent->greet_by.at_ns / NS_PER_S;
        when.it_value.tv_nsec = silent->greet_by.at_ns % NS_PER_S;
    }
    (void)timerfd_settime(reception->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void drop_silent(struct reception *reception)
{
    struct caller *silent = first_silent(reception);
    while (silent && deadline_passed(silent->greet_by)) {
        say_of(reception, silent, "said nothing: sent away");
        send_away(reception, silent);
        silent = first_silent(reception);
    }
}

/* Where every place is taken, one that says nothing makes room. */
static bool make_room(struct reception *reception)
{
    struct caller *silent = first_silent(reception);
    if (silent) {
        say_of(reception, silent, "said nothing: sent away, others wait");
        send_away(reception, silent);
    } else {
        watch_door(reception, false);
    }
    return silent != NULL;
}

static bool let_in(struct reception *reception, struct socket socket, struct error *err)
{
    struct caller *caller = calloc(1, sizeof(*caller));
    if (!caller)
        return error_no_memory(err, "a client", sizeof(*caller));
    caller->visitor.socket = socket;
    caller->greet_by = deadline_in_ms(GREETING_TIMEOUT_MS);
    if (!watch(reception, EPOLL_CTL_ADD, socket.fd, EPOLLIN, caller)) {
        error_set(err, ERROR_SYSTEM, errno, "watching %s", socket.peer);
        free(caller);
        return false;
    }
    struct caller **last = &reception->first;
    while (*last)
        last = &(*last)->next;
    *last = caller;
    reception->count++;
    return true;
}

/* all_heard: nobody inside has anything to say just now. */
static void open_door(struct reception *reception, bool all_heard)
{
    const struct reception_options *options = &reception->options;
    struct error failure;
    bool taken = true;
    if (reception->count == RECEPTION_VISITORS_MAX && (!all_heard || !make_room(reception)))
        return;
    while (taken && reception->count < RECEPTION_VISITORS_MAX) {
        struct socket socket = SOCKET_NONE;
        if (!socket_accept(options->listen_fd, options->interrupt, options->pump, &socket, &taken,
                           &failure) ||
            (taken && !let_in(reception, socket, &failure))) {
            socket_close(&socket);
            fail(reception, &failure);
            return;
        }
    }
}

static void greeted(struct reception *reception, struct caller *caller)
{
    caller->greeted = true;
    if (reception->once)
        reception->has_key = false;
    /* From now on only whether it leaves is of interest: what it says next is for who serves it. */
    (void)watch(reception, EPOLL_CTL_MOD, caller->visitor.socket.fd, EPOLLRDHUP, caller);
    if (reception->busy)
        say_of(reception, caller, "waits for its turn");
}

static void hear(struct reception *reception, struct caller *caller)
{
    struct visitor *visitor = &caller->visitor;
    struct error failure;
    bool whole = false;
    if (caller->greeted) {
        say_of(reception, caller, "gave up while it waited");
        send_away(reception, caller);
        return;
    }
    bool good = greeting_receive(&caller->greeting, &visitor->socket, &whole, &failure);
    if (good && !whole)
        return;
    if (good &&
        greeting_answer(&caller->greeting, &visitor->socket,
                        reception->has_key ? reception->match_key : NULL,
                        reception->options.server_key, &visitor->session_timeout_s, &failure)) {
        greeted(reception, caller);
        return;
    }
    say(reception, failure.text);
    send_away(reception, caller);
}

static bool open_fds(struct reception *reception, struct error *err)
{
    reception->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    reception->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (reception->epoll_fd >= 0 && reception->timer_fd >= 0 &&
        watch(reception, EPOLL_CTL_ADD, reception->timer_fd, EPOLLIN, &reception->timer_fd))
        watch_door(reception, true);
    return reception->listens || error_set(err, ERROR_SYSTEM, errno, "epoll and timerfd");
}

bool reception_open(const struct reception_options *options, struct reception **ret_reception,
                    struct error *err)
{
    struct reception *reception = calloc(1, sizeof(*reception));
    if (!reception)
        return error_no_memory(err, "a reception", sizeof(*reception));
    reception->options = *options;
    reception->timer_fd = -1;
    if (!open_fds(reception, err)) {
        reception_close(reception);
        return false;
    }
    *ret_reception = reception;
    return true;
}

void reception_close(struct reception *reception)
{
    if (!reception)
        return;
    reception->failed = true; /* the door stays as it is */
    while (reception->first)
        send_away(reception, reception->first);
    cleanup_close_fd(&reception->timer_fd);
    cleanup_close_fd(&reception->epoll_fd);
    free(reception);
}

int reception_fd(const struct reception *reception)
{
    return reception->epoll_fd;
}

/* Returns how many of those inside had something to say. */
static int hear_all(struct reception *reception, bool *ret_door)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int heard = 0;
    int count = 0;
    do {
        count = epoll_wait(reception->epoll_fd, events, EVENTS_AT_ONCE, 0);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == &reception->options.listen_fd) {
                *ret_door = true;
            } else if (events[i].data.ptr != &reception->timer_fd) {
                hear(reception, events[i].data.ptr);
                heard++;
            }
        }
    } while (count == EVENTS_AT_ONCE);
    return heard;
}

/* Callers first: the door may send one of them away. */
void reception_run(struct reception *reception)
{
    bool door = false;
    int heard = hear_all(reception, &door);
    drop_silent(reception);
    if (door && reception->listens)
        open_door(reception, heard == 0);
    set_timer(reception);
}

void reception_set_key(struct reception *reception, const char *match_key, bool once)
{
    reception->has_key = match_key != NULL;
    reception->once = once;
    if (match_key)
        snprintf(reception->match_key, sizeof(reception->match_key), "%s", match_key);
}

void reception_set_busy(struct reception *reception, bool busy)
{
    reception->busy = busy;
}

bool reception_next(struct reception *reception, struct visitor *ret_visitor, bool *ret_taken,
                    struct error *err)
{
    struct caller *caller = reception->first;
    while (caller && !caller->greeted)
        caller = caller->next;
    *ret_taken = caller != NULL;
    if (caller) {
        *ret_visitor = caller->visitor;
        take_out(reception, caller);
        return true;
    }
    if (reception->failed) {
        *err = reception->failure;
        return false;
    }
    return true;
}
