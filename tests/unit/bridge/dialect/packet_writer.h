/* Packets of TVM's RPC clients and boards, written a field at a time. */
#ifndef MICROTVM_QEMU_TESTS_PACKET_WRITER_H
#define MICROTVM_QEMU_TESTS_PACKET_WRITER_H

#include "bridge/dialect/dialect.h"

enum { INIT = 2, CALL = 3, RETURN = 4, EXCEPTION = 5, COPY_TO = 7, COPY_ACK = 8, LOOKUP = 9 };
enum { FREE = 10, GET_ATTR = 12, PACKET_SIZE = 512 };

/* A packet that is being written, and those that were. */
struct bytes {
    uint8_t data[PACKET_SIZE];
    size_t size;
};

extern struct bytes written; /* the packet at hand */
extern struct dialect dialect;
extern struct error err;

/* Its beginning, and what follows. */
void begin(int32_t code);
void i32(uint32_t value);
void i64(uint64_t value);
void text(const char *value);
void device(uint32_t type, uint32_t number);
/* float32[2, 3] at 0x2000. */
void tensor(void);
void tensor_of(uint32_t type); /* kind, bits, lanes of 2 bytes */
/* With its length filled in; it lives in `written`. */
struct packet end(void);

void write_call(void); /* of a function without arguments */

/* What the board gets for the packet that was written. */
const struct packet *requested(void);
/* It is refused, with a text like this. */
void refused(const char *why);
/* What the client gets for the answer that was written. */
struct bytes replied(void);
/* The packet that was written last is what was got. */
void expect(const uint8_t *data, size_t size);

#endif
