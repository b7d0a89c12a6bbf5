#include <string.h>
#include <tvm/runtime/crt/rpc_common/framing.h>

enum { LENGTH_SIZE = 4, CRC_SIZE = 2 };

/* The CRC of the start sequence: where each frame's begins. */
enum { CRC_OF_START = 0x2042 };

enum decoder_state { STATE_TEXT = 0, STATE_LENGTH, STATE_PAYLOAD, STATE_CRC };

/* ---- receiving ---- */

void frame_decoder_init(struct frame_decoder *decoder, const struct frame_sink *sink)
{
    memset(decoder, 0, sizeof(*decoder));
    decoder->sink = sink;
    decoder->state = STATE_TEXT;
}

/* What has come up to here belongs to the frame's CRC, if a frame is under way: bytes as they are
 * on the wire, in runs as long as the input allows. */
static void sum_up_to(struct frame_decoder *decoder, const uint8_t *end)
{
    if (decoder->state == STATE_LENGTH || decoder->state == STATE_PAYLOAD)
        decoder->crc =
            frame_crc(decoder->crc, decoder->unsummed, (size_t)(end - decoder->unsummed));
    decoder->unsummed = end;
}

/* The frame under way ends here without a good CRC, if one is under way at all. */
static void drop_frame(struct frame_decoder *decoder)
{
    bool begun = decoder->state == STATE_PAYLOAD || decoder->state == STATE_CRC;
    bool tell = begun && !decoder->skip;
    decoder->state = STATE_TEXT;
    decoder->skip = false;
    if (tell)
        decoder->sink->done(decoder->sink->context, false);
}

static void start_frame(struct frame_decoder *decoder)
{
    drop_frame(decoder);
    decoder->state = STATE_LENGTH;
    decoder->remaining = LENGTH_SIZE;
    decoder->length = 0;
    decoder->crc = CRC_OF_START;
    decoder->crc_received = 0;
}

static void put_text(const struct frame_decoder *decoder, const uint8_t *data, size_t size_bytes)
{
    if (!decoder->sink->text)
        return;
    while (size_bytes > 0) {
        size_t run = frame_run(data, size_bytes, FRAME_NOP);
        if (run > 0)
            decoder->sink->text(decoder->sink->context, data, run);
        if (run < size_bytes)
            run++;
        data += run;
        size_bytes -= run;
    }
}

/* Behind the last byte that the CRC covers. */
static void start_crc(struct frame_decoder *decoder, const uint8_t *end)
{
    sum_up_to(decoder, end);
    decoder->state = STATE_CRC;
    decoder->remaining = CRC_SIZE;
}

static void take_length(struct frame_decoder *decoder, const uint8_t *data)
{
    decoder->length |= (uint32_t)*data << (8 * (LENGTH_SIZE - decoder->remaining));
    if (--decoder->remaining > 0)
        return;
    decoder->remaining = decoder->length;
    if (decoder->length > 0) {
        decoder->state = STATE_PAYLOAD;
    } else {
        start_crc(decoder, data + 1);
    }
    decoder->skip = !decoder->sink->begin(decoder->sink->context, decoder->length);
}

static void take_crc(struct frame_decoder *decoder, uint8_t byte)
{
    decoder->crc_received |= (uint16_t)(byte << (8 * (CRC_SIZE - decoder->remaining)));
    if (--decoder->remaining > 0)
        return;
    bool tell = !decoder->skip;
    decoder->state = STATE_TEXT;
    decoder->skip = false;
    if (tell)
        decoder->sink->done(decoder->sink->context, decoder->crc == decoder->crc_received);
}

static size_t take_payload(struct frame_decoder *decoder, const uint8_t *data, size_t size_bytes)
{
    size_t run = size_bytes < decoder->remaining ? size_bytes : decoder->remaining;
    decoder->remaining -= (uint32_t)run;
    if (decoder->remaining == 0)
        start_crc(decoder, data + run);
    if (!decoder->skip)
        decoder->sink->payload(decoder->sink->context, data, run);
    return run;
}

/* Unescaped bytes, at least one; returns how many were taken. */
static size_t take_plain(struct frame_decoder *decoder, const uint8_t *data, size_t size_bytes)
{
    switch (decoder->state) {
    case STATE_LENGTH:
        take_length(decoder, data);
        return 1;
    case STATE_PAYLOAD:
        return take_payload(decoder, data, size_bytes);
    case STATE_CRC:
        take_crc(decoder, *data);
        return 1;
    default:
        put_text(decoder, data, size_bytes);
        return size_bytes;
    }
}

/* The byte after an escape byte, which is in front of it unless it came in an earlier piece: that
 * one was left out of the CRC, for it was not known what it would be. */
static void take_escaped(struct frame_decoder *decoder, const uint8_t *data)
{
    bool escape_is_here = decoder->unsummed < data;
    decoder->escaped = false;
    if (*data == FRAME_START) {
        start_frame(decoder);
        decoder->unsummed = data + 1;
    } else if (*data == FRAME_NOP) {
        /* Nothing, anywhere. */
        if (escape_is_here)
            sum_up_to(decoder, data - 1);
        decoder->unsummed = data + 1;
    } else if (decoder->state == STATE_TEXT) {
        /* Outside a frame two escape bytes are no pair: the second may open a start sequence. */
        decoder->escaped = *data == FRAME_ESCAPE;
        if (!decoder->escaped)
            put_text(decoder, data, 1);
    } else if (*data == FRAME_ESCAPE) {
        if (decoder->state != STATE_CRC && !escape_is_here)
            decoder->crc = frame_crc(decoder->crc, data, 1);
        take_plain(decoder, data, 1);
    } else {
        drop_frame(decoder);
        put_text(decoder, data, 1);
    }
}

void frame_decoder_write(struct frame_decoder *decoder, const uint8_t *data, size_t size_bytes)
{
    const uint8_t *end = data + size_bytes;
    decoder->unsummed = data;
    while (data < end) {
        if (decoder->escaped) {
            take_escaped(decoder, data++);
        } else if (*data == FRAME_ESCAPE) {
            decoder->escaped = true;
            data++;
        } else {
            data += take_plain(decoder, data, frame_run(data, (size_t)(end - data), FRAME_ESCAPE));
        }
    }
    if (size_bytes > 0)
        sum_up_to(decoder, decoder->escaped ? end - 1 : end);
}

/* ---- sending ---- */

/* With no more than this in its buffer there is room for a byte and its escape. */
enum { LAST_ROOM = FRAME_BUFFER_BYTES - 2 };

void frame_encoder_init(struct frame_encoder *encoder, frame_write_fn write, void *context)
{
    encoder->write = write;
    encoder->context = context;
    encoder->started = false; /* the rest begins with each frame */
}

/* Not inlined: twice is larger. */
static void __attribute__((noinline)) sum(struct frame_encoder *encoder)
{
    encoder->crc = frame_crc(encoder->crc, encoder->buffer + encoder->summed_bytes,
                             encoder->size_bytes - encoder->summed_bytes);
    encoder->summed_bytes = encoder->size_bytes;
}

static bool flush(struct frame_encoder *encoder)
{
    sum(encoder);
    size_t size_bytes = encoder->size_bytes;
    encoder->size_bytes = 0;
    encoder->summed_bytes = 0;
    return encoder->write(encoder->context, encoder->buffer, size_bytes);
}

/* Bytes that need no escape, as many as there are and as fit with two more behind them. */
static size_t put_run(struct frame_encoder *encoder, const uint8_t *data, size_t size_bytes)
{
#ifdef FRAME_SLOW_LINE
    (void)encoder;
    (void)data;
    (void)size_bytes;
    return 0;
#else
    size_t room = LAST_ROOM - encoder->size_bytes;
    size_t run = frame_run(data, size_bytes < room ? size_bytes : room, FRAME_ESCAPE);
    memcpy(encoder->buffer + encoder->size_bytes, data, run);
    encoder->size_bytes = (uint16_t)(encoder->size_bytes + run);
    return run;
#endif
}

bool frame_payload(struct frame_encoder *encoder, const void *data, size_t size_bytes)
{
    const uint8_t *next = data;
    const uint8_t *end = next + size_bytes;
    while (next < end) {
        if (encoder->size_bytes > LAST_ROOM && !flush(encoder))
            return false;
        next += put_run(encoder, next, (size_t)(end - next));
        if (next == end)
            break;
        encoder->buffer[encoder->size_bytes++] = *next;
        if (*next == FRAME_ESCAPE)
            encoder->buffer[encoder->size_bytes++] = FRAME_ESCAPE;
        next++;
    }
    return true;
}

bool frame_begin(struct frame_encoder *encoder, uint32_t payload_size_bytes)
{
    static const uint8_t sequence[] = {FRAME_ESCAPE, FRAME_NOP, FRAME_ESCAPE, FRAME_START};
    const uint8_t length[LENGTH_SIZE] = {
        (uint8_t)payload_size_bytes,
        (uint8_t)(payload_size_bytes >> 8),
        (uint8_t)(payload_size_bytes >> 16),
        (uint8_t)(payload_size_bytes >> 24),
    };
    size_t skipped = encoder->started ? 2 : 0;
    encoder->started = true;
    encoder->size_bytes = encoder->summed_bytes = (uint16_t)(sizeof(sequence) - skipped);
    memcpy(encoder->buffer, sequence + skipped, encoder->size_bytes);
    encoder->crc = CRC_OF_START;
    return frame_payload(encoder, length, sizeof(length));
}

bool frame_end(struct frame_encoder *encoder)
{
    sum(encoder);
    const uint8_t crc[CRC_SIZE] = {(uint8_t)encoder->crc, (uint8_t)(encoder->crc >> 8)};
    return frame_payload(encoder, crc, sizeof(crc)) && flush(encoder);
}
