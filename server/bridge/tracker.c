#include "bridge/tracker.h"

#include "base/cleanup.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* TVM's TrackerCode. */
enum { SUCCESS = 0, PUT = 3, UPDATE_INFO = 5, GET_PENDING_MATCHKEYS = 7 };

enum { REPLY_MAX_BYTES = 16 * 1024 * 1024 };

static void free_json(cJSON **json)
{
    cJSON_Delete(*json);
}
#define cleanup_json __attribute__((cleanup(free_json)))

void tracker_init(struct tracker *tracker, const char *host, int port, const char *key,
                  int server_port, const struct interrupt *interrupt,
                  const struct socket_pump *pump)
{
    *tracker = (struct tracker){.host = host,
                                .port = port,
                                .key = key,
                                .server_port = server_port,
                                .interrupt = interrupt,
                                .pump = pump,
                                .socket = SOCKET_NONE,
                                .next = deadline_in_ms(0)};
}

void tracker_close(struct tracker *tracker)
{
    socket_close(&tracker->socket);
    tracker->offered = false;
}

void tracker_offer(struct tracker *tracker)
{
    tracker->offered = false;
    tracker->next = deadline_in_ms(0);
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
}

static bool read_reply(struct tracker *tracker, struct deadline deadline, cJSON **ret_reply,
                       struct error *err)
{
    uint8_t field[4];
    if (!socket_read(&tracker->socket, field, sizeof field, deadline, err))
        return false;
    uint32_t size = (uint32_t)field[0] | (uint32_t)field[1] << 8 | (uint32_t)field[2] << 16 |
                    (uint32_t)field[3] << 24;
    if (size > REPLY_MAX_BYTES)
        return error_set(err, ERROR_CLOSED, 0, "a reply of %u bytes", size);
    cleanup_free char *text = malloc((size_t)size + 1);
    if (!text)
        return error_no_memory(err, "a tracker's reply", size);
    if (!socket_read(&tracker->socket, text, size, deadline, err))
        return false;
    cJSON *reply = cJSON_ParseWithLength(text, size);
    if (!reply)
        return error_set(err, ERROR_CLOSED, 0, "a reply that is not JSON");
    *ret_reply = reply;
    return true;
}

/* Send REQUEST (deleted here) and take the answer. */
static bool call(struct tracker *tracker, cJSON *request, cJSON **ret_reply, struct error *err)
{
    struct deadline deadline = deadline_in_ms(TRACKER_CALL_TIMEOUT_MS);
    cleanup_json cJSON *owned = request;
    cleanup_free char *text = cJSON_PrintUnformatted(owned);
    if (!text)
        return error_no_memory(err, "a tracker request", 0);
    size_t size = strlen(text);
    uint8_t field[4] = {(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16),
                        (uint8_t)(size >> 24)};
    return socket_write(&tracker->socket, field, sizeof field, deadline, err) &&
           socket_write(&tracker->socket, text, size, deadline, err) &&
           read_reply(tracker, deadline, ret_reply, err);
}

static bool call_for_success(struct tracker *tracker, cJSON *request, const char *what,
                             struct error *err)
{
    cleanup_json cJSON *reply = NULL;
    if (!call(tracker, request, &reply, err))
        return false;
    if (!cJSON_IsNumber(reply) || reply->valuedouble != SUCCESS)
        return error_set(err, ERROR_CLOSED, 0, "it refused %s", what);
    return true;
}

static bool greet(struct tracker *tracker, struct error *err)
{
    struct deadline deadline = deadline_in_ms(TRACKER_CALL_TIMEOUT_MS);
    const uint8_t magic[4] = {TRACKER_MAGIC & 0xff, TRACKER_MAGIC >> 8 & 0xff,
                              TRACKER_MAGIC >> 16 & 0xff, 0};
    uint8_t answer[4];
    if (!socket_write(&tracker->socket, magic, sizeof magic, deadline, err) ||
        !socket_read(&tracker->socket, answer, sizeof answer, deadline, err))
        return false;
    if (memcmp(answer, magic, sizeof magic) != 0)
        return error_set(err, ERROR_USAGE, 0, "%s:%d is no TVM RPC tracker", tracker->host,
                         tracker->port);
    return true;
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

static bool connect_tracker(struct tracker *tracker, struct error *err)
{
    struct deadline deadline = deadline_in_ms(TRACKER_CALL_TIMEOUT_MS);
    if (!socket_connect(tracker->host, tracker->port, deadline, tracker->interrupt, tracker->pump,
                        &tracker->socket, err))
        return false;
    if (!greet(tracker, err) ||
        !call_for_success(tracker, info_request(tracker), "our description", err))
        return false;
    say(tracker, "connected");
    return true;
}

static bool put_up(struct tracker *tracker, struct error *err)
{
    new_match_key(tracker);
    if (!call_for_success(tracker, put_request(tracker), "our key", err))
        return false;
    tracker->offered = true;
    tracker->handed_out = false;
    return true;
}

/* Is our key still waiting? If not, a client should be on its way. */
static bool ask(struct tracker *tracker, struct error *err)
{
    cJSON *request = cJSON_CreateArray();
    cJSON_AddItemToArray(request, cJSON_CreateNumber(GET_PENDING_MATCHKEYS));
    cleanup_json cJSON *reply = NULL;
    if (!call(tracker, request, &reply, err))
        return false;
    if (!cJSON_IsArray(reply))
        return error_set(err, ERROR_CLOSED, 0, "a reply that is no list of keys");
    const cJSON *key = NULL;
    cJSON_ArrayForEach(key, reply)
    {
        if (cJSON_IsString(key) && strcmp(key->valuestring, tracker->match_key) == 0) {
            tracker->handed_out = false;
            return true;
        }
    }
    if (!tracker->handed_out) {
        tracker->handed_out = true;
        tracker->unused = deadline_in_ms(TRACKER_UNUSED_MS);
    } else if (deadline_passed(tracker->unused)) {
        return put_up(tracker, err);
    }
    return true;
}

static bool work(struct tracker *tracker, struct error *err)
{
    if (tracker->socket.fd < 0 && !connect_tracker(tracker, err))
        return false;
    return tracker->offered ? ask(tracker, err) : put_up(tracker, err);
}

bool tracker_poll(struct tracker *tracker, struct error *err)
{
    if (!deadline_passed(tracker->next))
        return true;
    struct error failure;
    if (work(tracker, &failure)) {
        tracker->next = deadline_in_ms(TRACKER_PING_MS);
        tracker->known = true;
        tracker->lost = false;
        return true;
    }
    tracker_close(tracker);
    tracker->next = deadline_in_ms(TRACKER_RETRY_MS);
    bool mistaken = failure.kind == ERROR_USAGE && !tracker->known;
    if (failure.kind == ERROR_INTERRUPTED || mistaken) {
        *err = failure;
        return false;
    }
    if (!tracker->lost)
        say(tracker, failure.text);
    tracker->lost = true;
    return true;
}
