/* The frame: how a message is marked out on a serial line. Firmware and host compile this file.
 *
 * On the wire, as TVM's microTVM RPC speaks it:
 *   ff fd | length, 4 bytes little-endian | payload | CRC, 2 bytes little-endian
 * Everything after the start sequence is escaped: a byte ff is sent twice. ff fe is a no-op (it may
 * stand anywhere and is not counted), ff fd in the middle of a frame drops that frame and starts
 * another one, and ff with anything else is an error that drops the frame.
 * The CRC is CRC-16/CCITT (polynomial 0x1021, most significant bit first, initial 0xffff, no final
 * xor: Python's binascii.crc_hqx(bytes, 0xffff)) over all bytes as escaped, start sequence
 * included, no-ops excluded, CRC itself excluded.
 *
 * Between frames any byte but ff and fe is console text of the firmware. A lone fe is dropped
 * there: TVM's own sender puts one before its first frame, and neither byte occurs in UTF-8. The
 * byte after an ff that starts no valid escape counts as text too, so that "ff 0a" ends both a
 * half-sent frame and a half-sent line.
 *
 * Nothing here allocates, blocks or keeps global state. */
#ifndef TVM_RUNTIME_CRT_RPC_COMMON_FRAMING_H_
#define TVM_RUNTIME_CRT_RPC_COMMON_FRAMING_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_ESCAPE = 0xff, FRAME_START = 0xfd, FRAME_NOP = 0xfe };

/* A frame is handed to the line in pieces of this size. FRAME_SLOW_LINE: each byte takes so long
 * there that small code and little memory are worth more (a UART). */
#ifdef FRAME_SLOW_LINE
enum { FRAME_BUFFER_BYTES = 16 };
#else
enum { FRAME_BUFFER_BYTES = 4096 };
#endif

/* The most bytes that a frame takes on the wire for a payload (every byte escaped). */
#define FRAME_WIRE_SIZE_MAX(payload_size_bytes) (2 + 2 * (4 + (size_t)(payload_size_bytes) + 2))

/* CRC over more bytes; start with 0xffff. */
uint16_t frame_crc(uint16_t crc, const uint8_t *data, size_t size_bytes);

/* How many bytes there are in front of the first that is stop; all, if none is. */
size_t frame_run(const uint8_t *data, size_t size_bytes, uint8_t stop);

/* ---- receiving ---- */

struct frame_sink {
    void *context;
    /* A frame's length field has come: payload_size_bytes follow. Return false to skip the frame
     * (too large); payload and done are then not called for it. */
    bool (*begin)(void *context, uint32_t payload_size_bytes);
    /* Unescaped payload bytes, in runs as long as the input allows. */
    void (*payload)(void *context, const uint8_t *data, size_t size_bytes);
    /* The frame is over, once for each begin that returned true. crc_ok false: throw it away (wrong
     * CRC, or cut short by another frame or a bad escape). */
    void (*done)(void *context, bool crc_ok);
    /* Bytes that belong to no frame: console text of the firmware. May be NULL. */
    void (*text)(void *context, const uint8_t *data, size_t size_bytes);
};

struct frame_decoder {
    const struct frame_sink *sink;
    uint32_t remaining; /* of length field, payload or CRC: bytes still to come */
    uint32_t length;
    const uint8_t *unsummed; /* of the piece that is being taken in: not yet part of crc */
    uint16_t crc;
    uint16_t crc_received;
    uint8_t state;
    bool escaped;
    bool skip;
};

void frame_decoder_init(struct frame_decoder *decoder, const struct frame_sink *sink);

/* Take in bytes as they come, any number at a time. */
void frame_decoder_write(struct frame_decoder *decoder, const uint8_t *data, size_t size_bytes);

/* ---- sending ---- */

/* Sends all bytes; returns false when the line is gone. */
typedef bool (*frame_write_fn)(void *context, const uint8_t *data, size_t size_bytes);

struct frame_encoder {
    frame_write_fn write;
    void *context;
    uint16_t size_bytes;   /* of buffer */
    uint16_t summed_bytes; /* of these: part of crc, or never */
    uint16_t crc;
    bool started;                       /* the no-op before the first frame has gone out */
    uint8_t buffer[FRAME_BUFFER_BYTES]; /* on its way to write */
};

void frame_encoder_init(struct frame_encoder *encoder, frame_write_fn write, void *context);

/* begin, any number of payload calls that add up to payload_size_bytes, end. False: write failed.
 * What is written goes to the line by pieces of FRAME_BUFFER_BYTES, and all of it with the end.
 * The bytes ff fe go out before the first frame, so that a half-sent ff of another boot is
 * harmless. */
bool frame_begin(struct frame_encoder *encoder, uint32_t payload_size_bytes);
bool frame_payload(struct frame_encoder *encoder, const void *data, size_t size_bytes);
bool frame_end(struct frame_encoder *encoder);

#endif // TVM_RUNTIME_CRT_RPC_COMMON_FRAMING_H_
