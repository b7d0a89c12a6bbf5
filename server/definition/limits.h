/* What a board's definition and the options that go before it may say of sizes. */
#ifndef MICROTVM_QEMU_DEFINITION_LIMITS_H
#define MICROTVM_QEMU_DEFINITION_LIMITS_H

enum {
    STACK_LEAST_BYTES = 256, /* no firmware starts with less */
    /* From what the smallest of TVM's own configurations has, to half of what our client takes. */
    PACKET_LEAST_BYTES = 512,
    PACKET_MOST_BYTES = 65536,
};

#endif
