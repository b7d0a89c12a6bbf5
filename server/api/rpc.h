/* JSON-RPC 2.0 envelopes, one to a line, judged as TVM's own server judges them:
 *  - a line that is no JSON ends the server without a word (ERROR_PARSE);
 *  - JSON that is no request is answered with id null, then the server ends
 *    (ERROR_INVALID_REQUEST);
 *  - whatever goes wrong later is answered with the request's id, and the server goes on. */
#ifndef MICROTVM_QEMU_API_RPC_H
#define MICROTVM_QEMU_API_RPC_H

#include "api/buffer.h"
#include "api/json_text.h"
#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct rpc_request {
    struct json_text json; /* owned; the rest points into it or into the line */
    const char *method;
    const cJSON *params; /* an object */
    const char *id;      /* JSON text, to be echoed as it came; NULL: not given */
    size_t id_size_bytes;
    bool has_nul; /* a string with \u0000 is in params: no C string can hold it */
};

/* line is written to, needs a NUL behind it, and must outlive the request.
 * Errors: ERROR_PARSE, ERROR_INVALID_REQUEST, ERROR_INTERNAL (memory). */
bool rpc_request_parse(char *line, size_t size_bytes, struct rpc_request *ret_request,
                       struct error *err);
void rpc_request_dispose(struct rpc_request *request);

/* The member of that name; of several, the last one counts, as in Python. NULL: none. */
const cJSON *rpc_member(const cJSON *object, const char *name);

/* A short text of any value, for error messages. Returns the buffer. */
const char *rpc_value_text(const cJSON *value, char *buffer, size_t buffer_size_bytes);

/* A reply line is begun, the caller appends the result as JSON text, and it is ended.
 * Errors of all these: ERROR_INTERNAL (memory). */
bool rpc_begin_result(struct buffer *reply, const struct rpc_request *request, struct error *err);
bool rpc_end_result(struct buffer *reply, struct error *err);

/* A whole reply line in place of what reply holds. request NULL: id null. The kind gives code and
 * name; where the name is free, the first line of the text is the message; all other lines are
 * what clients show as the server's traceback. */
bool rpc_reply_error(struct buffer *reply, const struct rpc_request *request,
                     const struct error *cause, struct error *err);

#endif
