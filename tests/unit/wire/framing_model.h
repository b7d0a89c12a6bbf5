/* Frames decoded byte by byte, written apart from the decoder that is tested. */
#ifndef TESTS_UNIT_FRAMING_MODEL_H
#define TESTS_UNIT_FRAMING_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/crt/rpc_common/framing.h>

/* What came out of a decoder, two bytes per event: a kind and a value. Runs of payload and text are
 * written byte by byte, so that how they were cut makes no difference. */
struct record {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    uint32_t accept_up_to; /* payload size */
};

/* Kinds: B, 4 times, the length field; P payload; D done, 1 when the CRC was right; T text. */
void record_event(struct record *record, char kind, uint8_t value);
void record_begin(struct record *record, uint32_t size_bytes);

/* Records what a decoder should make of these bytes. */
void framing_model(struct record *record, const uint8_t *wire, size_t size);

/* What an encoder wrote. */
struct wire {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    size_t fail_at; /* the write that goes over this many bytes fails */
};

/* A frame_write_fn. */
bool wire_put(void *wire, const uint8_t *data, size_t size_bytes);
void wire_put_frame(struct frame_encoder *encoder, const uint8_t *payload, size_t size);

#endif
