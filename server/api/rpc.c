#include "api/rpc.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    CODE_SERVER_ERROR = -32000,
    CODE_INVALID_REQUEST = -32600,
    CODE_METHOD_NOT_FOUND = -32601,
    CODE_INVALID_PARAMS = -32602,
    CODE_INTERNAL_ERROR = -32603,
    CODE_PARSE_ERROR = -32700,
};

enum { VALUE_TEXT_SIZE = 96, PREFIX_SIZE = 64 };

/* Clients choose the exception by the message: where there is a name, it must be just that. */
static const struct {
    int code;
    const char *name;
} replies[] = {
    [ERROR_NONE] = {CODE_INTERNAL_ERROR, NULL},
    [ERROR_USAGE] = {CODE_SERVER_ERROR, NULL},
    [ERROR_STATE] = {CODE_SERVER_ERROR, NULL},
    [ERROR_MODEL] = {CODE_SERVER_ERROR, NULL},
    [ERROR_BUILD] = {CODE_SERVER_ERROR, NULL},
    [ERROR_DEVICE] = {CODE_SERVER_ERROR, NULL},
    [ERROR_TIMEOUT] = {CODE_SERVER_ERROR, "IoTimeoutError"},
    [ERROR_CLOSED] = {CODE_SERVER_ERROR, "TransportClosedError"},
    [ERROR_TVM_VERSION] = {CODE_SERVER_ERROR, "UnsupportedTVMVersionError"},
    [ERROR_TOOL] = {CODE_SERVER_ERROR, NULL},
    [ERROR_SYSTEM] = {CODE_SERVER_ERROR, NULL},
    [ERROR_INTERRUPTED] = {CODE_SERVER_ERROR, NULL},
    [ERROR_PARSE] = {CODE_PARSE_ERROR, NULL},
    [ERROR_INVALID_REQUEST] = {CODE_INVALID_REQUEST, NULL},
    [ERROR_NO_METHOD] = {CODE_METHOD_NOT_FOUND, NULL},
    [ERROR_INVALID_PARAMS] = {CODE_INVALID_PARAMS, NULL},
    [ERROR_INTERNAL] = {CODE_INTERNAL_ERROR, NULL},
};

const cJSON *rpc_member(const cJSON *object, const char *name)
{
    const cJSON *found = NULL;
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, object)
    {
        if (strcmp(member->string, name) == 0)
            found = member;
    }
    return found;
}

const char *rpc_value_text(const cJSON *value, char *buffer, size_t buffer_size_bytes)
{
    cleanup_free char *text = value ? cJSON_PrintUnformatted(value) : NULL;
    if (!value)
        snprintf(buffer, buffer_size_bytes, "nothing");
    else if (!text)
        snprintf(buffer, buffer_size_bytes, "a value that memory does not suffice for");
    else if (strlen(text) < buffer_size_bytes)
        snprintf(buffer, buffer_size_bytes, "%s", text);
    else
        snprintf(buffer, buffer_size_bytes, "%.*s...", (int)buffer_size_bytes - 4, text);
    return buffer;
}

static bool refuse(struct error *err, const char *key, const char *wanted, const cJSON *value)
{
    char text[VALUE_TEXT_SIZE];
    return error_set(err, ERROR_INVALID_REQUEST, 0, "request[\"%s\"]: want %s, got %s", key, wanted,
                     rpc_value_text(value, text, sizeof(text)));
}

/* Letters, digits and '_'. One newline at the end passes, as it does with the expression that
 * TVM's server matches; no method has such a name. */
static bool is_method_name(const char *name)
{
    const char *at = name;
    while (isascii((unsigned char)*at) && (isalnum((unsigned char)*at) || *at == '_'))
        at++;
    return at > name && (*at == '\0' || strcmp(at, "\n") == 0);
}

static bool check_request(const struct json_text *text, struct error *err)
{
    char shown[VALUE_TEXT_SIZE];
    const cJSON *json = text->root;
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_INVALID_REQUEST, 0, "request: want an object, got %s",
                         rpc_value_text(json, shown, sizeof(shown)));
    const cJSON *version = rpc_member(json, "jsonrpc");
    if (!cJSON_IsString(version) || strcmp(version->valuestring, "2.0") != 0)
        return refuse(err, "jsonrpc", "\"2.0\"", version);
    const cJSON *method = rpc_member(json, "method");
    if (!cJSON_IsString(method) || !is_method_name(method->valuestring))
        return refuse(err, "method", "a string of letters, digits and '_'", method);
    const cJSON *params = rpc_member(json, "params");
    if (!cJSON_IsObject(params))
        return refuse(err, "params", "an object", params);
    const cJSON *id = rpc_member(json, "id");
    if (cJSON_IsArray(id) || cJSON_IsObject(id) || (id && text->id_is_float))
        return refuse(err, "id", "a string, an integer or null", id);
    return true;
}

bool rpc_request_parse(char *line, size_t size_bytes, struct rpc_request *ret_request,
                       struct error *err)
{
    struct json_text text = {0};
    if (!json_text_parse(line, size_bytes, &text, err))
        return false;
    if (!check_request(&text, err)) {
        json_text_dispose(&text);
        return false;
    }
    *ret_request = (struct rpc_request){.json = text,
                                        .method = rpc_member(text.root, "method")->valuestring,
                                        .params = rpc_member(text.root, "params"),
                                        .id = text.id,
                                        .id_size_bytes = text.id_size_bytes,
                                        .has_nul = text.has_nul};
    return true;
}

void rpc_request_dispose(struct rpc_request *request)
{
    json_text_dispose(&request->json);
    *request = (struct rpc_request){0};
}

static bool append_envelope(struct buffer *reply, const struct rpc_request *request,
                            const char *member, struct error *err)
{
    bool has_id = request && request->id;
    reply->size_bytes = 0;
    return buffer_append_text(reply, "{\"jsonrpc\": \"2.0\", \"id\": ", err) &&
           (has_id ? buffer_append(reply, request->id, request->id_size_bytes, err)
                   : buffer_append_text(reply, "null", err)) &&
           buffer_append_text(reply, ", \"", err) && buffer_append_text(reply, member, err) &&
           buffer_append_text(reply, "\": ", err);
}

bool rpc_begin_result(struct buffer *reply, const struct rpc_request *request, struct error *err)
{
    return append_envelope(reply, request, "result", err);
}

bool rpc_end_result(struct buffer *reply, struct error *err)
{
    return buffer_append_text(reply, "}\n", err);
}

/* One string with line breaks, as TVM's server sends it: clients print it as it is. */
static bool append_data(struct buffer *reply, const struct rpc_request *request, const char *lines,
                        struct error *err)
{
    char where[VALUE_TEXT_SIZE];
    snprintf(where, sizeof(where), "in the API server%s%.40s", request ? ", method " : "",
             request ? request->method : "");
    struct buffer text = {0};
    bool good = buffer_append_text(&text, where, err) &&
                (*lines == '\0' || (buffer_append_text(&text, ":\n", err) &&
                                    buffer_append_text(&text, lines, err))) &&
                buffer_append_text(reply, "{\"traceback\": ", err) &&
                json_append_string(reply, text.data, text.size_bytes, err) &&
                buffer_append_text(reply, "}", err);
    buffer_dispose(&text);
    return good;
}

bool rpc_reply_error(struct buffer *reply, const struct rpc_request *request,
                     const struct error *cause, struct error *err)
{
    int code = replies[cause->kind].code;
    const char *message = replies[cause->kind].name;
    size_t message_size = message ? strlen(message) : strcspn(cause->text, "\n");
    const char *lines = cause->text;
    char prefix[PREFIX_SIZE];
    if (!message) {
        message = cause->text;
        lines = cause->text + message_size + (cause->text[message_size] == '\n');
    }
    snprintf(prefix, sizeof(prefix), "{\"code\": %d, \"message\": ", code);
    return append_envelope(reply, request, "error", err) &&
           buffer_append_text(reply, prefix, err) &&
           json_append_string(reply, message, message_size, err) &&
           buffer_append_text(reply, ", \"data\": ", err) &&
           (code == CODE_SERVER_ERROR ? append_data(reply, request, lines, err)
                                      : buffer_append_text(reply, "null", err)) &&
           buffer_append_text(reply, "}}\n", err);
}
