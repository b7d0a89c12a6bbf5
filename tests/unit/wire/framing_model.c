#include "unit/wire/framing_model.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

void record_event(struct record *record, char kind, uint8_t value)
{
    if (record->size + 2 > record->capacity) {
        record->capacity = 2 * record->capacity + 1024;
        record->bytes = realloc(record->bytes, record->capacity);
        ck_assert_ptr_nonnull(record->bytes);
    }
    record->bytes[record->size++] = (uint8_t)kind;
    record->bytes[record->size++] = value;
}

void record_begin(struct record *record, uint32_t size_bytes)
{
    for (int shift = 0; shift < 32; shift += 8)
        record_event(record, 'B', (uint8_t)(size_bytes >> shift));
}

enum part { TEXT, LENGTH, PAYLOAD, CHECKSUM };

struct model {
    struct record *record;
    enum part part;
    bool after_escape;
    bool accepted;
    uint32_t length;
    uint32_t count; /* bytes of this part so far */
    uint16_t crc;
    uint16_t received;
};

static uint16_t model_crc(uint16_t crc, uint8_t byte)
{
    for (int bit = 7; bit >= 0; bit--) {
        bool carry = ((crc >> 15) ^ (byte >> bit)) & 1;
        crc = (uint16_t)(crc << 1);
        if (carry)
            crc ^= 0x1021;
    }
    return crc;
}

static void model_cut(struct model *model)
{
    if ((model->part == PAYLOAD || model->part == CHECKSUM) && model->accepted)
        record_event(model->record, 'D', 0);
    model->part = TEXT;
}

static void model_data(struct model *model, uint8_t byte, int wire_bytes)
{
    for (int i = 0; i < wire_bytes && model->part != CHECKSUM; i++)
        model->crc = model_crc(model->crc, byte);
    if (model->part == TEXT) {
        if (byte != 0xfe)
            record_event(model->record, 'T', byte);
    } else if (model->part == LENGTH) {
        model->length += (uint32_t)byte << (8 * model->count++);
        if (model->count == 4) {
            record_begin(model->record, model->length);
            model->accepted = model->length <= model->record->accept_up_to;
            model->part = model->length > 0 ? PAYLOAD : CHECKSUM;
            model->count = 0;
        }
    } else if (model->part == PAYLOAD) {
        if (model->accepted)
            record_event(model->record, 'P', byte);
        if (++model->count == model->length) {
            model->part = CHECKSUM;
            model->count = 0;
        }
    } else {
        model->received = (uint16_t)(model->received | byte << (8 * model->count));
        if (++model->count == 2) {
            if (model->accepted)
                record_event(model->record, 'D', model->crc == model->received);
            model->part = TEXT;
        }
    }
}

static void model_byte(struct model *model, uint8_t byte)
{
    bool escaped = model->after_escape;
    model->after_escape = false;
    if (!escaped && byte == 0xff) {
        model->after_escape = true;
    } else if (!escaped) {
        model_data(model, byte, 1);
    } else if (byte == 0xfd) {
        model_cut(model);
        *model = (struct model){.record = model->record, .part = LENGTH};
        model->crc = model_crc(model_crc(0xffff, 0xff), 0xfd);
    } else if (byte == 0xfe) {
        return;
    } else if (byte == 0xff) {
        if (model->part == TEXT)
            model->after_escape = true;
        else
            model_data(model, byte, 2);
    } else {
        model_cut(model);
        model_data(model, byte, 0);
    }
}

void framing_model(struct record *record, const uint8_t *wire, size_t size)
{
    struct model model = {.record = record, .part = TEXT};
    for (size_t i = 0; i < size; i++)
        model_byte(&model, wire[i]);
}

bool wire_put(void *context, const uint8_t *data, size_t size_bytes)
{
    struct wire *wire = context;
    if (wire->fail_at > 0 && wire->size + size_bytes > wire->fail_at)
        return false;
    if (wire->size + size_bytes > wire->capacity) {
        wire->capacity = 2 * (wire->size + size_bytes);
        wire->bytes = realloc(wire->bytes, wire->capacity);
        ck_assert_ptr_nonnull(wire->bytes);
    }
    memcpy(wire->bytes + wire->size, data, size_bytes);
    wire->size += size_bytes;
    return true;
}

void wire_put_frame(struct frame_encoder *encoder, const uint8_t *payload, size_t size)
{
    ck_assert(frame_begin(encoder, (uint32_t)size));
    ck_assert(frame_payload(encoder, payload, size));
    ck_assert(frame_end(encoder));
}
