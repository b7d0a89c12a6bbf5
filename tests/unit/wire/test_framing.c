/* Frames: golden bytes, and the decoder against a model of it that goes byte by byte. */
#include "unit/wire/framing_model.h"
#include "unit/wire/random_bytes.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/rpc_common/framing.h>

static bool on_begin(void *context, uint32_t payload_size_bytes)
{
    struct record *record = context;
    record_begin(record, payload_size_bytes);
    return payload_size_bytes <= record->accept_up_to;
}

static void on_payload(void *context, const uint8_t *data, size_t size_bytes)
{
    ck_assert_uint_gt(size_bytes, 0);
    for (size_t i = 0; i < size_bytes; i++)
        record_event(context, 'P', data[i]);
}

static void on_done(void *context, bool crc_ok)
{
    record_event(context, 'D', crc_ok);
}

static void on_text(void *context, const uint8_t *data, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++)
        record_event(context, 'T', data[i]);
}

/* ---- comparing ---- */

static const struct frame_sink sink_functions = {NULL, on_begin, on_payload, on_done, on_text};

/* The decoder, fed in pieces: piece_size bytes at a time, or random sizes when it is 0. */
static void decode(struct record *record, const uint8_t *wire, size_t size, size_t piece_size,
                   uint32_t *seed)
{
    struct frame_sink sink = sink_functions;
    struct frame_decoder decoder;
    sink.context = record;
    frame_decoder_init(&decoder, &sink);
    for (size_t at = 0; at < size;) {
        size_t piece = piece_size > 0 ? piece_size : 1 + random_below(seed, 40);
        if (piece > size - at)
            piece = size - at;
        /* A copy of exactly this size: reading past it would be seen. */
        uint8_t *copy = malloc(piece);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, wire + at, piece);
        frame_decoder_write(&decoder, copy, piece);
        free(copy);
        at += piece;
    }
}

static void check_against_model(const uint8_t *wire, size_t size, uint32_t accept_up_to,
                                size_t piece_size, uint32_t *seed)
{
    struct record wanted = {.accept_up_to = accept_up_to};
    struct record got = {.accept_up_to = accept_up_to};
    framing_model(&wanted, wire, size);
    decode(&got, wire, size, piece_size, seed);
    ck_assert_uint_eq(got.size, wanted.size);
    if (wanted.size > 0)
        ck_assert_mem_eq(got.bytes, wanted.bytes, wanted.size);
    free(wanted.bytes);
    free(got.bytes);
}

/* ---- sending ---- */

/* Made with Python: binascii.crc_hqx over the escaped bytes, from 0xffff. */
static const struct {
    const char *payload;
    size_t size;
    uint8_t wire[24];
    size_t wire_size;
} golden[] = {
    {"", 0, "\xff\xfd\0\0\0\0\x83\x44", 8},
    {"hello, board", 12, "\xff\xfd\x0c\0\0\0hello, board\xe8\xfd", 20},
    {"\xff", 1, "\xff\xfd\x01\0\0\0\xff\xff\x4c\x38", 10},
    {"\xff\xfd\xfe\xff", 4, "\xff\xfd\x04\0\0\0\xff\xff\xfd\xfe\xff\xff\x01\x40", 14},
    {"crc 378", 7, "\xff\xfd\x07\0\0\0crc 378\xff\xff\xfd", 16},
};

START_TEST(test_golden)
{
    for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
        struct wire wire = {0};
        struct frame_encoder encoder;
        frame_encoder_init(&encoder, wire_put, &wire);
        wire_put_frame(&encoder, (const uint8_t *)golden[i].payload, golden[i].size);
        ck_assert_uint_eq(wire.size, 2 + golden[i].wire_size);
        ck_assert_mem_eq(wire.bytes, "\xff\xfe", 2);
        ck_assert_mem_eq(wire.bytes + 2, golden[i].wire, golden[i].wire_size);
        free(wire.bytes);
    }
}
END_TEST

START_TEST(test_crc)
{
    const uint8_t *digits = (const uint8_t *)"123456789";
    ck_assert_uint_eq(frame_crc(0xffff, digits, 9), 0x29b1);
    ck_assert_uint_eq(frame_crc(frame_crc(0xffff, digits, 4), digits + 4, 5), 0x29b1);
    ck_assert_uint_eq(frame_crc(0xffff, digits, 0), 0xffff);
}
END_TEST

/* The no-op goes out once; payload in pieces makes the same wire as payload whole. */
START_TEST(test_pieces)
{
    uint32_t seed = 7;
    uint8_t payload[300];
    random_fill_special(&seed, payload, sizeof(payload));
    struct wire whole = {0};
    struct wire pieces = {0};
    struct frame_encoder encoder;
    frame_encoder_init(&encoder, wire_put, &whole);
    wire_put_frame(&encoder, payload, sizeof(payload));
    wire_put_frame(&encoder, payload, sizeof(payload));
    frame_encoder_init(&encoder, wire_put, &pieces);
    for (int frame = 0; frame < 2; frame++) {
        ck_assert(frame_begin(&encoder, sizeof(payload)));
        for (size_t i = 0; i < sizeof(payload); i++)
            ck_assert(frame_payload(&encoder, payload + i, 1));
        ck_assert(frame_end(&encoder));
    }
    ck_assert_uint_eq(whole.size, pieces.size);
    ck_assert_mem_eq(whole.bytes, pieces.bytes, whole.size);
    ck_assert_uint_le(whole.size, 2 + 2 * FRAME_WIRE_SIZE_MAX(sizeof(payload)));
    free(whole.bytes);
    free(pieces.bytes);
}
END_TEST

/* A line that goes away at any byte: the encoder says so, at that byte. */
START_TEST(test_write_fails)
{
    const uint8_t payload[] = {1, 0xff, 2};
    for (size_t fail_at = 1; fail_at < 14; fail_at++) {
        struct wire wire = {.fail_at = fail_at};
        struct frame_encoder encoder;
        frame_encoder_init(&encoder, wire_put, &wire);
        bool ok = frame_begin(&encoder, sizeof(payload)) &&
                  frame_payload(&encoder, payload, sizeof(payload)) && frame_end(&encoder);
        ck_assert(!ok);
        ck_assert_uint_le(wire.size, fail_at);
        free(wire.bytes);
    }
}
END_TEST

/* Frames of many sizes, cut at random: what goes in comes out. */
START_TEST(test_round_trip)
{
    static const size_t sizes[] = {0, 1, 2, 3, 255, 256, 257, 4096, 65535, 65536, 70000};
    static uint8_t payload[70000];
    uint32_t seed = 11 + (uint32_t)_i;
    size_t size = sizes[_i];
    random_fill_special(&seed, payload, size);
    struct wire wire = {0};
    struct frame_encoder encoder;
    frame_encoder_init(&encoder, wire_put, &wire);
    wire_put_frame(&encoder, payload, size);
    ck_assert_uint_le(wire.size, 2 + FRAME_WIRE_SIZE_MAX(size));

    struct record record = {.accept_up_to = UINT32_MAX};
    decode(&record, wire.bytes, wire.size, 0, &seed);
    ck_assert_uint_eq(record.size, 2 * (4 + size + 1));
    for (size_t i = 0; i < size; i++)
        ck_assert_uint_eq(record.bytes[2 * (4 + i) + 1], payload[i]);
    ck_assert_mem_eq(record.bytes + 2 * (4 + size), "D\x01", 2);
    check_against_model(wire.bytes, wire.size, UINT32_MAX, 1000, &seed);
    free(record.bytes);
    free(wire.bytes);
}
END_TEST

/* Text, a frame full of escapes, text, a frame: cut in two at every place. */
START_TEST(test_every_split)
{
    const uint8_t payload[] = "a\xff\xff\xfd\xfe\xff";
    uint32_t seed = 3;
    struct wire wire = {0};
    struct frame_encoder encoder;
    frame_encoder_init(&encoder, wire_put, &wire);
    ck_assert(wire_put(&wire, (const uint8_t *)"boot\n", 5));
    wire_put_frame(&encoder, payload, sizeof(payload));
    ck_assert(wire_put(&wire, (const uint8_t *)"fe \xfe ff \xff\n", 10));
    wire_put_frame(&encoder, payload, 0);
    struct record whole = {.accept_up_to = 100};
    decode(&whole, wire.bytes, wire.size, wire.size, &seed);
    for (size_t split = 0; split <= wire.size; split++) {
        struct frame_sink sink = sink_functions;
        struct frame_decoder decoder;
        struct record halves = {.accept_up_to = 100};
        sink.context = &halves;
        frame_decoder_init(&decoder, &sink);
        frame_decoder_write(&decoder, wire.bytes, split);
        frame_decoder_write(&decoder, wire.bytes + split, wire.size - split);
        ck_assert_uint_eq(halves.size, whole.size);
        ck_assert_mem_eq(halves.bytes, whole.bytes, whole.size);
        free(halves.bytes);
    }
    check_against_model(wire.bytes, wire.size, 100, 1, &seed);
    free(whole.bytes);
    free(wire.bytes);
}
END_TEST

static size_t good_frames(const uint8_t *wire, size_t size)
{
    uint32_t seed = 1;
    size_t count = 0;
    struct record record = {.accept_up_to = 1000};
    decode(&record, wire, size, size, &seed);
    for (size_t i = 0; i < record.size; i += 2)
        count += record.bytes[i] == 'D' && record.bytes[i + 1];
    free(record.bytes);
    return count;
}

static void copy_bytes(uint8_t *to, const uint8_t *from, size_t size)
{
    memcpy(to, from, size);
}

/* ff fe at any place that is not inside an escape changes nothing. */
START_TEST(test_no_op_anywhere)
{
    const uint8_t *frame = golden[3].wire;
    size_t size = golden[3].wire_size;
    for (size_t at = 0; at <= size; at++) {
        uint8_t wire[32];
        copy_bytes(wire, frame, at);
        copy_bytes(wire + at, (const uint8_t *)"\xff\xfe", 2);
        copy_bytes(wire + at + 2, frame + at, size - at);
        /* Behind an ff that opens an escape, ff fe is a doubled ff and a byte more. */
        bool splits = at == 1 || at == 7 || at == 11;
        ck_assert_uint_eq(good_frames(wire, size + 2), splits ? 0 : 1);
    }
}
END_TEST

/* Each bit flipped in turn: never a good frame with other contents. */
START_TEST(test_bad_crc)
{
    for (size_t bit = 0; bit < 8 * golden[1].wire_size; bit++) {
        uint8_t wire[32];
        copy_bytes(wire, golden[1].wire, golden[1].wire_size);
        wire[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        ck_assert_uint_eq(good_frames(wire, golden[1].wire_size), 0);
    }
    ck_assert_uint_eq(good_frames(golden[1].wire, golden[1].wire_size), 1);
}
END_TEST

/* A frame cut short anywhere: the next one is whole. */
START_TEST(test_short_frame)
{
    for (size_t cut = 0; cut < golden[3].wire_size; cut++) {
        uint8_t wire[64];
        copy_bytes(wire, golden[3].wire, cut);
        copy_bytes(wire + cut, (const uint8_t *)"\xff\xfe", 2);
        copy_bytes(wire + cut + 2, golden[3].wire, golden[3].wire_size);
        ck_assert_uint_eq(good_frames(wire, cut + 2 + golden[3].wire_size), 1);
    }
}
END_TEST

/* A fault message in the middle of a frame that claims 4 GB. */
START_TEST(test_text_ends_frame)
{
    const char wire[] = "\xff\xfd\xf0\xf0\xf0\xf0partial\xff\nfault: HardFault\n";
    uint32_t seed = 1;
    struct record record = {.accept_up_to = 1000};
    decode(&record, (const uint8_t *)wire, sizeof(wire) - 1, 1, &seed);
    const char text[] = "\nfault: HardFault\n";
    ck_assert_uint_eq(record.size, 2 * (4 + sizeof(text) - 1));
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        ck_assert_uint_eq(record.bytes[2 * (4 + i)], 'T');
        ck_assert_uint_eq(record.bytes[2 * (4 + i) + 1], (uint8_t)text[i]);
    }
    free(record.bytes);
}
END_TEST

/* Garbage in which start sequences and short lengths are common. */
START_TEST(test_garbage)
{
    uint8_t wire[600];
    uint32_t seed = 1000 + (uint32_t)_i;
    for (int round = 0; round < 50; round++) {
        size_t size = random_below(&seed, sizeof(wire)) + 1;
        random_fill_special(&seed, wire, size);
        for (size_t i = 0; i + 6 < size; i += 6 + random_below(&seed, 60)) {
            const uint8_t start[] = {0xff, 0xfd, (uint8_t)random_below(&seed, 20), 0, 0, 0};
            memcpy(wire + i, start, sizeof(start));
        }
        check_against_model(wire, size, 12, random_below(&seed, 9), &seed);
    }
}
END_TEST

static Suite *framing_suite(void)
{
    Suite *suite = suite_create("framing");
    TCase *sending = tcase_create("sending");
    tcase_add_test(sending, test_crc);
    tcase_add_test(sending, test_golden);
    tcase_add_test(sending, test_pieces);
    tcase_add_test(sending, test_write_fails);
    suite_add_tcase(suite, sending);
    TCase *receiving = tcase_create("receiving");
    tcase_add_loop_test(receiving, test_round_trip, 0, 11);
    tcase_add_test(receiving, test_every_split);
    tcase_add_test(receiving, test_no_op_anywhere);
    tcase_add_test(receiving, test_bad_crc);
    tcase_add_test(receiving, test_short_frame);
    tcase_add_test(receiving, test_text_ends_frame);
    tcase_add_loop_test(receiving, test_garbage, 0, 20);
    suite_add_tcase(suite, receiving);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(framing_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
