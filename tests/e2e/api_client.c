#include "e2e/api_client.h"

#include "api/base85.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

static bool open_pipe(int *ret_read_fd, int *ret_write_fd, struct error *err)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "pipe");
    *ret_read_fd = fds[0];
    *ret_write_fd = fds[1];
    return true;
}

bool api_start(const char *dir, struct api_client *ret_client, struct error *err)
{
    cleanup_fd int server_read = -1;
    cleanup_fd int server_write = -1;
    cleanup_fd int request_fd = -1;
    cleanup_fd int reply_fd = -1;
    char read_text[16];
    char write_text[16];
    cleanup_free char *launcher = file_path("%s/launch_microtvm_api_server.sh", dir);
    cleanup_free char *python = file_path("%s/microtvm_api_server.py", dir);
    if (!open_pipe(&server_read, &request_fd, err) || !open_pipe(&reply_fd, &server_write, err))
        return false;
    snprintf(read_text, sizeof(read_text), "%d", server_read);
    snprintf(write_text, sizeof(write_text), "%d", server_write);
    const char *argv[] = {"sh",      launcher,     python,     "--read-fd",
                          read_text, "--write-fd", write_text, NULL};
    int keep[] = {server_read, server_write};
    struct child_options options = {
        .argv = argv,
        .working_dir = dir,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = STDERR_FILENO,
        .keep_fds = keep,
        .keep_fds_count = 2,
        .parent_death_signal = SIGTERM,
        .package = "dash",
    };
    struct child server = CHILD_NONE;
    if (!child_start(&options, deadline_in_ms(60000), NULL, &server, err))
        return false;
    *ret_client = (struct api_client){
        .server = server,
        .request_fd = steal_fd(&request_fd),
        .reply_fd = steal_fd(&reply_fd),
    };
    return true;
}

int api_stop(struct api_client *client)
{
    enum { GRACE_MS = 20 * 1000 };
    struct error err;
    int status = -1;
    if (client->server.pid == 0)
        return 0;
    if (client->request_fd >= 0)
        close(client->request_fd);
    client->request_fd = -1;
    if (!child_wait(&client->server, deadline_in_ms(GRACE_MS), NULL, &status, &err)) {
        fprintf(stderr, "the server does not end: %s\n", err.text);
        child_stop(&client->server, 0);
        status = -1;
    }
    close(client->reply_fd);
    free(client->line);
    *client = (struct api_client){.server = CHILD_NONE, .request_fd = -1, .reply_fd = -1};
    return status;
}

bool api_send(struct api_client *client, const char *method, cJSON *params, struct error *err)
{
    cJSON *request = cJSON_CreateObject();
    cJSON_AddStringToObject(request, "jsonrpc", "2.0");
    cJSON_AddStringToObject(request, "method", method);
    cJSON_AddItemToObject(request, "params", params);
    cJSON_AddNumberToObject(request, "id", client->next_id++);
    cleanup_free char *text = cJSON_PrintUnformatted(request);
    cJSON_Delete(request);
    size_t size = strlen(text);
    text[size++] = '\n'; /* where the NUL was */
    for (size_t at = 0; at < size;) {
        ssize_t written = write(client->request_fd, text + at, size - at);
        if (written < 0 && errno != EINTR)
            return error_set(err, ERROR_CLOSED, errno, "%s: the server takes no request", method);
        if (written > 0)
            at += (size_t)written;
    }
    return true;
}

/* Read until a whole line is there; *ret_size counts its newline. */
static bool read_line(struct api_client *client, size_t *ret_size, struct error *err)
{
    struct deadline deadline = deadline_in_ms(API_REPLY_TIMEOUT_MS);
    size_t looked = 0;
    for (;;) {
        char *newline = client->line_size > looked
                            ? memchr(client->line + looked, '\n', client->line_size - looked)
                            : NULL;
        if (newline) {
            *ret_size = (size_t)(newline - client->line) + 1;
            return true;
        }
        looked = client->line_size;
        if (client->line_capacity - client->line_size < 4096) {
            client->line_capacity = client->line_capacity * 2 + 65536;
            client->line = realloc(client->line, client->line_capacity);
        }
        struct pollfd fd = {.fd = client->reply_fd, .events = POLLIN};
        int ready;
        if (!wait_ready(&fd, 1, deadline, NULL, &ready, err))
            return false;
        ssize_t size = ready ? read(client->reply_fd, client->line + client->line_size,
                                    client->line_capacity - client->line_size)
                             : 0;
        if (!ready)
            return error_set(err, ERROR_TIMEOUT, 0, "the server does not answer");
        if (size <= 0)
            return error_set(err, ERROR_CLOSED, size < 0 ? errno : 0, "the server is gone");
        client->line_size += (size_t)size;
    }
}

/* What the server said of an error goes to err and, for matching, to the client. */
static void keep_error(struct api_client *client, const cJSON *error, struct error *err)
{
    const cJSON *message = cJSON_GetObjectItem(error, "message");
    const cJSON *code = cJSON_GetObjectItem(error, "code");
    const cJSON *traceback = cJSON_GetObjectItem(cJSON_GetObjectItem(error, "data"), "traceback");
    const cJSON *line;
    client->error_code = cJSON_IsNumber(code) ? code->valuedouble : 0;
    snprintf(client->error_name, sizeof(client->error_name), "%s",
             cJSON_IsString(message) ? message->valuestring : "(no message)");
    error_set(err, ERROR_DEVICE, 0, "%s",
              cJSON_IsString(message) ? message->valuestring : "(no message)");
    if (cJSON_IsString(traceback))
        error_append(err, "%s", traceback->valuestring);
    cJSON_ArrayForEach(line, traceback)
    {
        if (cJSON_IsString(line))
            error_append(err, "%s", line->valuestring);
    }
    client->error = *err;
}

cJSON *api_receive(struct api_client *client, struct error *err)
{
    size_t size;
    if (!read_line(client, &size, err))
        return NULL;
    cJSON *reply = cJSON_ParseWithLength(client->line, size);
    client->line_size -= size;
    memmove(client->line, client->line + size, client->line_size);
    cJSON *result = cJSON_DetachItemFromObjectCaseSensitive(reply, "result");
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(reply, "error");
    if (!result || (error && !cJSON_IsNull(error))) {
        keep_error(client, error, err);
        cJSON_Delete(result);
        result = NULL;
    }
    cJSON_Delete(reply);
    return result;
}

bool api_call(struct api_client *client, const char *method, cJSON *params, struct error *err)
{
    if (!api_send(client, method, params, err))
        return false;
    cJSON *result = api_receive(client, err);
    cJSON_Delete(result);
    return result ? true : error_wrap(err, "%s", method);
}

cJSON *api_options(const char *options_json)
{
    cJSON *params = cJSON_CreateObject();
    cJSON_AddItemToObject(params, "options", cJSON_Parse(options_json));
    return params;
}

bool api_generate(struct api_client *client, const char *archive, const char *project_dir,
                  const char *options_json, struct error *err)
{
    cJSON *params = api_options(options_json);
    cJSON_AddStringToObject(params, "model_library_format_path", archive);
    cJSON_AddStringToObject(params, "standalone_crt_dir", "");
    cJSON_AddStringToObject(params, "project_dir", project_dir);
    return api_call(client, "generate_project", params, err);
}

bool api_step(struct api_client *client, const char *method, struct error *err)
{
    bool bare = strcmp(method, "close_transport") == 0;
    return api_call(client, method, bare ? cJSON_CreateObject() : api_options("{}"), err);
}

static void add_timeout(cJSON *params, struct deadline deadline)
{
    if (deadline.at_ns == INT64_MAX)
        cJSON_AddNullToObject(params, "timeout_sec");
    else
        cJSON_AddNumberToObject(params, "timeout_sec",
                                (double)(deadline.at_ns - clock_now_ns()) / 1e9);
}

/* An error reply of the transport methods as the kind that TVM's client makes of it. */
static bool transport_error(struct api_client *client, struct error *err)
{
    if (strcmp(client->error_name, "IoTimeoutError") == 0)
        err->kind = ERROR_TIMEOUT;
    if (strcmp(client->error_name, "TransportClosedError") == 0)
        err->kind = ERROR_CLOSED;
    return false;
}

static bool stream_read(void *context, void *data, size_t capacity_bytes, size_t least_bytes,
                        size_t *ret_size_bytes, struct deadline deadline, struct error *err)
{
    struct api_client *client = context;
    cJSON *params = cJSON_CreateObject();
    (void)capacity_bytes;
    cJSON_AddNumberToObject(params, "n", (double)least_bytes);
    add_timeout(params, deadline);
    if (!api_send(client, "read_transport", params, err))
        return false;
    cJSON *result = api_receive(client, err);
    if (!result)
        return transport_error(client, err);
    const cJSON *text = cJSON_GetObjectItem(result, "data");
    bool good = cJSON_IsString(text);
    size_t size_chars = good ? strlen(text->valuestring) : 0;
    if (!good || base85_decoded_size(size_chars) != least_bytes)
        good = error_set(err, ERROR_INTERNAL, 0, "read_transport(%zu): %zu characters of data",
                         least_bytes, size_chars);
    else
        good = base85_decode(text->valuestring, size_chars, data, err);
    cJSON_Delete(result);
    if (good)
        *ret_size_bytes = least_bytes;
    return good;
}

static bool stream_write(void *context, const void *data, size_t size_bytes,
                         struct deadline deadline, struct error *err)
{
    struct api_client *client = context;
    cJSON *params = cJSON_CreateObject();
    size_t size_chars = base85_encoded_size(size_bytes);
    cleanup_free char *text = calloc(1, size_chars + 1);
    base85_encode(data, size_bytes, text);
    cJSON_AddStringToObject(params, "data", text);
    add_timeout(params, deadline);
    return api_call(client, "write_transport", params, err) || transport_error(client, err);
}

struct link_stream api_stream(struct api_client *client)
{
    return (struct link_stream){.context = client, .read = stream_read, .write = stream_write};
}

pid_t api_qemu(const struct api_client *client)
{
    cleanup_free char *path =
        file_path("/proc/%d/task/%d/children", client->server.pid, client->server.pid);
    cleanup_file FILE *file = fopen(path, "r");
    long pid = 0;
    if (!file || fscanf(file, "%ld", &pid) != 1)
        return 0;
    return (pid_t)pid;
}
