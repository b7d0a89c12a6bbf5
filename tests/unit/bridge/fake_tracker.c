#include "unit/bridge/fake_tracker.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PUT = 3, UPDATE_INFO = 5, GET_PENDING_MATCHKEYS = 7 };

static bool is_faulty(const struct fake_tracker *tracker, enum fake_tracker_fault fault)
{
    return tracker->fault == fault && tracker->requests > tracker->after;
}

static void hang_up(struct fake_tracker *tracker)
{
    if (tracker->fd >= 0)
        close(tracker->fd);
    tracker->fd = -1;
    tracker->got_size_bytes = 0;
}

static void answer(struct fake_tracker *tracker, const void *data, size_t size_bytes)
{
    const char *next = data;
    size_t piece = is_faulty(tracker, FAKE_TRACKER_BYTE_BY_BYTE) ? 1 : size_bytes;
    for (size_t sent = 0; sent < size_bytes; sent += piece)
        ck_assert_int_eq(send(tracker->fd, next + sent, piece, MSG_NOSIGNAL), piece);
}

static void answer_json(struct fake_tracker *tracker, const char *text)
{
    uint32_t size = (uint32_t)strlen(text);
    uint8_t field[4] = {(uint8_t)size, (uint8_t)(size >> 8), 0, 0};
    if (is_faulty(tracker, FAKE_TRACKER_HUGE_REPLY))
        field[3] = 0x7f;
    answer(tracker, field, sizeof(field));
    answer(tracker, text, size);
}

static void answer_pending(struct fake_tracker *tracker)
{
    char text[600];
    if (is_faulty(tracker, FAKE_TRACKER_NO_LIST)) {
        answer_json(tracker, "0");
        return;
    }
    if (is_faulty(tracker, FAKE_TRACKER_ODD_LIST)) {
        answer_json(tracker, "[null, 1, {}, [], \"another\"]");
        return;
    }
    snprintf(text, sizeof(text), tracker->pending ? "[\"another\", \"%s\"]" : "[]", tracker->key);
    answer_json(tracker, text);
}

static void serve(struct fake_tracker *tracker, const char *text)
{
    cJSON *request = cJSON_Parse(text);
    ck_assert_msg(cJSON_IsArray(request), "%s", text);
    snprintf(tracker->last, sizeof(tracker->last), "%s", text);
    int code = cJSON_GetArrayItem(request, 0)->valueint;
    if (code == UPDATE_INFO)
        snprintf(tracker->info, sizeof(tracker->info), "%s", text);
    if (code == PUT) {
        const cJSON *server = cJSON_GetArrayItem(request, 2);
        snprintf(tracker->key, sizeof(tracker->key), "%s",
                 cJSON_GetStringValue(cJSON_GetArrayItem(server, 1)));
        tracker->pending = true;
    }
    cJSON_Delete(request);
    if (is_faulty(tracker, FAKE_TRACKER_NO_JSON))
        answer_json(tracker, "[\"key");
    else if (code == GET_PENDING_MATCHKEYS)
        answer_pending(tracker);
    else
        answer_json(tracker, is_faulty(tracker, FAKE_TRACKER_REFUSES) ? "-1" : "0");
}

static void answer_magic(struct fake_tracker *tracker)
{
    ck_assert_mem_eq(tracker->got, "\x71\xf2\x02\0", 4);
    answer(tracker, is_faulty(tracker, FAKE_TRACKER_OTHER_MAGIC) ? "HTTP" : "\x71\xf2\x02\0", 4);
}

/* How many of the bytes that came are a whole request? 0: none yet. */
static size_t serve_first(struct fake_tracker *tracker, bool is_greeting)
{
    char text[1024];
    if (tracker->got_size_bytes < 4)
        return 0;
    size_t size =
        is_greeting ? 0 : (size_t)(uint8_t)tracker->got[0] | (size_t)(uint8_t)tracker->got[1] << 8;
    if (tracker->got_size_bytes < 4 + size)
        return 0;
    tracker->requests++;
    if (is_faulty(tracker, FAKE_TRACKER_CLOSES)) {
        hang_up(tracker);
        return 0;
    }
    memcpy(text, tracker->got + 4, size);
    text[size] = '\0';
    if (is_greeting)
        answer_magic(tracker);
    else
        serve(tracker, text);
    return 4 + size;
}

static void take_in(struct fake_tracker *tracker)
{
    static bool is_greeted;
    if (tracker->fd < 0) {
        tracker->fd = accept4(tracker->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        ck_assert_int_ge(tracker->fd, 0);
        tracker->connections++;
        is_greeted = false;
        return;
    }
    ssize_t got = recv(tracker->fd, tracker->got + tracker->got_size_bytes,
                       sizeof(tracker->got) - tracker->got_size_bytes, 0);
    if (got <= 0) {
        hang_up(tracker);
        return;
    }
    tracker->got_size_bytes += (size_t)got;
    size_t used = 0;
    while ((used = serve_first(tracker, !is_greeted)) > 0) {
        is_greeted = true;
        tracker->got_size_bytes -= used;
        memmove(tracker->got, tracker->got + used, tracker->got_size_bytes);
    }
}

static int tracker_fds(void *context, struct pollfd *fds)
{
    const struct fake_tracker *tracker = context;
    int fd = tracker->fd >= 0 ? tracker->fd : tracker->listen_fd;
    fds[0] = (struct pollfd){.fd = fd, .events = POLLIN};
    return fd >= 0 ? 1 : 0;
}

static void tracker_run(void *context)
{
    take_in(context);
}

void fake_tracker_start(struct fake_tracker *tracker, int port)
{
    struct error err;
    tracker->fd = -1;
    tracker->pump =
        (struct socket_pump){.context = tracker, .fds = tracker_fds, .run = tracker_run};
    ck_assert_msg(socket_listen("127.0.0.1", port, &tracker->listen_fd, &tracker->port, &err), "%s",
                  err.text);
}

void fake_tracker_stop(struct fake_tracker *tracker)
{
    hang_up(tracker);
    if (tracker->listen_fd >= 0)
        close(tracker->listen_fd);
    tracker->listen_fd = -1;
}
