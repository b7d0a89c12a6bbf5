#include "board/qemu/qmp.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

enum {
    FIRST_CAPACITY_BYTES = 4096,
    MESSAGE_MAX_BYTES = 1024 * 1024, /* query-* replies have a few KB */
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
    if (qmp->fd >= 0)
        close(qmp->fd);
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

static bool next_message(struct qmp *qmp, const struct qmp_wait *wait, cJSON **ret_message,
                         struct error *err)
{
    char shown[SHOWN_BYTES + 1] = "";
    cJSON *message = NULL;
    while (!take_message(qmp, &message, shown)) {
        if (qmp->closed)
            return gone(err);
        struct pollfd fds[] = {{.fd = qmp->fd, .events = POLLIN},
                               {.fd = wait->side_fds[0], .events = POLLIN},
                               {.fd = wait->side_fds[1], .events = POLLIN}};
        int ready = 0;
        if (!wait_ready(fds, 1 + QMP_SIDE_FDS, wait->deadline, wait->interrupt, &ready, err))
            return false;
        if (ready == 0)
            return error_set(err, ERROR_TIMEOUT, 0, "QEMU does not answer");
        if (fds[1].revents || fds[2].revents)
            wait->side_ready(wait->context);
        if (fds[0].revents)
            receive(qmp);
    }
    if (!message)
        return error_set(err, ERROR_DEVICE, 0, "QEMU sent on its control socket: %s", shown);
    *ret_message = message;
    return true;
}

/* A short message goes into a local socket whole or not at all. */
static bool send_line(struct qmp *qmp, const char *line, const struct qmp_wait *wait,
                      struct error *err)
{
    size_t length = strlen(line);
    if (qmp->debug)
        text_print_lines(stderr, "qmp > ", line, length);
    for (;;) {
        ssize_t size = send(qmp->fd, line, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size == (ssize_t)length)
            return true;
        if (size < 0 && errno == EINTR)
            continue;
        if (size >= 0 || errno != EAGAIN)
            return gone(err);
        struct pollfd fd = {.fd = qmp->fd, .events = POLLOUT};
        int ready = 0;
        if (!wait_ready(&fd, 1, wait->deadline, wait->interrupt, &ready, err))
            return false;
        if (ready == 0)
            return error_set(err, ERROR_TIMEOUT, 0, "QEMU takes no commands");
    }
}

static bool send_command(struct qmp *qmp, const char *name, cJSON *arguments,
                         const struct qmp_wait *wait, int id, struct error *err)
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
    return send_line(qmp, line, wait, err);
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

static bool take_result(const char *name, cJSON *reply, cJSON **ret_result, struct error *err)
{
    const char *refusal = refusal_reason(reply);
    if (refusal)
        return error_set(err, ERROR_DEVICE, 0, "QEMU refused %s: %s", name, refusal);
    cJSON *result = cJSON_DetachItemFromObjectCaseSensitive(reply, "return");
    if (!result)
        return error_set(err, ERROR_DEVICE, 0, "QEMU's reply to %s holds no result", name);
    if (ret_result)
        *ret_result = result;
    else
        cJSON_Delete(result);
    return true;
}

bool qmp_command(struct qmp *qmp, const char *name, cJSON *arguments, const struct qmp_wait *wait,
                 cJSON **ret_result, struct error *err)
{
    int id = qmp->next_id++;
    if (!send_command(qmp, name, arguments, wait, id, err))
        return false;
    for (;;) {
        cleanup_json cJSON *message = NULL;
        if (!next_message(qmp, wait, &message, err))
            return false;
        const cJSON *reply_id = cJSON_GetObjectItemCaseSensitive(message, "id");
        if (cJSON_IsNumber(reply_id) && reply_id->valueint == id)
            return take_result(name, message, ret_result, err);
    }
}

bool qmp_post(struct qmp *qmp, const char *name, const struct qmp_wait *wait, struct error *err)
{
    return send_command(qmp, name, NULL, wait, qmp->next_id++, err);
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

bool qmp_greet(struct qmp *qmp, const struct qmp_wait *wait, struct error *err)
{
    cleanup_json cJSON *greeting = NULL;
    if (!next_message(qmp, wait, &greeting, err))
        return false;
    const cJSON *greeted = cJSON_GetObjectItemCaseSensitive(greeting, "QMP");
    if (!greeted)
        return error_set(err, ERROR_DEVICE, 0, "QEMU did not greet on its control socket");
    take_version(greeted, qmp->version, sizeof(qmp->version));
    return qmp_command(qmp, "qmp_capabilities", NULL, wait, NULL, err);
}

void qmp_nudge(struct qmp *qmp)
{
    static const char line[] = "{\"execute\":\"query-status\"}\n";
    if (qmp->fd < 0 || qmp->closed)
        return;
    if (qmp->debug)
        text_print_lines(stderr, "qmp > ", line, sizeof(line) - 1);
    ssize_t size = send(qmp->fd, line, sizeof(line) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN && errno != EINTR)
        qmp->closed = true;
}

void qmp_pump(struct qmp *qmp)
{
    if (qmp->fd < 0)
        return;
    receive(qmp);
    cJSON *message = NULL;
    char shown[SHOWN_BYTES + 1];
    while (take_message(qmp, &message, shown)) {
        const char *why = refusal_reason(message);
        if (why)
            snprintf(qmp->refusal, sizeof(qmp->refusal), "%s", why);
        cJSON_Delete(message);
    }
}
