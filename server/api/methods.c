#include "api/methods.h"

#include "api/base85.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROTOCOL_VERSION = 1, MAX_PARAMS = 4, VALUE_TEXT_SIZE = 96, NS_PER_SEC = 1000000000 };

/* TVM has had this API from 0.8 to 0.18. */
enum { TVM_MAJOR = 0, TVM_FIRST_MINOR = 8, TVM_LAST_MINOR = 18 };

/* A line of an emulated board loses nothing, so there is no retry: a second greeting would only
 * confuse. A session is given as long as a debug build on a busy machine may take for one reply; a
 * dead board is reported at once anyway, by TransportClosedError. */
#define SESSION_START_RETRY_TIMEOUT_SEC 0
#define SESSION_START_TIMEOUT_SEC 10
#define SESSION_ESTABLISHED_TIMEOUT_SEC 300

typedef const cJSON *const *arguments;

typedef bool (*method_fn)(struct device *device, arguments args, struct buffer *reply,
                          struct error *err);

static bool append_json(struct buffer *reply, const cJSON *json, struct error *err)
{
    char *text = json ? cJSON_PrintUnformatted(json) : NULL;
    bool good = text ? buffer_append_text(reply, text, err)
                     : error_no_memory(err, "a reply", sizeof(*json));
    cJSON_free(text);
    return good;
}

static bool append_null(struct buffer *reply, struct error *err)
{
    return buffer_append_text(reply, "null", err);
}

/* "0.16.dev0" and "0.12.0+git" have what is needed in front. A version that cannot be read is not
 * known to be unsupported: it passes. */
static bool check_tvm_version(const char *version, struct error *err)
{
    int major = 0;
    int minor = 0;
    if (sscanf(version, "%4d.%4d", &major, &minor) != 2 ||
        (major == TVM_MAJOR && minor >= TVM_FIRST_MINOR && minor <= TVM_LAST_MINOR))
        return true;
    return error_set(err, ERROR_TVM_VERSION, 0,
                     "TVM \"%.80s\": this server speaks with TVM %d.%d to %d.%d", version,
                     TVM_MAJOR, TVM_FIRST_MINOR, TVM_MAJOR, TVM_LAST_MINOR);
}

static bool server_info_query(struct device *device, arguments args, struct buffer *reply,
                              struct error *err)
{
    cleanup_free char *archive = file_path("%s%s", device->is_template ? "" : device->project_dir,
                                           device->is_template ? "" : "/model.tar");
    cJSON *options = NULL;
    if (!archive)
        return error_no_memory(err, "a path", PATH_MAX);
    if (!check_tvm_version(args[0]->valuestring, err) ||
        !device_describe_options(device, &options, err))
        return false;
    cJSON *info = cJSON_CreateObject();
    bool good = cJSON_AddStringToObject(info, "platform_name", "qemu") &&
                cJSON_AddBoolToObject(info, "is_template", device->is_template) &&
                cJSON_AddStringToObject(info, "model_library_format_path", archive) &&
                cJSON_AddNumberToObject(info, "protocol_version", PROTOCOL_VERSION) &&
                cJSON_AddItemToObject(info, "project_options", options);
    if (good)
        options = NULL; /* info's now */
    good = good ? append_json(reply, info, err) : error_no_memory(err, "a reply", sizeof(*info));
    cJSON_Delete(options);
    cJSON_Delete(info);
    return good;
}

static bool generate_project_method(struct device *device, arguments args, struct buffer *reply,
                                    struct error *err)
{
    const char *crt_dir = cJSON_IsString(args[1]) ? args[1]->valuestring : NULL;
    return device_generate(device, args[0]->valuestring, crt_dir, args[2]->valuestring, args[3],
                           err) &&
           append_null(reply, err);
}

static bool build(struct device *device, arguments args, struct buffer *reply, struct error *err)
{
    return device_build(device, args[0], err) && append_null(reply, err);
}

static bool flash(struct device *device, arguments args, struct buffer *reply, struct error *err)
{
    return device_flash(device, args[0], err) && append_null(reply, err);
}

static bool open_transport(struct device *device, arguments args, struct buffer *reply,
                           struct error *err)
{
    char timeouts[192];
    bool is_halting = false;
    if (!device_open_transport(device, args[0], &is_halting, err))
        return false;
    snprintf(timeouts, sizeof(timeouts),
             "{\"timeouts\": {\"session_start_retry_timeout_sec\": %.1f, "
             "\"session_start_timeout_sec\": %.1f, \"session_established_timeout_sec\": %.1f}}",
             (double)SESSION_START_RETRY_TIMEOUT_SEC,
             is_halting ? 0.0 : (double)SESSION_START_TIMEOUT_SEC,
             is_halting ? 0.0 : (double)SESSION_ESTABLISHED_TIMEOUT_SEC);
    return buffer_append_text(reply, timeouts, err);
}

static bool close_transport(struct device *device, arguments args, struct buffer *reply,
                            struct error *err)
{
    (void)args;
    device_close_transport(device);
    return append_null(reply, err);
}

/* null: for ever. 0 and less: do not wait. */
static struct deadline deadline_of(const cJSON *timeout_sec)
{
    if (cJSON_IsNull(timeout_sec))
        return deadline_never();
    double timeout_ns = timeout_sec->valuedouble * NS_PER_SEC;
    if (timeout_ns >= (double)INT64_MAX)
        return deadline_never();
    return deadline_in_ns(timeout_ns > 0 ? (int64_t)timeout_ns : 0);
}

static bool read_transport(struct device *device, arguments args, struct buffer *reply,
                           struct error *err)
{
    double wanted = args[0]->valuedouble;
    if (wanted > BOARD_BACKLOG_BYTES)
        return error_set(err, ERROR_USAGE, 0,
                         "read_transport: n is %.0f, at most %d bytes can wait", wanted,
                         BOARD_BACKLOG_BYTES);
    size_t size_bytes = (size_t)wanted;
    size_t size_chars = base85_encoded_size(size_bytes);
    static const char before[] = "{\"data\": \"";
    static const char after[] = "\"}";

    /* The bytes come in behind the place of their text: no copy, and no other buffer. */
    if (!buffer_append(reply, before, sizeof(before) - 1, err) ||
        !buffer_reserve(reply, size_chars + size_bytes + sizeof(after), err))
        return false;
    char *text = reply->data + reply->size_bytes;
    char *data = text + size_chars;
    if (!device_read(device, data, size_bytes, deadline_of(args[1]), err))
        return false;
    base85_encode(data, size_bytes, text);
    reply->size_bytes += size_chars;
    return buffer_append(reply, after, sizeof(after) - 1, err);
}

static bool write_transport(struct device *device, arguments args, struct buffer *reply,
                            struct error *err)
{
    const char *text = args[0]->valuestring;
    size_t size_chars = strlen(text);
    cleanup_free char *data = malloc(base85_decoded_size(size_chars) + 1);
    if (!data)
        return error_no_memory(err, "data", size_chars);
    if (!base85_decode(text, size_chars, data, err))
        return error_wrap(err, "method write_transport: parameter data");
    return device_write(device, data, base85_decoded_size(size_chars), deadline_of(args[1]), err) &&
           append_null(reply, err);
}

enum param_type { PARAM_STRING, PARAM_STRING_OR_NULL, PARAM_OBJECT, PARAM_COUNT, PARAM_TIMEOUT };

static const struct {
    const char *name;
    method_fn call;
    struct {
        const char *name;
        enum param_type type;
    } params[MAX_PARAMS];
    /* TVM's server itself looks at the types of two methods' parameters; in the others it is the
     * handler that trips over a wrong one, which clients hear of as a server error. */
    enum error_kind type_error;
} methods[] = {
    {"server_info_query", server_info_query, {{"tvm_version", PARAM_STRING}}, ERROR_USAGE},
    {"generate_project",
     generate_project_method,
     {{"model_library_format_path", PARAM_STRING},
      {"standalone_crt_dir", PARAM_STRING_OR_NULL},
      {"project_dir", PARAM_STRING},
      {"options", PARAM_OBJECT}},
     ERROR_USAGE},
    {"build", build, {{"options", PARAM_OBJECT}}, ERROR_INVALID_PARAMS},
    {"flash", flash, {{"options", PARAM_OBJECT}}, ERROR_INVALID_PARAMS},
    {"open_transport", open_transport, {{"options", PARAM_OBJECT}}, ERROR_USAGE},
    {"close_transport", close_transport, {{NULL, PARAM_STRING}}, ERROR_USAGE},
    {"read_transport",
     read_transport,
     {{"n", PARAM_COUNT}, {"timeout_sec", PARAM_TIMEOUT}},
     ERROR_USAGE},
    {"write_transport",
     write_transport,
     {{"data", PARAM_STRING}, {"timeout_sec", PARAM_TIMEOUT}},
     ERROR_USAGE},
};

static bool has_type(const cJSON *value, enum param_type type)
{
    switch (type) {
    case PARAM_STRING:
        return cJSON_IsString(value);
    case PARAM_STRING_OR_NULL:
        return cJSON_IsString(value) || cJSON_IsNull(value);
    case PARAM_OBJECT:
        return cJSON_IsObject(value);
    case PARAM_COUNT:
        return cJSON_IsNumber(value) && value->valuedouble >= 0 &&
               value->valuedouble <= (double)INT64_MAX &&
               value->valuedouble == (double)(uint64_t)value->valuedouble;
    case PARAM_TIMEOUT:
        return cJSON_IsNumber(value) || cJSON_IsNull(value);
    }
    return false;
}

static const char *const type_names[] = {
    [PARAM_STRING] = "a string",
    [PARAM_STRING_OR_NULL] = "a string or null",
    [PARAM_OBJECT] = "an object",
    [PARAM_COUNT] = "a number of bytes",
    [PARAM_TIMEOUT] = "a number of seconds or null",
};

static bool check_type(size_t method, int param, const cJSON *value, struct error *err)
{
    char text[VALUE_TEXT_SIZE];
    enum param_type type = methods[method].params[param].type;
    if (has_type(value, type))
        return true;
    return error_set(err, methods[method].type_error, 0, "method %s: parameter %s: want %s, got %s",
                     methods[method].name, methods[method].params[param].name, type_names[type],
                     rpc_value_text(value, text, sizeof(text)));
}

static bool check_extra(size_t method, int count, const cJSON *params, struct error *err)
{
    const cJSON *param = NULL;
    cJSON_ArrayForEach(param, params)
    {
        bool known = false;
        for (int i = 0; i < count; i++)
            known = known || strcmp(param->string, methods[method].params[i].name) == 0;
        if (!known)
            return error_set(err, ERROR_INVALID_PARAMS, 0,
                             "method %s: it has no parameter \"%.80s\"", methods[method].name,
                             param->string);
    }
    return true;
}

/* In the order of TVM's server: what is missing, what is too much, and what is of a wrong type. */
static bool take_arguments(size_t method, const struct rpc_request *request, const cJSON **args,
                           struct error *err)
{
    int count = 0;
    for (; count < MAX_PARAMS && methods[method].params[count].name; count++) {
        const char *name = methods[method].params[count].name;
        args[count] = rpc_member(request->params, name);
        if (!args[count])
            return error_set(err, ERROR_INVALID_PARAMS, 0, "method %s: parameter %s: not given",
                             methods[method].name, name);
    }
    if (!check_extra(method, count, request->params, err))
        return false;
    for (int i = 0; i < count; i++)
        if (!check_type(method, i, args[i], err))
            return false;
    if (request->has_nul)
        return error_set(err, ERROR_USAGE, 0,
                         "method %s: a string with \\u0000 in it: nothing here can have that",
                         methods[method].name);
    return true;
}

bool methods_call(struct device *device, const struct rpc_request *request, struct buffer *reply,
                  struct error *err)
{
    const cJSON *args[MAX_PARAMS] = {NULL};
    size_t method = 0;
    size_t count = sizeof(methods) / sizeof(methods[0]);
    while (method < count && strcmp(methods[method].name, request->method) != 0)
        method++;
    if (method == count)
        return error_set(err, ERROR_NO_METHOD, 0, "method \"%.80s\": no such method",
                         request->method);
    if (!take_arguments(method, request, args, err))
        return false;
    if (!request->id)
        return error_set(err, ERROR_USAGE, 0,
                         "method %s: a request without \"id\": not carried out, as nothing could "
                         "tell its reply from others",
                         request->method);
    return rpc_begin_result(reply, request, err) &&
           methods[method].call(device, args, reply, err) && rpc_end_result(reply, err);
}

bool methods_is_transfer(const struct rpc_request *request)
{
    return strcmp(request->method, "read_transport") == 0 ||
           strcmp(request->method, "write_transport") == 0;
}

bool methods_waits_forever(const struct rpc_request *request)
{
    return cJSON_IsNull(rpc_member(request->params, "timeout_sec"));
}
