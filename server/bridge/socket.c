#include "bridge/socket.h"

#include "base/cleanup.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { LISTEN_BACKLOG = 16 };

static void name_peer(struct socket *socket, const struct sockaddr *address, socklen_t size)
{
    char host[256];
    char port[32];
    if (getnameinfo(address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        strcpy(socket->peer, "unknown peer");
        return;
    }
    snprintf(socket->peer, sizeof socket->peer, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host,
             port);
}

/* RPC is small requests and answers in turn: waiting to fill a segment only adds delay. */
static void send_at_once(int fd)
{
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static bool resolve(const char *host, int port, int flags, struct addrinfo **ret_list,
                    struct error *err)
{
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    int code = getaddrinfo(host, service, &hints, ret_list);
    if (code != 0)
        return error_set(err, ERROR_USAGE, 0, "host \"%s\": %s", host, gai_strerror(code));
    return true;
}

static void free_addresses(struct addrinfo **list)
{
    if (*list)
        freeaddrinfo(*list);
}
#define cleanup_addresses __attribute__((cleanup(free_addresses)))

static int bound_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    memset(&address, 0, sizeof address);
    socklen_t size = sizeof address;
    if (getsockname(fd, &address.any, &size) < 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

bool socket_listen(const char *host, int port, int *ret_fd, int *ret_port, struct error *err)
{
    cleanup_addresses struct addrinfo *list = NULL;
    if (!resolve(host, port, AI_PASSIVE, &list, err))
        return false;
    cleanup_fd int fd = socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "socket");
    int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, list->ai_addr, list->ai_addrlen) < 0 || listen(fd, LISTEN_BACKLOG) < 0) {
        bool taken = errno == EADDRINUSE;
        return error_set(err, taken || errno == EADDRNOTAVAIL ? ERROR_USAGE : ERROR_SYSTEM, errno,
                         "cannot listen on %s port %d%s", host, port,
                         taken ? " (choose another with --port; 0 takes a free one)" : "");
    }
    *ret_port = bound_port(fd);
    *ret_fd = steal_fd(&fd);
    return true;
}

bool socket_accept(int listen_fd, const struct interrupt *interrupt, const struct socket_pump *pump,
                   struct socket *ret_socket, bool *ret_taken, struct error *err)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    int fd = accept4(listen_fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        /* The peer may be gone between poll and accept; anything else is ours. */
        if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
            return error_set(err, ERROR_SYSTEM, errno, "accept");
        *ret_taken = false;
        return true;
    }
    send_at_once(fd);
    *ret_socket = (struct socket){.fd = fd, .interrupt = interrupt, .pump = pump};
    name_peer(ret_socket, (struct sockaddr *)&address, size);
    *ret_taken = true;
    return true;
}

static bool finish_connect(int fd, const char *host, int port, struct deadline deadline,
                           const struct interrupt *interrupt, struct error *err)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    int ready = 0;
    if (!wait_ready(&poll_fd, 1, deadline, interrupt, &ready, err))
        return false;
    if (ready == 0)
        return error_set(err, ERROR_TIMEOUT, 0, "%s:%d does not answer", host, port);
    int failure = 0;
    socklen_t size = sizeof failure;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) < 0)
        return error_set(err, ERROR_SYSTEM, errno, "connect to %s:%d", host, port);
    if (failure != 0)
        return error_set(err, ERROR_CLOSED, failure, "connect to %s:%d", host, port);
    return true;
}

bool socket_connect(const char *host, int port, struct deadline deadline,
                    const struct interrupt *interrupt, struct socket *ret_socket, struct error *err)
{
    cleanup_addresses struct addrinfo *list = NULL;
    if (!resolve(host, port, 0, &list, err))
        return false;
    for (struct addrinfo *item = list; item; item = item->ai_next) {
        cleanup_fd int fd = socket(item->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
            return error_set(err, ERROR_SYSTEM, errno, "socket");
        if (connect(fd, item->ai_addr, item->ai_addrlen) < 0 && errno != EINPROGRESS) {
            error_set(err, ERROR_CLOSED, errno, "connect to %s:%d", host, port);
            continue;
        }
        if (finish_connect(fd, host, port, deadline, interrupt, err)) {
            send_at_once(fd);
            *ret_socket = (struct socket){.fd = -1, .interrupt = interrupt};
            name_peer(ret_socket, item->ai_addr, item->ai_addrlen);
            ret_socket->fd = steal_fd(&fd);
            return true;
        }
        if (err->kind != ERROR_CLOSED)
            return false;
    }
    return false; /* err holds the last address's reason */
}

void socket_close(struct socket *socket)
{
    cleanup_close_fd(&socket->fd);
    socket->fd = -1;
}

/* Wait for events on the socket. The pump is served meanwhile and does not count as ready. */
static bool wait_for(struct socket *socket, short events, struct deadline deadline, bool *ret_ready,
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

bool socket_wait_readable(struct socket *socket, struct deadline deadline, bool *ret_ready,
                          struct error *err)
{
    return wait_for(socket, POLLIN, deadline, ret_ready, err);
}

static bool retry_later(struct socket *socket, short events, struct deadline deadline,
                        const char *what, struct error *err)
{
    if (errno == ECONNRESET || errno == EPIPE || errno == ETIMEDOUT)
        return error_set(err, ERROR_CLOSED, errno, "%s %s", what, socket->peer);
    if (errno != EAGAIN && errno != EINTR)
        return error_set(err, ERROR_SYSTEM, errno, "%s %s", what, socket->peer);
    bool ready = false;
    if (!wait_for(socket, events, deadline, &ready, err))
        return false;
    if (!ready)
        return error_set(err, ERROR_TIMEOUT, 0, "%s %s: the deadline passed", what, socket->peer);
    return true;
}

bool socket_read(struct socket *socket, void *data, size_t size_bytes, struct deadline deadline,
                 struct error *err)
{
    char *to = data;
    while (size_bytes > 0) {
        ssize_t got = recv(socket->fd, to, size_bytes, 0);
        if (got == 0)
            return error_set(err, ERROR_CLOSED, 0, "%s closed the connection", socket->peer);
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

bool socket_is_loopback(const char *host)
{
    cleanup_addresses struct addrinfo *list = NULL;
    struct error ignored;
    if (!resolve(host, 0, 0, &list, &ignored))
        return false;
    for (struct addrinfo *item = list; item; item = item->ai_next) {
        if (item->ai_family == AF_INET) {
            const struct sockaddr_in *v4 = (const struct sockaddr_in *)item->ai_addr;
            if (ntohl(v4->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
                return false;
        } else if (item->ai_family == AF_INET6) {
            const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)item->ai_addr;
            if (!IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr))
                return false;
        }
    }
    return true;
}
