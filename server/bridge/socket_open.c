#include "bridge/socket.h"

#include "base/cleanup.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { LISTEN_BACKLOG = 1024, KEEPALIVE_IDLE_S = 60, KEEPALIVE_EVERY_S = 10, KEEPALIVE_PROBES = 6 };

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

static void set_option(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

static void set_up_connection(int fd)
{
    /* RPC is small requests and answers in turn: waiting to fill a segment only adds delay. */
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
}

static bool resolve(const char *host, int port, int flags, struct addrinfo **ret_list,
                    struct error *err)
{
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    int code = getaddrinfo(host, service, &hints, ret_list);
    /* This name stands for the same everywhere (RFC 6761), also where no /etc/hosts says so. */
    if (code != 0 && strcmp(host, "localhost") == 0)
        code = getaddrinfo("127.0.0.1", service, &hints, ret_list);
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

static int new_socket(const struct addrinfo *address)
{
    return socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

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

static bool listen_on(const struct addrinfo *address, int *ret_fd)
{
    cleanup_fd int fd = new_socket(address);
    if (fd < 0)
        return false;
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, LISTEN_BACKLOG) < 0)
        return false;
    *ret_fd = steal_fd(&fd);
    return true;
}

/* A name may stand for an IPv6 address, too, that this machine does not have: the next one will
 * do. A port that is taken ends the search, or half of the clients would find another server. */
bool socket_listen(const char *host, int port, int *ret_fd, int *ret_port, struct error *err)
{
    cleanup_addresses struct addrinfo *list = NULL;
    if (!resolve(host, port, AI_PASSIVE, &list, err))
        return false;
    int fd = -1;
    for (struct addrinfo *item = list; item && fd < 0; item = item->ai_next) {
        if (listen_on(item, &fd))
            continue;
        bool taken = errno == EADDRINUSE;
        bool elsewhere = errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT;
        error_set(err, taken || elsewhere ? ERROR_USAGE : ERROR_SYSTEM, errno,
                  "cannot listen on %s port %d%s", host, port,
                  taken ? " (choose another with --port; 0 takes a free one)" : "");
        if (!elsewhere)
            return false;
    }
    if (fd < 0)
        return false; /* err holds the last address's reason */
    *ret_port = bound_port(fd);
    *ret_fd = fd;
    return true;
}

/* accept(2) also tells what the network said of a connection that is no more. */
static bool is_of_that_connection(int error)
{
    return error == EAGAIN || error == EINTR || error == ECONNABORTED || error == EPROTO ||
           error == EPERM || error == ENETDOWN || error == ENETUNREACH || error == EHOSTUNREACH;
}

bool socket_accept(int listen_fd, const struct interrupt *interrupt, const struct socket_pump *pump,
                   struct socket *ret_socket, bool *ret_taken, struct error *err)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    int fd = accept4(listen_fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (!is_of_that_connection(errno))
            return error_set(err, ERROR_SYSTEM, errno, "accept");
        *ret_taken = false;
        return true;
    }
    set_up_connection(fd);
    *ret_socket = (struct socket){.fd = fd, .interrupt = interrupt, .pump = pump};
    name_peer(ret_socket, (struct sockaddr *)&address, size);
    *ret_taken = true;
    return true;
}

/* The next of the addresses at which connecting can at least begin. */
static bool dial_next(struct dial *dial, struct socket *socket, struct error *err)
{
    socket_close(socket);
    while (dial->next) {
        const struct addrinfo *address = dial->next;
        dial->next = address->ai_next;
        name_peer(socket, address->ai_addr, address->ai_addrlen);
        socket->fd = new_socket(address);
        if (socket->fd >= 0 && (connect(socket->fd, address->ai_addr, address->ai_addrlen) == 0 ||
                                errno == EINPROGRESS))
            return true;
        error_set(err, ERROR_CLOSED, errno, "connect to %s", socket->peer);
        socket_close(socket);
    }
    return false; /* err holds the last address's reason */
}

bool socket_dial(const char *host, int port, struct dial *ret_dial, struct socket *ret_socket,
                 struct error *err)
{
    struct dial dial = {.list = NULL};
    struct socket socket = SOCKET_NONE;
    if (!resolve(host, port, 0, &dial.list, err))
        return false;
    dial.next = dial.list;
    if (!dial_next(&dial, &socket, err)) {
        dial_dispose(&dial);
        return false;
    }
    *ret_dial = dial;
    *ret_socket = socket;
    return true;
}

bool socket_dialled(struct dial *dial, struct socket *socket, bool *ret_connected,
                    struct error *err)
{
    struct pollfd ready = {.fd = socket->fd, .events = POLLOUT};
    int failure = 0;
    socklen_t size = sizeof failure;
    *ret_connected = false;
    if (poll(&ready, 1, 0) <= 0)
        return true;
    if (getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &failure, &size) < 0)
        return error_set(err, ERROR_SYSTEM, errno, "connect to %s", socket->peer);
    if (failure == 0) {
        set_up_connection(socket->fd);
        *ret_connected = true;
        return true;
    }
    error_set(err, ERROR_CLOSED, failure, "connect to %s", socket->peer);
    return dial_next(dial, socket, err);
}

void dial_dispose(struct dial *dial)
{
    free_addresses(&dial->list);
    *dial = (struct dial){.list = NULL};
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
