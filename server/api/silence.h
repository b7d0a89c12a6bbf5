/* How long a client has waited for its board in vain, and what it is told of that. TVM's clients
 * keep a read's IoTimeoutError to themselves and say no more than that time is over: so whoever
 * sits at one reads the cause on the server's standard error. */
#ifndef MICROTVM_QEMU_API_SILENCE_H
#define MICROTVM_QEMU_API_SILENCE_H

#include "base/error.h"
#include "board/board.h"

#include <stdint.h>

/* All zero: nothing was carried yet. */
struct silence {
    int64_t since_ns; /* CLOCK_MONOTONIC: when the client and its board last got what they wanted */
    int64_t again_ns; /* before that time nothing is said anew */
};

/* The transport is open, or bytes were read or written as asked. */
void silence_end(struct silence *silence);

/* A read or write that began then has failed with err: of a time-out, the board explains it.
 * Looking at the firmware takes a while, so a client that asks for short times, or for none, is
 * told only when twice as much has passed in silence as the last time. Returns false. */
bool silence_explain(struct silence *silence, struct board *board, int64_t began_ns,
                     struct error *err);

#endif
