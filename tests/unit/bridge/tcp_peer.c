#include "unit/bridge/tcp_peer.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_BYTES = 64 * 1024 }; /* so that much is more than it holds */

static int peer_fds(void *context, struct pollfd *fds)
{
    const struct tcp_peer *peer = context;
    short events = (short)((peer->send_size_bytes > 0 ? POLLOUT : 0) | (peer->reads ? POLLIN : 0));
    if (peer->fd < 0 || events == 0)
        return 0;
    fds[0] = (struct pollfd){.fd = peer->fd, .events = events};
    return 1;
}

static void send_piece(struct tcp_peer *peer)
{
    size_t size = peer->send_size_bytes;
    if (peer->piece_size_bytes > 0 && size > peer->piece_size_bytes)
        size = peer->piece_size_bytes;
    ssize_t sent = send(peer->fd, peer->send, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0)
        return;
    peer->send += sent;
    peer->send_size_bytes -= (size_t)sent;
    if (peer->send_size_bytes == 0 && peer->close_after)
        tcp_peer_close(peer);
}

static bool take_in(struct tcp_peer *peer, int flags)
{
    size_t room = sizeof(peer->received) - peer->received_size_bytes;
    ck_assert_uint_gt(room, 0);
    ssize_t got = recv(peer->fd, peer->received + peer->received_size_bytes, room, flags);
    if (got > 0)
        peer->received_size_bytes += (size_t)got;
    return got > 0 || (got < 0 && errno == EAGAIN);
}

static void peer_run(void *context)
{
    struct tcp_peer *peer = context;
    if (peer->reads && !take_in(peer, MSG_DONTWAIT))
        tcp_peer_close(peer);
    if (peer->fd >= 0 && peer->send_size_bytes > 0)
        send_piece(peer);
}

bool tcp_peer_connect(int port, struct socket *ret_socket, struct error *err)
{
    struct dial dial = {.list = NULL};
    struct socket socket = SOCKET_NONE;
    bool connected = false;
    bool ready = false;
    bool good = socket_dial("127.0.0.1", port, &dial, &socket, err);
    while (good && !connected)
        good = socket_wait(&socket, POLLOUT, deadline_never(), &ready, err) &&
               socket_dialled(&dial, &socket, &connected, err);
    dial_dispose(&dial);
    if (good)
        *ret_socket = socket;
    return good;
}

void tcp_peer_open(struct tcp_peer *peer, struct socket *ret_socket)
{
    struct error err;
    int listen_fd = -1;
    int port = 0;
    bool taken = false;
    struct socket socket = SOCKET_NONE;
    memset(peer, 0, sizeof(*peer));
    peer->pump = (struct socket_pump){.context = peer, .fds = peer_fds, .run = peer_run};
    ck_assert_msg(socket_listen("127.0.0.1", 0, &listen_fd, &port, &err), "%s", err.text);
    ck_assert_msg(tcp_peer_connect(port, &socket, &err), "%s", err.text);
    peer->fd = socket.fd;
    ck_assert_int_eq(fcntl(peer->fd, F_SETFL, 0), 0);
    ck_assert_msg(socket_accept(listen_fd, NULL, &peer->pump, ret_socket, &taken, &err), "%s",
                  err.text);
    ck_assert(taken);
    int little = LINE_BYTES;
    setsockopt(ret_socket->fd, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little));
    setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
    close(listen_fd);
}

void tcp_peer_sends(struct tcp_peer *peer, const void *data, size_t size_bytes)
{
    peer->send = data;
    peer->send_size_bytes = size_bytes;
}

void tcp_peer_read_all(struct tcp_peer *peer)
{
    while (take_in(peer, 0))
        ;
}

void tcp_peer_close(struct tcp_peer *peer)
{
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
}

void tcp_peer_assert_got(struct tcp_peer *peer, struct socket *ours, const void *data,
                         size_t size_bytes)
{
    socket_close(ours);
    tcp_peer_read_all(peer);
    ck_assert_uint_eq(peer->received_size_bytes, size_bytes);
    ck_assert_mem_eq(peer->received, data, size_bytes);
}

size_t put_number(uint8_t *to, uint64_t value, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++)
        to[i] = (uint8_t)(value >> (8 * i));
    return size_bytes;
}

struct interrupt fired_interrupt(void)
{
    return (struct interrupt){.signal_fd = eventfd(1, EFD_CLOEXEC), .peer_fd = -1};
}
