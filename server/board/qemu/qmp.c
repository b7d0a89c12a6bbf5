#include "board/qemu/qmp.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

enum {
    FIRST_CAPACITY_BYTES = 4096,
    MESSAGE_MAX_BYTES = 1024 * 1024, /* answers have a few KB */
    SHOWN_BYTES = 200,               /* of a message that is wrong, in an error text */
};

static void cleanup_delete_json(cJSON **json)
{
    cJSON_Delete(*json);
}

#define cleanup_json __attribute__((cleanup(cleanup_delete_json)))

static bool gone(struct error *err)
{
    return error_set(err, ERROR_DEVICE, 0, "QEMU closed its control socket");
}

bool qmp_open(int fd, bool debug, struct qmp *ret_qmp, struct error *err)
{
    cleanup_fd int owned = fd;
    int flags = fcntl(owned, F_GETFL);
    if (flags < 0 || fcntl(owned, F_SETFL, flags | O_NONBLOCK) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "QEMU's control socket");
    *ret_qmp = (struct qmp){.fd = steal_fd(&owned), .debug = debug, .next_id = 1};
    return true;
}

void qmp_close(struct qmp *qmp)
{
    cleanup_close_fd(&qmp->fd);
    cJSON_Delete(qmp->answer);
    free(qmp->input);
    *qmp = QMP_NONE;
}

static bool make_room(struct qmp *qmp)
{
    if (qmp->input_size_bytes < qmp->input_capacity_bytes)
        return true;
    size_t wanted =
        qmp->input_capacity_bytes ? qmp->input_capacity_bytes * 2 : FIRST_CAPACITY_BYTES;
    char *larger = wanted > MESSAGE_MAX_BYTES ? NULL : realloc(qmp->input, wanted);
    if (!larger)
        return false;
    qmp->input = larger;
    qmp->input_capacity_bytes = wanted;
    return true;
}

/* Read what is there; a closed socket, an error or a message without end set closed. */
static void receive(struct qmp *qmp)
{
    while (!qmp->closed) {
        if (!make_room(qmp)) {
            qmp->closed = true;
            return;
        }
        size_t room = qmp->input_capacity_bytes - qmp->input_size_bytes;
        ssize_t size = recv(qmp->fd, qmp->input + qmp->input_size_bytes, room, 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0 && errno == EAGAIN)
            return;
        if (size <= 0) {
            qmp->closed = true;
            return;
        }
        qmp->input_size_bytes += (size_t)size;
        if ((size_t)size < room)
            return;
    }
}

/* Remove the first line from the input. False: there is no whole line. *ret_message is NULL for a
 * line that is not JSON, which *ret_shown then has the beginning of. */
static bool take_message(struct qmp *qmp, cJSON **ret_message, char *ret_shown)
{
    char *end = qmp->input_size_bytes ? memchr(qmp->input, '\n', qmp->input_size_bytes) : NULL;
    if (!end)
        return false;
    size_t length = (size_t)(end - qmp->input);
    if (qmp->debug)
        text_print_lines(stderr, "qmp < ", qmp->input, length + 1);
    *ret_message = cJSON_ParseWithLength(qmp->input, length);
    size_t shown = length < SHOWN_BYTES ? length : SHOWN_BYTES;
    memcpy(ret_shown, qmp->input, shown);
    ret_shown[shown] = '\0';
    qmp->input_size_bytes -= length + 1;
    memmove(qmp->input, end + 1, qmp->input_size_bytes);
    return true;
}

/* NULL for a reply that is no refusal, and for an event. */
static const char *refusal_reason(const cJSON *reply)
{
    const cJSON *refusal = cJSON_GetObjectItemCaseSensitive(reply, "error");
    const char *why = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(refusal, "desc"));
    if (!refusal)
        return NULL;
    return why ? why : "no reason given";
}

static bool full(struct error *err)
{
    return error_set(err, ERROR_TIMEOUT, 0, "QEMU takes no commands");
}

/* A short message goes into a local socket whole or not at all. */
static bool send_line(struct qmp *qmp, const char *line, size_t length, struct error *err)
{
    ssize_t size = -1;
    if (qmp->fd < 0 || qmp->closed)
        return gone(err);
    if (qmp->debug)
        text_print_lines(stderr, "qmp > ", line, length);
    do
        size = send(qmp->fd, line, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);
    if (size == (ssize_t)length)
        return true;
    if (size < 0 && errno == EAGAIN)
        return full(err);
    qmp->closed = true;
    return gone(err);
}

static bool send_command(struct qmp *qmp, const char *name, cJSON *arguments, int id,
                         struct error *err)
{
    cleanup_json cJSON *owned = arguments;
    cleanup_json cJSON *command = cJSON_CreateObject();
    bool complete = command && cJSON_AddStringToObject(command, "execute", name) &&
                    cJSON_AddNumberToObject(command, "id", id);
    if (complete && arguments)
        complete = cJSON_AddItemToObject(command, "arguments", steal_pointer(owned));
    cleanup_free char *text = complete ? cJSON_PrintUnformatted(command) : NULL;
    cleanup_free char *line = NULL;
    if (!text || asprintf(&line, "%s\n", text) < 0) {
        line = NULL;
        return error_no_memory(err, "a QMP command", strlen(name));
    }
    return send_line(qmp, line, strlen(line), err);
}

bool qmp_ask(struct qmp *qmp, const char *name, cJSON *arguments, struct error *err)
{
    cJSON_Delete(qmp->answer);
    qmp->answer = NULL;
    qmp->asked_id = qmp->next_id++;
    return send_command(qmp, name, arguments, qmp->asked_id, err);
}

bool qmp_take_answer(struct qmp *qmp, const char *name, cJSON **ret_result, struct error *err)
{
    cleanup_json cJSON *answer = steal_pointer(qmp->answer);
    const char *refusal = refusal_reason(answer);
    if (refusal)
        return error_set(err, ERROR_DEVICE, 0, "QEMU refused %s: %s", name, refusal);
    cJSON *result = cJSON_DetachItemFromObjectCaseSensitive(answer, "return");
    if (!result)
        return error_set(err, ERROR_DEVICE, 0, "QEMU's reply to %s holds no result", name);
    if (ret_result)
        *ret_result = result;
    else
        cJSON_Delete(result);
    return true;
}

void qmp_nudge(struct qmp *qmp)
{
    static const char line[] = "{\"execute\":\"query-status\"}\n";
    struct error ignored; /* that it is full, or gone: which the next read of it tells */
    send_line(qmp, line, sizeof(line) - 1, &ignored);
}

static void __attribute__((format(printf, 2, 3))) fail(struct qmp *qmp, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!qmp->failure[0])
        vsnprintf(qmp->failure, sizeof(qmp->failure), format, arguments);
    va_end(arguments);
}

/* {"QMP": {"version": {"qemu": {"major": 7, "minor": 2, "micro": 22}, "package": "Debian ..."}}} */
static void take_version(const cJSON *greeting, char *version, size_t size)
{
    static const char *const PARTS[] = {"major", "minor", "micro"};
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(greeting, "version");
    const cJSON *numbers = cJSON_GetObjectItemCaseSensitive(object, "qemu");
    const char *package = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "package"));
    int parts[sizeof(PARTS) / sizeof(PARTS[0])];
    for (size_t i = 0; i < sizeof(PARTS) / sizeof(PARTS[0]); i++) {
        const cJSON *part = cJSON_GetObjectItemCaseSensitive(numbers, PARTS[i]);
        if (!cJSON_IsNumber(part))
            return;
        parts[i] = part->valueint;
    }
    bool named = package && package[0] != '\0';
    snprintf(version, size, "%d.%d.%d%s%s%s", parts[0], parts[1], parts[2], named ? " (" : "",
             named ? package : "", named ? ")" : "");
}

/* The first message: negotiation ends with the answer to this command. */
static void take_greeting(struct qmp *qmp, const cJSON *message)
{
    const cJSON *greeting = cJSON_GetObjectItemCaseSensitive(message, "QMP");
    struct error err;
    qmp->greeted = greeting != NULL;
    if (!greeting) {
        fail(qmp, "QEMU did not greet on its control socket");
        return;
    }
    take_version(greeting, qmp->version, sizeof(qmp->version));
    if (!qmp_ask(qmp, "qmp_capabilities", NULL, &err) && !qmp->closed)
        fail(qmp, "%s", err.text);
}

static void take_capabilities(struct qmp *qmp)
{
    struct error err;
    qmp->ready = qmp_take_answer(qmp, "qmp_capabilities", NULL, &err);
    if (!qmp->ready)
        fail(qmp, "%s", err.text);
}

static void take_reply(struct qmp *qmp, cJSON *owned)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(owned, "id");
    cleanup_json cJSON *message = owned;
    if (qmp->asked_id == 0 || !cJSON_IsNumber(id) || id->valueint != qmp->asked_id)
        return;
    qmp->asked_id = 0;
    qmp->answer = steal_pointer(message);
    if (!qmp->ready)
        take_capabilities(qmp);
}

void qmp_take_in(struct qmp *qmp)
{
    cJSON *message = NULL;
    char shown[SHOWN_BYTES + 1];
    if (qmp->fd < 0)
        return;
    receive(qmp);
    while (!qmp->failure[0] && take_message(qmp, &message, shown)) {
        if (!message) {
            fail(qmp, "QEMU sent on its control socket: %s", shown);
        } else if (qmp->greeted) {
            take_reply(qmp, message);
        } else {
            take_greeting(qmp, message);
            cJSON_Delete(message);
        }
    }
}
