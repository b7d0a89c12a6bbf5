#include "bridge/socket.h"

#include "base/cleanup.h"

#include <errno.h>
#include <sys/socket.h>

void socket_close(struct socket *socket)
{
    cleanup_close_fd(&socket->fd);
    socket->fd = -1;
}

bool socket_wait(struct socket *socket, short events, struct deadline deadline, bool *ret_ready,
                 struct error *err)
{
    for (;;) {
        struct pollfd fds[1 + SOCKET_PUMP_FDS] = {{.fd = socket->fd, .events = events}};
        int count = 1;
        if (socket->pump)
            count += socket->pump->fds(socket->pump->context, fds + 1);
        int ready = 0;
        if (!wait_ready(fds, count, deadline, socket->interrupt, &ready, err))
            return false;
        bool pumped = false;
        for (int i = 1; i < count; i++)
            pumped = pumped || fds[i].revents != 0;
        if (pumped)
            socket->pump->run(socket->pump->context);
        if (fds[0].revents != 0 || ready == 0) {
            *ret_ready = fds[0].revents != 0;
            return true;
        }
    }
}

/* What errno says of a send or recv; true: later, perhaps. */
static bool may_retry(const struct socket *socket, const char *what, struct error *err)
{
    if (errno == EAGAIN || errno == EINTR)
        return true;
    bool is_peers =
        errno == ECONNRESET || errno == EPIPE || errno == ETIMEDOUT || errno == EHOSTUNREACH;
    return error_set(err, is_peers ? ERROR_CLOSED : ERROR_SYSTEM, errno, "%s %s", what,
                     socket->peer);
}

static bool retry_later(struct socket *socket, short events, struct deadline deadline,
                        const char *what, struct error *err)
{
    bool ready = false;
    if (!may_retry(socket, what, err) || !socket_wait(socket, events, deadline, &ready, err))
        return false;
    if (!ready)
        return error_set(err, ERROR_TIMEOUT, 0, "%s %s: the deadline passed", what, socket->peer);
    return true;
}

static bool peer_closed(const struct socket *socket, struct error *err)
{
    return error_set(err, ERROR_CLOSED, 0, "%s closed the connection", socket->peer);
}

bool socket_read(struct socket *socket, void *data, size_t size_bytes, struct deadline deadline,
                 struct error *err)
{
    char *to = data;
    while (size_bytes > 0) {
        ssize_t got = recv(socket->fd, to, size_bytes, 0);
        if (got == 0)
            return peer_closed(socket, err);
        if (got < 0) {
            if (!retry_later(socket, POLLIN, deadline, "read from", err))
                return false;
            continue;
        }
        to += got;
        size_bytes -= (size_t)got;
    }
    return true;
}

bool socket_write(struct socket *socket, const void *data, size_t size_bytes,
                  struct deadline deadline, struct error *err)
{
    const char *from = data;
    while (size_bytes > 0) {
        ssize_t sent = send(socket->fd, from, size_bytes, MSG_NOSIGNAL);
        if (sent < 0) {
            if (!retry_later(socket, POLLOUT, deadline, "write to", err))
                return false;
            continue;
        }
        from += sent;
        size_bytes -= (size_t)sent;
    }
    return true;
}

bool socket_read_some(struct socket *socket, void *data, size_t size_bytes, size_t *ret_size_bytes,
                      struct error *err)
{
    ssize_t got = recv(socket->fd, data, size_bytes, 0);
    if (got == 0)
        return peer_closed(socket, err);
    if (got < 0 && !may_retry(socket, "read from", err))
        return false;
    *ret_size_bytes = got < 0 ? 0 : (size_t)got;
    return true;
}

bool socket_write_now(struct socket *socket, const void *data, size_t size_bytes, struct error *err)
{
    ssize_t sent = send(socket->fd, data, size_bytes, MSG_NOSIGNAL);
    if (sent < 0 && !may_retry(socket, "write to", err))
        return false;
    if (sent < 0 || (size_t)sent < size_bytes)
        return error_set(err, ERROR_CLOSED, 0, "write to %s: it does not read", socket->peer);
    return true;
}

void socket_finish(struct socket *socket, struct deadline deadline)
{
    struct error ignored; /* it is closed in any case */
    char rest[4096];
    bool ready = true;
    if (socket->fd < 0)
        return;
    if (shutdown(socket->fd, SHUT_WR) == 0) {
        while (ready && !deadline_passed(deadline) &&
               socket_wait(socket, POLLIN, deadline, &ready, &ignored))
            if (ready && recv(socket->fd, rest, sizeof rest, 0) <= 0)
                break;
    }
    socket_close(socket);
}
