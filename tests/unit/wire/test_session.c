/* Sessions: two ends that talk over a pipe in memory, which loses and spoils what the test says. */
#include "unit/wire/random_bytes.h"
#include "unit/wire/session_pair.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(test_start)
{
    open_both();
    ck_assert(session_start(&host.session));
    ck_assert_int_eq(host.session.state, SESSION_START_SENT);
    settle(&host, &device);
    ck_assert_int_eq(host.session.state, SESSION_ESTABLISHED);
    ck_assert_int_eq(device.session.state, SESSION_ESTABLISHED);
    ck_assert_uint_eq(host.session.id, device.session.id);
    ck_assert_uint_eq(host.session.id & 0xff, host.session.nonce);
    ck_assert_uint_eq(host.session.id >> 8, device.session.nonce);
    ck_assert_int_eq(host.heard_count, 1);
    ck_assert_int_eq(host.heard[0], SESSION_START_REPLY);
    ck_assert_int_eq(device.heard_count, 1);
    ck_assert_int_eq(device.heard[0], SESSION_START_REPLY);
}
END_TEST

/* Any first nonce, 0 too: the ones used are never 0. */
START_TEST(test_nonces)
{
    open_end(&host, &device, (uint8_t)_i);
    open_end(&device, &host, (uint8_t)(255 - _i));
    for (int round = 0; round < 30; round++) {
        ck_assert(session_start(&host.session));
        settle(&host, &device);
        ck_assert_uint_ne(host.session.id & 0xff, 0);
        ck_assert_uint_ne(host.session.id >> 8, 0);
        ck_assert_uint_eq(host.session.id, device.session.id);
        host.heard_count = 0;
        device.heard_count = 0;
    }
}
END_TEST

START_TEST(test_messages)
{
    const uint8_t body[] = {0xff, 0xfd, 0, 7, 0xff};
    establish();
    ck_assert(session_send(&host.session, SESSION_NORMAL, body, sizeof(body)));
    settle(&host, &device);
    ck_assert_int_eq(device.heard_count, 1);
    ck_assert_int_eq(device.heard[0], SESSION_NORMAL);
    ck_assert_uint_eq(device.body_size, sizeof(body));
    ck_assert_mem_eq(device.body, body, sizeof(body));

    ck_assert(session_send_begin(&device.session, SESSION_NORMAL, sizeof(body)));
    for (size_t i = 0; i < sizeof(body); i++)
        ck_assert(session_send_chunk(&device.session, &body[i], 1));
    ck_assert(session_send_end(&device.session));
    ck_assert(session_send(&device.session, SESSION_NORMAL, "", 0));
    receive(&host);
    ck_assert_int_eq(host.heard_count, 2);
    ck_assert_uint_eq(host.body_size, 0);
}
END_TEST

START_TEST(test_normal_needs_session)
{
    open_both();
    ck_assert(!session_send(&host.session, SESSION_NORMAL, "x", 1));
    ck_assert(session_start(&host.session));
    ck_assert(!session_send(&host.session, SESSION_NORMAL, "x", 1));
    settle(&host, &device);
    ck_assert(session_send(&host.session, SESSION_NORMAL, "x", 1));
}
END_TEST

/* Logs come through at any time, with id 0. */
START_TEST(test_log)
{
    open_both();
    ck_assert(session_send(&device.session, SESSION_LOG, "hi", 2));
    receive(&host);
    ck_assert_int_eq(host.heard_count, 1);
    ck_assert_int_eq(host.heard[0], SESSION_LOG);
    ck_assert_mem_eq(host.body, "hi", 2);
    establish();
    ck_assert(session_send(&device.session, SESSION_LOG, "hi", 2));
    receive(&host);
    ck_assert_int_eq(host.heard[0], SESSION_LOG);
}
END_TEST

START_TEST(test_terminate)
{
    open_both();
    ck_assert(session_terminate(&device.session));
    receive(&host);
    ck_assert_int_eq(host.heard_count, 0); /* nothing was established */
    establish();
    ck_assert(session_terminate(&device.session));
    receive(&host);
    ck_assert_int_eq(host.heard_count, 1);
    ck_assert_int_eq(host.heard[0], SESSION_TERMINATE);
    ck_assert_int_eq(host.session.state, SESSION_NONE);
    ck_assert(!session_send(&host.session, SESSION_NORMAL, "x", 1));
}
END_TEST

/* A host that starts again gets another id; what comes under the old one is not for it. */
START_TEST(test_start_again)
{
    establish();
    uint16_t old_id = host.session.id;
    ck_assert(session_send(&device.session, SESSION_NORMAL, "late", 4));
    uint8_t late[PIPE_SIZE];
    size_t late_size = host.pipe_size;
    memcpy(late, host.pipe, late_size);
    host.pipe_size = 0;
    ck_assert(session_start(&host.session));
    settle(&host, &device);
    ck_assert_uint_ne(host.session.id, old_id);
    ck_assert_int_eq(host.session.state, SESSION_ESTABLISHED);
    host.heard_count = 0;
    session_receive(&host.session, late, late_size);
    ck_assert_int_eq(host.heard_count, 0);
}
END_TEST

/* Both begin at once: the lower nonce wins, and both ends agree who that is. */
START_TEST(test_simultaneous_start)
{
    open_end(&host, &device, (uint8_t)_i);
    open_end(&device, &host, (uint8_t)(_i * 7 + 3));
    ck_assert(session_start(&host.session));
    ck_assert(session_start(&device.session));
    settle(&host, &device);
    ck_assert_int_eq(host.session.state, SESSION_ESTABLISHED);
    ck_assert_int_eq(device.session.state, SESSION_ESTABLISHED);
    ck_assert_uint_eq(host.session.id, device.session.id);
}
END_TEST

/* One tie: both start once more, and as they are the same they tie again; it must not recurse. */
START_TEST(test_tie)
{
    open_end(&host, &device, 5);
    open_end(&device, &host, 5);
    ck_assert(session_start(&host.session));
    ck_assert(session_start(&device.session));
    uint16_t first_id = host.session.id;
    receive(&host);
    ck_assert_int_eq(host.session.state, SESSION_START_SENT);
    ck_assert_uint_ne(host.session.id, first_id);
}
END_TEST

static void send_raw(struct end *to, const uint8_t *payload, size_t size)
{
    struct frame_encoder encoder;
    frame_encoder_init(&encoder, end_put, to->peer);
    ck_assert(frame_begin(&encoder, (uint32_t)size));
    ck_assert(frame_payload(&encoder, payload, size));
    ck_assert(frame_end(&encoder));
    receive(to);
}

/* Messages that no honest peer sends. */
START_TEST(test_strange_messages)
{
    static const struct {
        uint8_t bytes[4];
        size_t size;
    } strange[] = {
        {{0}, 0},                            /* no header */
        {{1, 0}, 2},                         /* half of one */
        {{1, 0, SESSION_START_INIT}, 3},     /* no version */
        {{1, 0, SESSION_START_INIT, 2}, 4},  /* another version */
        {{0, 0, SESSION_START_INIT, 1}, 4},  /* no nonce */
        {{0, 9, SESSION_START_REPLY, 1}, 4}, /* unasked for */
        {{1, 1, SESSION_NORMAL, 1}, 4},      /* of another session */
        {{1, 1, SESSION_LOG, 1}, 4},         /* likewise */
        {{1, 1, 0x55, 1}, 4},                /* unknown type */
    };
    for (int established = 0; established < 2; established++) {
        for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
            if (established)
                establish();
            else
                open_both();
            enum session_state before = device.session.state;
            send_raw(&device, strange[i].bytes, strange[i].size);
            ck_assert_int_eq(device.heard_count, 0);
            ck_assert_int_eq(device.session.state, before);
            ck_assert_uint_eq(host.pipe_size, 0);
        }
    }
}
END_TEST

/* A reply to an earlier attempt, with a good nonce of the device: not taken. */
START_TEST(test_stale_reply)
{
    open_both();
    ck_assert(session_start(&host.session));
    uint8_t reply[] = {(uint8_t)(host.session.nonce + 1), 9, SESSION_START_REPLY, 1};
    send_raw(&host, reply, sizeof(reply));
    ck_assert_int_eq(host.session.state, SESSION_START_SENT);
    reply[0]--;
    send_raw(&host, reply, sizeof(reply));
    ck_assert_int_eq(host.session.state, SESSION_ESTABLISHED);
}
END_TEST

START_TEST(test_too_large)
{
    uint8_t body[BUFFER_SIZE] = {1};
    establish();
    ck_assert(session_send(&host.session, SESSION_NORMAL, body, BUFFER_SIZE - 3));
    receive(&device);
    ck_assert_int_eq(device.heard_count, 1);
    ck_assert_uint_eq(device.session.dropped_messages, 0);
    ck_assert(session_send(&host.session, SESSION_NORMAL, body, BUFFER_SIZE - 2));
    receive(&device);
    ck_assert_int_eq(device.heard_count, 1);
    ck_assert_uint_eq(device.session.dropped_messages, 1);
    ck_assert_uint_eq(device.too_large, BUFFER_SIZE + 1);
    /* A length of 4 GB: what follows is skipped, until a new frame starts. */
    const uint8_t huge[] = {0xff, 0xfd, 0xfe, 0xf0, 0xf0, 0xf0, 1, 2, 3, 4};
    session_receive(&device.session, huge, sizeof(huge));
    for (int i = 0; i < 100; i++)
        session_receive(&device.session, body, sizeof(body));
    ck_assert_uint_eq(device.session.dropped_messages, 2);
    ck_assert(session_send(&host.session, SESSION_NORMAL, "ok", 2));
    receive(&device);
    ck_assert_int_eq(device.heard_count, 2);
    ck_assert_mem_eq(device.body, "ok", 2);
}
END_TEST

START_TEST(test_damage_is_counted)
{
    establish();
    ck_assert(session_send(&host.session, SESSION_NORMAL, "abc", 3));
    device.pipe[device.pipe_size - 3] ^= 1;
    receive(&device);
    ck_assert_int_eq(device.heard_count, 0);
    ck_assert_uint_eq(device.session.dropped_messages, 1);
}
END_TEST

START_TEST(test_text_between)
{
    establish();
    session_receive(&host.session, (const uint8_t *)"printf\n", 7);
    ck_assert_uint_eq(host.text_size, 7);
}
END_TEST

START_TEST(test_line_gone)
{
    open_both();
    host.line_is_gone = true;
    ck_assert(!session_start(&host.session));
    ck_assert_int_eq(host.session.state, SESSION_NONE);
    ck_assert(!session_terminate(&host.session));
    open_both();
    ck_assert(session_start(&host.session));
    device.line_is_gone = true;
    receive(&device);
    ck_assert_int_eq(device.session.state, SESSION_NONE);
    ck_assert_int_eq(device.heard_count, 0);
}
END_TEST

/* A pipe that spoils one byte in thirty: a host that keeps trying gets its session, and every
 * message that arrives is one that was sent. */
START_TEST(test_lossy_pipe)
{
    uint32_t seed = 77 + (uint32_t)_i;
    bool was_established = false;
    int arrived = 0;
    open_both();
    for (int round = 0; round < 300; round++) {
        if (host.session.state != SESSION_ESTABLISHED)
            ck_assert(session_start(&host.session));
        else
            ck_assert(session_send(&host.session, SESSION_NORMAL, "message", 7));
        struct end *ends[] = {&device, &host};
        for (int side = 0; side < 2; side++) {
            for (size_t i = 0; i < ends[side]->pipe_size; i++) {
                if (random_below(&seed, 30) == 0)
                    ends[side]->pipe[i] = (uint8_t)random_next(&seed);
            }
            receive(ends[side]);
        }
        was_established |= host.session.state == SESSION_ESTABLISHED;
        for (int i = 0; i < device.heard_count; i++) {
            if (device.heard[i] != SESSION_NORMAL)
                continue;
            ck_assert_uint_eq(device.body_size, 7);
            ck_assert_mem_eq(device.body, "message", 7);
            arrived++;
        }
        device.heard_count = 0;
        host.heard_count = 0;
    }
    ck_assert(was_established);
    ck_assert_int_gt(arrived, 20);
}
END_TEST

static Suite *session_suite(void)
{
    Suite *suite = suite_create("session");
    TCase *honest = tcase_create("honest peers");
    tcase_add_test(honest, test_start);
    tcase_add_loop_test(honest, test_nonces, 0, 256);
    tcase_add_test(honest, test_messages);
    tcase_add_test(honest, test_normal_needs_session);
    tcase_add_test(honest, test_log);
    tcase_add_test(honest, test_terminate);
    tcase_add_test(honest, test_start_again);
    tcase_add_loop_test(honest, test_simultaneous_start, 1, 40);
    tcase_add_test(honest, test_tie);
    suite_add_tcase(suite, honest);
    TCase *trouble = tcase_create("trouble");
    tcase_add_test(trouble, test_strange_messages);
    tcase_add_test(trouble, test_stale_reply);
    tcase_add_test(trouble, test_too_large);
    tcase_add_test(trouble, test_damage_is_counted);
    tcase_add_test(trouble, test_text_between);
    tcase_add_test(trouble, test_line_gone);
    tcase_add_loop_test(trouble, test_lossy_pipe, 0, 5);
    suite_add_tcase(suite, trouble);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(session_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
