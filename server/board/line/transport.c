#include "board/line/transport.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>

enum {
    READ_BYTES = 16 * 1024,    /* a pty hands out at most 4 KB a time */
    SMALL_READ_BYTES = 1024,   /* a read that brings less has most likely emptied the pty */
    READS_AT_ONCE = 256,       /* a board that never stops must not keep us from our deadline */
    CAPACITY_BYTES = 64 * 1024 /* to begin with */
};

static bool make_raw(int fd)
{
    struct termios settings;
    if (tcgetattr(fd, &settings) != 0)
        return false;
    cfmakeraw(&settings);
    return tcsetattr(fd, TCSANOW, &settings) == 0;
}

static bool open_pair(struct transport *transport)
{
    transport->fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (transport->fd < 0 || grantpt(transport->fd) != 0 || unlockpt(transport->fd) != 0 ||
        ptsname_r(transport->fd, transport->path, sizeof(transport->path)) != 0)
        return false;
    transport->slave_fd = open(transport->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return transport->slave_fd >= 0 && make_raw(transport->slave_fd);
}

bool transport_open(size_t limit_bytes, transport_listener_fn listener, void *context,
                    struct transport *ret_transport, struct error *err)
{
    struct transport transport = TRANSPORT_NONE;
    transport.limit_bytes = limit_bytes;
    transport.listener = listener;
    transport.context = context;
    if (!open_pair(&transport)) {
        error_set(err, ERROR_SYSTEM, errno, "a pseudo-terminal for the board's serial line");
        transport_close(&transport);
        return false;
    }
    *ret_transport = transport;
    return true;
}

void transport_hand_over(struct transport *transport)
{
    cleanup_close_fd(&transport->slave_fd);
    transport->slave_fd = -1;
}

void transport_close(struct transport *transport)
{
    cleanup_close_fd(&transport->fd);
    cleanup_close_fd(&transport->slave_fd);
    free(transport->data);
    *transport = TRANSPORT_NONE;
}

/* Room for size_bytes more at the end. */
static bool make_room(struct transport *transport, size_t size_bytes)
{
    if (transport->capacity_bytes - transport->end >= size_bytes)
        return true;
    size_t kept = transport_kept(transport);
    /* Moving is cheap when at least half of the buffer has been taken out. */
    if (transport->start >= transport->capacity_bytes / 2 &&
        transport->capacity_bytes - kept >= size_bytes) {
        memmove(transport->data, transport->data + transport->start, kept);
        transport->start = 0;
        transport->end = kept;
        return true;
    }
    size_t wanted = transport->capacity_bytes ? transport->capacity_bytes : CAPACITY_BYTES;
    while (wanted - transport->end < size_bytes)
        wanted *= 2;
    uint8_t *larger = realloc(transport->data, wanted);
    if (!larger) {
        transport->no_memory = true;
        return false;
    }
    transport->data = larger;
    transport->capacity_bytes = wanted;
    return true;
}

static void account(struct transport *transport, size_t size_bytes)
{
    const uint8_t *data = transport->data + transport->end;
    transport->end += size_bytes;
    if (transport_kept(transport) > transport->limit_bytes)
        transport->overflowed = true;
    if (transport->listener)
        transport->listener(transport->context, data, size_bytes);
}

static bool can_receive(const struct transport *transport)
{
    return transport->fd >= 0 && !transport->hung_up && !transport->overflowed &&
           !transport->no_memory;
}

/* One read's bytes; returns how many they were, 0 when there are none now, or none will come. */
static size_t take_in(struct transport *transport)
{
    if (!can_receive(transport) || !make_room(transport, READ_BYTES))
        return 0;
    ssize_t size = -1;
    do
        size = read(transport->fd, transport->data + transport->end, READ_BYTES);
    while (size < 0 && errno == EINTR);
    if (size < 0 && errno == EAGAIN)
        return 0;
    if (size <= 0) { /* EIO: the other side is closed, and what it sent is taken */
        transport->hung_up = true;
        return 0;
    }
    transport->received_bytes += (uint64_t)size;
    account(transport, (size_t)size);
    return (size_t)size;
}

void transport_pump(struct transport *transport)
{
    for (int i = 0; i < READS_AT_ONCE; i++)
        if (take_in(transport) < SMALL_READ_BYTES)
            return;
}

/* A short read does not mean that no more is there: Linux carries bytes over in pieces. */
void transport_drain(struct transport *transport)
{
    while (take_in(transport) > 0)
        ;
}

void transport_take(struct transport *transport, void *data, size_t size_bytes)
{
    memcpy(data, transport->data + transport->start, size_bytes);
    transport->start += size_bytes;
    if (transport->start == transport->end) {
        transport->start = 0;
        transport->end = 0;
    }
}

size_t transport_write(struct transport *transport, const void *data, size_t size_bytes)
{
    ssize_t size = -1;
    do
        size = write(transport->fd, data, size_bytes);
    while (size < 0 && errno == EINTR);
    if (size < 0 && errno != EAGAIN)
        transport->hung_up = true;
    return size < 0 ? 0 : (size_t)size;
}
