#include "api/line_reader.h"
#include "api/rpc.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A copy in a block of just its size, so that a sanitizer sees a read or write past its end. */
static char *copy_of(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

#define CALL "\"jsonrpc\": \"2.0\", \"method\": \"build\", \"params\": {}"

/* A request, how it ends, and the id (JSON text) to echo; NULL: not given. */
static const struct {
    const char *line;
    enum error_kind kind;
    const char *id;
} REQUESTS[] = {
    {"{" CALL ", \"id\": 7}", ERROR_NONE, "7"},
    {"{" CALL ", \"id\" :  -12 }", ERROR_NONE, "-12"},
    {"{" CALL ", \"id\": \"a\\u00e9\\\"\"}", ERROR_NONE, "\"a\\u00e9\\\"\""},
    {"{" CALL ", \"id\": null}", ERROR_NONE, "null"},
    {"{" CALL ", \"id\": true}", ERROR_NONE, "true"}, /* an int, to Python */
    {"{" CALL "}", ERROR_NONE, NULL},
    {"{" CALL ", \"id\": 123456789012345678901234567890}", ERROR_NONE,
     "123456789012345678901234567890"},
    {"{\"id\": 1, " CALL ", \"id\": 2}", ERROR_NONE, "2"}, /* the last one counts */
    {"{\"id\": 1.5, " CALL ", \"id\": 2}", ERROR_NONE, "2"},
    {"{" CALL ", \"params\": {\"id\": 3.5}, \"id\": 4}", ERROR_NONE, "4"},
    {"{\"method\": 5, " CALL ", \"id\": 1}", ERROR_NONE, "1"},
    {"{" CALL ", \"other\": [1], \"id\": 1}", ERROR_NONE, "1"},
    {"{" CALL ", \"id\": 1.0}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"id\": 1e3}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"id\": Infinity}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"id\": NaN}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"id\": [1]}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"id\": {}}", ERROR_INVALID_REQUEST, NULL},
    {"[]", ERROR_INVALID_REQUEST, NULL},
    {"3", ERROR_INVALID_REQUEST, NULL},
    {"NaN", ERROR_INVALID_REQUEST, NULL},
    {"\"build\"", ERROR_INVALID_REQUEST, NULL},
    {"{}", ERROR_INVALID_REQUEST, NULL},
    {"{\"jsonrpc\": 2.0, \"method\": \"build\", \"params\": {}, \"id\": 1}", ERROR_INVALID_REQUEST,
     NULL},
    {"{" CALL ", \"jsonrpc\": \"1.0\"}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"method\": null}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"method\": \"\"}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"method\": \"a-b\"}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"method\": \"build\\n\\n\"}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"method\": \"build\\n\", \"id\": 1}", ERROR_NONE, "1"},
    {"{" CALL ", \"params\": []}", ERROR_INVALID_REQUEST, NULL},
    {"{" CALL ", \"params\": null}", ERROR_INVALID_REQUEST, NULL},
    {"{\"jsonrpc\": \"2.0\", \"method\": \"build\"}", ERROR_INVALID_REQUEST, NULL},
    {"", ERROR_PARSE, NULL},
    {"build", ERROR_PARSE, NULL},
    {"{" CALL ", \"id\": 1} {}", ERROR_PARSE, NULL},
    {"{" CALL ", \"id\": 01}", ERROR_PARSE, NULL},
};

START_TEST(request_is_judged)
{
    struct error err = {0};
    struct rpc_request request = {0};
    char *line = copy_of(REQUESTS[_i].line, strlen(REQUESTS[_i].line));
    bool good = rpc_request_parse(line, strlen(line), &request, &err);
    ck_assert_msg(err.kind == REQUESTS[_i].kind, "%s: %s", REQUESTS[_i].line, err.text);
    ck_assert_int_eq(good, REQUESTS[_i].kind == ERROR_NONE);
    if (good && REQUESTS[_i].id) {
        ck_assert_uint_eq(request.id_size_bytes, strlen(REQUESTS[_i].id));
        ck_assert_mem_eq(request.id, REQUESTS[_i].id, request.id_size_bytes);
    } else {
        ck_assert_ptr_null(request.id);
    }
    rpc_request_dispose(&request);
    free(line);
}
END_TEST

static const struct {
    enum error_kind kind;
    const char *text;
    const char *reply;
} REPLIES[] = {
    {ERROR_USAGE, "option \"a\": bad",
     "{\"code\": -32000, \"message\": \"option \\\"a\\\": bad\", \"data\": {\"traceback\": \"in "
     "the API server, method build\"}}"},
    {ERROR_BUILD, "no luck\nline 1\nline 2",
     "{\"code\": -32000, \"message\": \"no luck\", \"data\": {\"traceback\": \"in the API server, "
     "method build:\\n  line 1\\n  line 2\"}}"},
    {ERROR_TIMEOUT, "3 of 4 bytes",
     "{\"code\": -32000, \"message\": \"IoTimeoutError\", \"data\": {\"traceback\": \"in the API "
     "server, method build:\\n3 of 4 bytes\"}}"},
    {ERROR_CLOSED, "died",
     "{\"code\": -32000, \"message\": \"TransportClosedError\", \"data\": {\"traceback\": \"in the "
     "API server, method build:\\ndied\"}}"},
    {ERROR_TVM_VERSION, "9.9",
     "{\"code\": -32000, \"message\": \"UnsupportedTVMVersionError\", \"data\": {\"traceback\": "
     "\"in the API server, method build:\\n9.9\"}}"},
    {ERROR_NO_METHOD, "x", "{\"code\": -32601, \"message\": \"x\", \"data\": null}"},
    {ERROR_INVALID_PARAMS, "x", "{\"code\": -32602, \"message\": \"x\", \"data\": null}"},
    {ERROR_INVALID_REQUEST, "x", "{\"code\": -32600, \"message\": \"x\", \"data\": null}"},
    {ERROR_INTERNAL, "x", "{\"code\": -32603, \"message\": \"x\", \"data\": null}"},
};

START_TEST(errors_become_replies)
{
    const struct rpc_request request = {.method = "build", .id = "\"i\"", .id_size_bytes = 3};
    struct error err = {0};
    struct error cause = {0};
    struct buffer reply = {0};
    char wanted[512];
    error_set(&cause, REPLIES[_i].kind, 0, "%s", REPLIES[_i].text);
    ck_assert(buffer_append_text(&reply, "half a result", &err));
    ck_assert(rpc_reply_error(&reply, &request, &cause, &err));
    ck_assert(buffer_append(&reply, "", 1, &err));
    snprintf(wanted, sizeof(wanted), "{\"jsonrpc\": \"2.0\", \"id\": \"i\", \"error\": %s}\n",
             REPLIES[_i].reply);
    ck_assert_str_eq(reply.data, wanted);
    ck_assert(rpc_reply_error(&reply, NULL, &cause, &err));
    ck_assert(strncmp(reply.data, "{\"jsonrpc\": \"2.0\", \"id\": null, ", 31) == 0);
    buffer_dispose(&reply);
}
END_TEST

/* Lines must come out the same however the bytes are cut into reads. */
START_TEST(lines_do_not_depend_on_reads)
{
    static const char text[] = "one\n\nthree three\r\nlast";
    static const char *const lines[] = {"one", "", "three three\r", "last"};
    size_t cut = (size_t)_i;
    int fds[2];
    int count = 0;
    struct error err = {0};
    ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
    struct line_reader reader = {.fd = fds[0]};
    for (size_t at = 0; count < 4;) {
        char *line = NULL;
        size_t size = 0;
        if (line_reader_next(&reader, &line, &size)) {
            ck_assert_str_eq(line, lines[count]);
            ck_assert_uint_eq(size, strlen(lines[count]));
            count++;
            continue;
        }
        ck_assert(!reader.ended);
        size_t part = sizeof(text) - 1 - at < cut ? sizeof(text) - 1 - at : cut;
        if (part > 0)
            ck_assert_int_eq(write(fds[1], text + at, part), (ssize_t)part);
        else if (fds[1] >= 0) {
            close(fds[1]);
            fds[1] = -1;
        }
        at += part;
        ck_assert_msg(line_reader_fill(&reader, &err), "%s", err.text);
    }
    char *line = NULL;
    size_t size = 0;
    ck_assert(reader.ended);
    ck_assert(!line_reader_next(&reader, &line, &size));
    line_reader_dispose(&reader);
    close(fds[0]);
}
END_TEST

START_TEST(nothing_yet_is_no_error)
{
    int fds[2];
    char *line = NULL;
    size_t size = 0;
    struct error err = {0};
    ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
    struct line_reader reader = {.fd = fds[0]};
    ck_assert(line_reader_fill(&reader, &err));
    ck_assert(!reader.ended);
    ck_assert(!line_reader_next(&reader, &line, &size));
    reader.fd = 9999;
    ck_assert(!line_reader_fill(&reader, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    line_reader_dispose(&reader);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rpc");
    TCase *cases = tcase_create("rpc");
    tcase_add_loop_test(cases, request_is_judged, 0, sizeof(REQUESTS) / sizeof(REQUESTS[0]));
    tcase_add_loop_test(cases, errors_become_replies, 0, sizeof(REPLIES) / sizeof(REPLIES[0]));
    tcase_add_loop_test(cases, lines_do_not_depend_on_reads, 1, 24);
    tcase_add_test(cases, nothing_yet_is_no_error);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
