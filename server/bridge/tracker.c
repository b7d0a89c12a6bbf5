#include "bridge/tracker.h"

#include "base/cleanup.h"
#include "bridge/bytes.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* TVM's TrackerCode. */
enum { SUCCESS = 0, PUT = 3, UPDATE_INFO = 5, GET_PENDING_MATCHKEYS = 7 };

enum { REPLY_MAX_BYTES = 16 * 1024 * 1024, HEAD_SIZE = 4 };

static void free_json(cJSON **json)
{
    cJSON_Delete(*json);
}
#define cleanup_json __attribute__((cleanup(free_json)))

void tracker_init(struct tracker *tracker, const char *host, int port, const char *key,
                  int server_port)
{
    *tracker = (struct tracker){.host = host,
                                .port = port,
                                .key = key,
                                .server_port = server_port,
                                .socket = SOCKET_NONE,
                                .due = deadline_in_ms(0)};
}

static void forget_reply(struct tracker *tracker)
{
    free(steal_pointer(tracker->reply));
    tracker->reply_size_bytes = 0;
}

void tracker_close(struct tracker *tracker)
{
    socket_close(&tracker->socket);
    dial_dispose(&tracker->dial);
    forget_reply(tracker);
    tracker->step = TRACKER_IDLE;
    tracker->offered = false;
}

void tracker_offer(struct tracker *tracker)
{
    tracker->used = true;
    if (tracker->step == TRACKER_IDLE)
        tracker->due = deadline_in_ms(0);
}

static void say(struct tracker *tracker, const char *what)
{
    char line[ERROR_TEXT_SIZE + 600];
    snprintf(line, sizeof line, "tracker %s:%d: %s", tracker->host, tracker->port, what);
    if (tracker->on_event)
        tracker->on_event(tracker->context, line);
}

/* TVM cuts the random part off at the last ':'. */
static void new_match_key(struct tracker *tracker)
{
    uint64_t random = 0;
    while (getrandom(&random, sizeof random, 0) != sizeof random)
        ;
    snprintf(tracker->match_key, sizeof tracker->match_key, "%s:0.%" PRIu64, tracker->key, random);
    tracker->used = false;
    if (tracker->on_key)
        tracker->on_key(tracker->context, tracker->match_key);
}

/* The tracker sees our address as null and fills in the one that we come from. */
static cJSON *info_request(const struct tracker *tracker)
{
    char key[TRACKER_KEY_SIZE];
    snprintf(key, sizeof key, "server:%s", tracker->key);
    cJSON *request = cJSON_CreateArray();
    cJSON *info = cJSON_CreateObject();
    cJSON *address = cJSON_CreateArray();
    cJSON_AddItemToArray(address, cJSON_CreateNull());
    cJSON_AddItemToArray(address, cJSON_CreateNumber(tracker->server_port));
    cJSON_AddStringToObject(info, "key", key);
    cJSON_AddItemToObject(info, "addr", address);
    cJSON_AddItemToArray(request, cJSON_CreateNumber(UPDATE_INFO));
    cJSON_AddItemToArray(request, info);
    return request;
}

static cJSON *put_request(const struct tracker *tracker)
{
    cJSON *request = cJSON_CreateArray();
    cJSON *server = cJSON_CreateArray();
    cJSON_AddItemToArray(server, cJSON_CreateNumber(tracker->server_port));
    cJSON_AddItemToArray(server, cJSON_CreateString(tracker->match_key));
    cJSON_AddItemToArray(request, cJSON_CreateNumber(PUT));
    cJSON_AddItemToArray(request, cJSON_CreateString(tracker->key));
    cJSON_AddItemToArray(request, server);
    cJSON_AddItemToArray(request, cJSON_CreateNull());
    return request;
}

/* From now on an answer is waited for. */
static void begin(struct tracker *tracker, enum tracker_step step)
{
    forget_reply(tracker);
    tracker->step = step;
    tracker->due = deadline_in_ms(TRACKER_CALL_TIMEOUT_MS);
}

/* Send REQUEST (deleted here). */
static bool call(struct tracker *tracker, enum tracker_step step, cJSON *request, struct error *err)
{
    cleanup_json cJSON *owned = request;
    uint8_t message[HEAD_SIZE + TRACKER_REQUEST_SIZE];
    char *text = (char *)message + HEAD_SIZE;
    if (!owned || !cJSON_PrintPreallocated(owned, text, TRACKER_REQUEST_SIZE, false))
        return error_no_memory(err, "a tracker request", TRACKER_REQUEST_SIZE);
    put_le(message, strlen(text), HEAD_SIZE);
    begin(tracker, step);
    return socket_write_now(&tracker->socket, message, HEAD_SIZE + strlen(text), err);
}

static bool greet(struct tracker *tracker, struct error *err)
{
    uint8_t magic[HEAD_SIZE];
    put_le(magic, TRACKER_MAGIC, sizeof magic);
    begin(tracker, TRACKER_GREET);
    return socket_write_now(&tracker->socket, magic, sizeof magic, err);
}

static bool put_up(struct tracker *tracker, struct error *err)
{
    new_match_key(tracker);
    return call(tracker, TRACKER_PUT, put_request(tracker), err);
}

static bool ask(struct tracker *tracker, struct error *err)
{
    cJSON *request = cJSON_CreateArray();
    cJSON_AddItemToArray(request, cJSON_CreateNumber(GET_PENDING_MATCHKEYS));
    return call(tracker, TRACKER_ASK, request, err);
}

static bool rest(struct tracker *tracker)
{
    forget_reply(tracker);
    tracker->step = TRACKER_IDLE;
    tracker->due = deadline_in_ms(tracker->used ? 0 : TRACKER_PING_MS);
    tracker->known = true;
    tracker->lost = false;
    return true;
}

/* More of an answer that is size bytes long. */
static bool read_up_to(struct tracker *tracker, size_t size_bytes, bool *ret_whole,
                       struct error *err)
{
    uint8_t *grown = realloc(tracker->reply, size_bytes);
    if (!grown)
        return error_no_memory(err, "a tracker's reply", size_bytes);
    tracker->reply = grown;
    size_t got = 1;
    while (got > 0 && tracker->reply_size_bytes < size_bytes) {
        if (!socket_read_some(&tracker->socket, grown + tracker->reply_size_bytes,
                              size_bytes - tracker->reply_size_bytes, &got, err))
            return false;
        tracker->reply_size_bytes += got;
    }
    *ret_whole = tracker->reply_size_bytes == size_bytes;
    return true;
}

/* Four bytes: the tracker's magic, or how long the answer behind them is. */
static bool read_reply(struct tracker *tracker, bool *ret_whole, struct error *err)
{
    *ret_whole = false;
    if (tracker->reply_size_bytes < HEAD_SIZE && !read_up_to(tracker, HEAD_SIZE, ret_whole, err))
        return false;
    if (tracker->reply_size_bytes < HEAD_SIZE || tracker->step == TRACKER_GREET)
        return true;
    size_t size = get_le(tracker->reply, HEAD_SIZE);
    if (size > REPLY_MAX_BYTES)
        return error_set(err, ERROR_CLOSED, 0, "a reply of %zu bytes", size);
    return read_up_to(tracker, HEAD_SIZE + size, ret_whole, err);
}

static bool check_magic(const struct tracker *tracker, struct error *err)
{
    if (get_le(tracker->reply, HEAD_SIZE) != TRACKER_MAGIC)
        return error_set(err, ERROR_USAGE, 0, "%s:%d is no TVM RPC tracker", tracker->host,
                         tracker->port);
    return true;
}

static bool check_success(const cJSON *reply, const char *what, struct error *err)
{
    if (!cJSON_IsNumber(reply) || reply->valuedouble != SUCCESS)
        return error_set(err, ERROR_CLOSED, 0, "it refused %s", what);
    return true;
}

/* Is our key still waiting? If not, a client should be on its way. */
static bool check_pending(struct tracker *tracker, const cJSON *reply, struct error *err)
{
    if (!cJSON_IsArray(reply))
        return error_set(err, ERROR_CLOSED, 0, "a reply that is no list of keys");
    const cJSON *key = NULL;
    cJSON_ArrayForEach(key, reply)
    {
        if (cJSON_IsString(key) && strcmp(key->valuestring, tracker->match_key) == 0) {
            tracker->handed_out = false;
            return rest(tracker);
        }
    }
    if (!tracker->handed_out) {
        tracker->handed_out = true;
        tracker->unused = deadline_in_ms(TRACKER_UNUSED_MS);
    } else if (deadline_passed(tracker->unused)) {
        return put_up(tracker, err);
    }
    return rest(tracker);
}

static bool take_answer(struct tracker *tracker, struct error *err)
{
    if (tracker->step == TRACKER_GREET)
        return check_magic(tracker, err) &&
               call(tracker, TRACKER_DESCRIBE, info_request(tracker), err);
    cleanup_json cJSON *reply = cJSON_ParseWithLength((const char *)tracker->reply + HEAD_SIZE,
                                                      tracker->reply_size_bytes - HEAD_SIZE);
    if (!reply)
        return error_set(err, ERROR_CLOSED, 0, "a reply that is not JSON");
    if (tracker->step == TRACKER_ASK)
        return check_pending(tracker, reply, err);
    if (tracker->step == TRACKER_DESCRIBE) {
        if (!check_success(reply, "our description", err))
            return false;
        say(tracker, "connected");
        return put_up(tracker, err);
    }
    if (!check_success(reply, "our key", err))
        return false;
    tracker->offered = true;
    tracker->handed_out = false;
    return rest(tracker);
}

/* What is under way, as far as it has come. */
static bool go_on(struct tracker *tracker, struct error *err)
{
    bool done = false;
    if (tracker->step == TRACKER_CONNECT) {
        if (!socket_dialled(&tracker->dial, &tracker->socket, &done, err))
            return false;
        if (done)
            return greet(tracker, err);
    } else {
        if (!read_reply(tracker, &done, err))
            return false;
        if (done)
            return take_answer(tracker, err);
    }
    if (deadline_passed(tracker->due))
        return error_set(err, ERROR_TIMEOUT, 0, "it does not answer");
    return true;
}

static bool work(struct tracker *tracker, struct error *err)
{
    if (tracker->step != TRACKER_IDLE)
        return go_on(tracker, err);
    if (!deadline_passed(tracker->due))
        return true;
    if (tracker->socket.fd >= 0)
        return tracker->offered && !tracker->used ? ask(tracker, err) : put_up(tracker, err);
    begin(tracker, TRACKER_CONNECT);
    return socket_dial(tracker->host, tracker->port, &tracker->dial, &tracker->socket, err);
}

struct pollfd tracker_poll_fd(const struct tracker *tracker)
{
    bool waits = tracker->step != TRACKER_IDLE;
    return (struct pollfd){.fd = waits ? tracker->socket.fd : -1,
                           .events = tracker->step == TRACKER_CONNECT ? POLLOUT : POLLIN};
}

bool tracker_run(struct tracker *tracker, struct error *err)
{
    struct error failure;
    if (work(tracker, &failure))
        return true;
    tracker_close(tracker);
    tracker->due = deadline_in_ms(TRACKER_RETRY_MS);
    if (failure.kind == ERROR_USAGE && !tracker->known) {
        *err = failure;
        return false;
    }
    if (!tracker->lost)
        say(tracker, failure.text);
    tracker->lost = true;
    return true;
}
