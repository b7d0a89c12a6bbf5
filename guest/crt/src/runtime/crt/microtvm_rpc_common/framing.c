#include <string.h>
#include <tvm/runtime/crt/rpc_common/framing.h>

enum { CRC_INITIAL = 0xffff, LENGTH_SIZE = 4, CRC_SIZE = 2 };

enum decoder_state { STATE_TEXT = 0, STATE_LENGTH, STATE_PAYLOAD, STATE_CRC };

static const uint8_t start_sequence[] = {FRAME_ESCAPE, FRAME_START};
static const uint8_t nop_sequence[] = {FRAME_ESCAPE, FRAME_NOP};
static const uint8_t escape_byte = FRAME_ESCAPE;

/* One entry per value of the CRC's upper half-byte: 4 shifts by polynomial 0x1021 in one step. A
 * table for whole bytes takes 512 bytes of flash. */
static const uint16_t crc_table[16] = {
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
    0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef,
};

uint16_t frame_crc(uint16_t crc, const uint8_t *data, size_t size_bytes)
{
    for (const uint8_t *end = data + size_bytes; data < end; data++) {
        crc = (uint16_t)((crc << 4) ^ crc_table[(crc >> 12) ^ (*data >> 4)]);
        crc = (uint16_t)((crc << 4) ^ crc_table[(crc >> 12) ^ (*data & 15)]);
    }
    return crc;
}

/* ---- receiving ---- */

void frame_decoder_init(struct frame_decoder *decoder, const struct frame_sink *sink)
{
    memset(decoder, 0, sizeof(*decoder));
    decoder->sink = sink;
    decoder->state = STATE_TEXT;
}

/* Length of the run up to the next escape byte. */
static size_t plain_run(const uint8_t *data, size_t size_bytes)
{
    size_t run = 0;
    while (run < size_bytes && data[run] != FRAME_ESCAPE)
        run++;
    return run;
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
    decoder->crc = frame_crc(CRC_INITIAL, start_sequence, sizeof(start_sequence));
    decoder->crc_received = 0;
}

static void put_text(const struct frame_decoder *decoder, const uint8_t *data, size_t size_bytes)
{
    if (!decoder->sink->text)
        return;
    while (size_bytes > 0) {
        const uint8_t *nop = memchr(data, FRAME_NOP, size_bytes);
        size_t run = nop ? (size_t)(nop - data) : size_bytes;
        if (run > 0)
            decoder->sink->text(decoder->sink->context, data, run);
        if (nop)
            run++;
        data += run;
        size_bytes -= run;
    }
}

static void take_length(struct frame_decoder *decoder, uint8_t byte)
{
    decoder->length |= (uint32_t)byte << (8 * (LENGTH_SIZE - decoder->remaining));
    if (--decoder->remaining > 0)
        return;
    decoder->remaining = decoder->length > 0 ? decoder->length : CRC_SIZE;
    decoder->state = decoder->length > 0 ? STATE_PAYLOAD : STATE_CRC;
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
    decoder->crc = frame_crc(decoder->crc, data, run);
    decoder->remaining -= (uint32_t)run;
    if (decoder->remaining == 0) {
        decoder->state = STATE_CRC;
        decoder->remaining = CRC_SIZE;
    }
    if (!decoder->skip)
        decoder->sink->payload(decoder->sink->context, data, run);
    return run;
}

/* Unescaped bytes, at least one; returns how many were taken. */
static size_t take_plain(struct frame_decoder *decoder, const uint8_t *data, size_t size_bytes)
{
    switch (decoder->state) {
    case STATE_LENGTH:
        decoder->crc = frame_crc(decoder->crc, data, 1);
        take_length(decoder, *data);
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

/* The byte after an escape byte. */
static void take_escaped(struct frame_decoder *decoder, uint8_t byte)
{
    decoder->escaped = false;
    if (byte == FRAME_START) {
        start_frame(decoder);
    } else if (byte == FRAME_NOP) {
        /* Nothing, anywhere. */
    } else if (decoder->state == STATE_TEXT) {
        /* Outside a frame two escape bytes are no pair: the second may open a start sequence. */
        decoder->escaped = byte == FRAME_ESCAPE;
        if (!decoder->escaped)
            put_text(decoder, &byte, 1);
    } else if (byte == FRAME_ESCAPE) {
        if (decoder->state != STATE_CRC)
            decoder->crc = frame_crc(decoder->crc, &escape_byte, 1);
        take_plain(decoder, &byte, 1);
    } else {
        drop_frame(decoder);
        put_text(decoder, &byte, 1);
    }
}

void frame_decoder_write(struct frame_decoder *decoder, const uint8_t *data, size_t size_bytes)
{
    size_t position = 0;
    while (position < size_bytes) {
        if (decoder->escaped) {
            take_escaped(decoder, data[position++]);
        } else if (data[position] == FRAME_ESCAPE) {
            decoder->escaped = true;
            position++;
        } else {
            size_t run = plain_run(data + position, size_bytes - position);
            position += take_plain(decoder, data + position, run);
        }
    }
}

/* ---- sending ---- */

void frame_encoder_init(struct frame_encoder *encoder, frame_write_fn write, void *context)
{
    memset(encoder, 0, sizeof(*encoder));
    encoder->write = write;
    encoder->context = context;
}

static bool put_raw(struct frame_encoder *encoder, const uint8_t *data, size_t size_bytes)
{
    encoder->crc = frame_crc(encoder->crc, data, size_bytes);
    return encoder->write(encoder->context, data, size_bytes);
}

/* Escapes without a copy: each run is sent up to and with its ff, and that same ff then begins the
 * next run, which doubles it. */
static bool put_escaped(struct frame_encoder *encoder, const uint8_t *data, size_t size_bytes)
{
    size_t doubled = 0; /* 1 when data[0] has been sent once */
    while (size_bytes > 0) {
        size_t run = doubled + plain_run(data + doubled, size_bytes - doubled);
        bool at_escape = run < size_bytes;
        if (!put_raw(encoder, data, at_escape ? run + 1 : run))
            return false;
        data += run;
        size_bytes -= run;
        doubled = at_escape ? 1 : 0;
    }
    return true;
}

bool frame_begin(struct frame_encoder *encoder, uint32_t payload_size_bytes)
{
    if (!encoder->started) {
        if (!encoder->write(encoder->context, nop_sequence, sizeof(nop_sequence)))
            return false;
        encoder->started = true;
    }
    const uint8_t length[LENGTH_SIZE] = {
        (uint8_t)payload_size_bytes,
        (uint8_t)(payload_size_bytes >> 8),
        (uint8_t)(payload_size_bytes >> 16),
        (uint8_t)(payload_size_bytes >> 24),
    };
    encoder->crc = CRC_INITIAL;
    return put_raw(encoder, start_sequence, sizeof(start_sequence)) &&
           put_escaped(encoder, length, sizeof(length));
}

bool frame_payload(struct frame_encoder *encoder, const void *data, size_t size_bytes)
{
    return put_escaped(encoder, data, size_bytes);
}

bool frame_end(struct frame_encoder *encoder)
{
    uint8_t crc[CRC_SIZE] = {(uint8_t)encoder->crc, (uint8_t)(encoder->crc >> 8)};
    return put_escaped(encoder, crc, sizeof(crc));
}
