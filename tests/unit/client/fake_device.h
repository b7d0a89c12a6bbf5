/* A device in memory for tests of the RPC client: the wire format's own session on the other side
 * of two byte queues, and an RPC server that can be told to go wrong in one named way. */
#ifndef MICROTVM_QEMU_TESTS_FAKE_DEVICE_H
#define MICROTVM_QEMU_TESTS_FAKE_DEVICE_H

#include "client/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/crt/rpc_common/session.h>

enum fake_fault {
    FAKE_NO_FAULT,
    FAKE_SILENT,          /* answers nothing, handshake included */
    FAKE_SILENT_TO_CALLS, /* agrees to a session, then answers nothing */
    FAKE_LOGS_FOR_EVER,   /* likewise, and logs without end */
    FAKE_NOISE_AT_BOOT,   /* console text and half a frame before the handshake's answer */
    FAKE_BAD_CRC,         /* a reply damaged on the line */
    FAKE_TOO_LARGE,       /* a reply over LINK_MESSAGE_MAX_BYTES */
    FAKE_TWO_REPLIES,
    FAKE_RESTARTS, /* says "session terminated" instead of replying */
    FAKE_EXCEPTION,
    FAKE_EXCEPTION_NO_TEXT,
    FAKE_EMPTY_REPLY,
    FAKE_WRONG_LENGTH, /* the reply's length field disagrees with its size */
    FAKE_WRONG_CODE,
    FAKE_TOO_MANY_VALUES,
    FAKE_CUT_VALUE,   /* the reply ends inside a value */
    FAKE_LONG_STRING, /* a string longer than the reply */
    FAKE_UNKNOWN_TYPE,
    FAKE_MANY_DIMS,
    FAKE_NEGATIVE_DIM,
    FAKE_HUGE_TENSOR,
    FAKE_ODD_TYPE,     /* float32x4 */
    FAKE_MANY_INPUTS,  /* claims a million inputs */
    FAKE_SHORT_COPY,   /* fewer bytes than were asked for */
    FAKE_NO_EXECUTOR,  /* tvm.aot_executor.create is not there */
    FAKE_OLD_RUNTIME,  /* neither packet size nor get_input_name; exceptions for unknown names */
    FAKE_TINY_PACKETS, /* takes packets too small for any tensor */
};

enum {
    FAKE_PACKET_BYTES = 100, /* small: a tensor needs several packets */
    FAKE_FLOATS = 40,
    FAKE_BYTES = 3,
};

/* inputs: x float32 (1, 40), k int8 (3,); outputs: y = 2 x, z = -k. */
struct fake_device {
    enum fake_fault fault;
    int after;              /* the fault shows from the after-th RPC request on */
    size_t read_limit;      /* bytes that one read gives at most; 0: all */
    bool exact_reads;       /* a read gives least_bytes: like read_transport(n) */
    size_t corrupt_line_at; /* this byte of all that goes to the host is damaged; SIZE_MAX: none */
    size_t corrupt_body_at; /* likewise of all replies, before they get their CRC */
    size_t bodies_size;
    struct session session;
    uint8_t buffer[4096];
    uint8_t to_host[1 << 20];
    size_t to_host_size;
    size_t to_host_at;
    int requests;
    int references; /* arrays handed out and not freed */
    size_t largest_packet;
    int reads;
    float x[FAKE_FLOATS];
    float y[FAKE_FLOATS];
    int8_t k[FAKE_BYTES];
    int8_t z[FAKE_BYTES];
    char log[256]; /* all that the client was told */
};

void fake_device_init(struct fake_device *device, enum fake_fault fault);
struct link_stream fake_device_stream(struct fake_device *device);

/* The RPC server (fake_device.c), called by the line (fake_line.c) for each message. */
void fake_device_serve(struct fake_device *device, const uint8_t *body, size_t size_bytes);

#endif
