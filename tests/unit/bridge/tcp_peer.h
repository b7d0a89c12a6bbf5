/* For tests of what waits on sockets: the other end, served by the waiting side's own pump. So a
 * test needs neither threads nor time. */
#ifndef MICROTVM_QEMU_TESTS_TCP_PEER_H
#define MICROTVM_QEMU_TESTS_TCP_PEER_H

#include "bridge/socket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tcp_peer {
    int fd;              /* -1: closed */
    const uint8_t *send; /* what it still sends, a piece at a time */
    size_t send_size_bytes;
    size_t piece_size_bytes; /* 0: all that the line takes */
    bool close_after;        /* when all is sent */
    bool reads;              /* it takes in what comes, and closes when we have */
    uint8_t received[4 << 20];
    size_t received_size_bytes;
    struct socket_pump pump; /* its context is the peer */
};

/* A connected pair: *ret_socket is ours, with the peer as its pump. Test failures end the test. */
void tcp_peer_open(struct tcp_peer *peer, struct socket *ret_socket);

/* A connection to a port of this machine. Errors: those of socket_dial. */
bool tcp_peer_connect(int port, struct socket *ret_socket, struct error *err);

/* It has these bytes to send. data stays the caller's and must live on. */
void tcp_peer_sends(struct tcp_peer *peer, const void *data, size_t size_bytes);

/* Take in what came, until our side closed; for after the call under test. */
void tcp_peer_read_all(struct tcp_peer *peer);
void tcp_peer_close(struct tcp_peer *peer);

/* Close our side: these bytes, and no others, are what came. */
void tcp_peer_assert_got(struct tcp_peer *peer, struct socket *ours, const void *data,
                         size_t size_bytes);

/* A number as TVM's protocol has it. Returns size_bytes. */
size_t put_number(uint8_t *to, uint64_t value, size_t size_bytes);

/* An interrupt that has fired. */
struct interrupt fired_interrupt(void);

#endif
