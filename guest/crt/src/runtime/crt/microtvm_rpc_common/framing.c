#include <string.h>
#include <tvm/runtime/crt/rpc_common/framing.h>

enum { CRC_INITIAL = 0xffff, LENGTH_SIZE = 4, CRC_SIZE = 2 };

enum decoder_state { STATE_TEXT = 0, STATE_LENGTH, STATE_PAYLOAD, STATE_CRC };

static const uint8_t start_sequence[] = {FRAME_ESCAPE, FRAME_START};
static const uint8_t nop_sequence[] = {FRAME_ESCAPE, FRAME_NOP};
static const uint8_t escape_byte = FRAME_ESCAPE;

/* One entry per value of the CRC's upper byte: 8 shifts by polynomial 0x1021 in one step. */
static const uint16_t crc_table[256] = {
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7, 0x8108, 0x9129, 0xa14a, 0xb16b,
    0xc18c, 0xd1ad, 0xe1ce, 0xf1ef, 0x1231, 0x0210, 0x3273, 0x2252, 0x52b5, 0x4294, 0x72f7, 0x62d6,
    0x9339, 0x8318, 0xb37b, 0xa35a, 0xd3bd, 0xc39c, 0xf3ff, 0xe3de, 0x2462, 0x3443, 0x0420, 0x1401,
    0x64e6, 0x74c7, 0x44a4, 0x5485, 0xa56a, 0xb54b, 0x8528, 0x9509, 0xe5ee, 0xf5cf, 0xc5ac, 0xd58d,
    0x3653, 0x2672, 0x1611, 0x0630, 0x76d7, 0x66f6, 0x5695, 0x46b4, 0xb75b, 0xa77a, 0x9719, 0x8738,
    0xf7df, 0xe7fe, 0xd79d, 0xc7bc, 0x48c4, 0x58e5, 0x6886, 0x78a7, 0x0840, 0x1861, 0x2802, 0x3823,
    0xc9cc, 0xd9ed, 0xe98e, 0xf9af, 0x8948, 0x9969, 0xa90a, 0xb92b, 0x5af5, 0x4ad4, 0x7ab7, 0x6a96,
    0x1a71, 0x0a50, 0x3a33, 0x2a12, 0xdbfd, 0xcbdc, 0xfbbf, 0xeb9e, 0x9b79, 0x8b58, 0xbb3b, 0xab1a,
    0x6ca6, 0x7c87, 0x4ce4, 0x5cc5, 0x2c22, 0x3c03, 0x0c60, 0x1c41, 0xedae, 0xfd8f, 0xcdec, 0xddcd,
    0xad2a, 0xbd0b, 0x8d68, 0x9d49, 0x7e97, 0x6eb6, 0x5ed5, 0x4ef4, 0x3e13, 0x2e32, 0x1e51, 0x0e70,
    0xff9f, 0xefbe, 0xdfdd, 0xcffc, 0xbf1b, 0xaf3a, 0x9f59, 0x8f78, 0x9188, 0x81a9, 0xb1ca, 0xa1eb,
    0xd10c, 0xc12d, 0xf14e, 0xe16f, 0x1080, 0x00a1, 0x30c2, 0x20e3, 0x5004, 0x4025, 0x7046, 0x6067,
    0x83b9, 0x9398, 0xa3fb, 0xb3da, 0xc33d, 0xd31c, 0xe37f, 0xf35e, 0x02b1, 0x1290, 0x22f3, 0x32d2,
    0x4235, 0x5214, 0x6277, 0x7256, 0xb5ea, 0xa5cb, 0x95a8, 0x8589, 0xf56e, 0xe54f, 0xd52c, 0xc50d,
    0x34e2, 0x24c3, 0x14a0, 0x0481, 0x7466, 0x6447, 0x5424, 0x4405, 0xa7db, 0xb7fa, 0x8799, 0x97b8,
    0xe75f, 0xf77e, 0xc71d, 0xd73c, 0x26d3, 0x36f2, 0x0691, 0x16b0, 0x6657, 0x7676, 0x4615, 0x5634,
    0xd94c, 0xc96d, 0xf90e, 0xe92f, 0x99c8, 0x89e9, 0xb98a, 0xa9ab, 0x5844, 0x4865, 0x7806, 0x6827,
    0x18c0, 0x08e1, 0x3882, 0x28a3, 0xcb7d, 0xdb5c, 0xeb3f, 0xfb1e, 0x8bf9, 0x9bd8, 0xabbb, 0xbb9a,
    0x4a75, 0x5a54, 0x6a37, 0x7a16, 0x0af1, 0x1ad0, 0x2ab3, 0x3a92, 0xfd2e, 0xed0f, 0xdd6c, 0xcd4d,
    0xbdaa, 0xad8b, 0x9de8, 0x8dc9, 0x7c26, 0x6c07, 0x5c64, 0x4c45, 0x3ca2, 0x2c83, 0x1ce0, 0x0cc1,
    0xef1f, 0xff3e, 0xcf5d, 0xdf7c, 0xaf9b, 0xbfba, 0x8fd9, 0x9ff8, 0x6e17, 0x7e36, 0x4e55, 0x5e74,
    0x2e93, 0x3eb2, 0x0ed1, 0x1ef0,
};

uint16_t frame_crc(uint16_t crc, const uint8_t *data, size_t size_bytes)
{
    for (const uint8_t *end = data + size_bytes; data < end; data++)
        crc = (uint16_t)((crc << 8) ^ crc_table[(crc >> 8) ^ *data]);
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
