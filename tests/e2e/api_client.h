/* A Project API client for tests: starts the server through its launcher as TVM does, speaks JSON
 * lines over two pipes, and makes its transport a stream for the RPC client. */
#ifndef MICROTVM_QEMU_TESTS_API_CLIENT_H
#define MICROTVM_QEMU_TESTS_API_CLIENT_H

#include "base/child.h"
#include "base/error.h"
#include "client/link.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { API_REPLY_TIMEOUT_MS = 180 * 1000 }; /* a build on a busy machine */

struct api_client {
    struct child server;
    int request_fd;
    int reply_fd;
    int next_id;
    char *line; /* what was read and not yet taken */
    size_t line_size;
    size_t line_capacity;
    char error_name[64]; /* the last error reply's message, as TVM's client matches it */
    double error_code;
    struct error error; /* all that it said */
};

/* DIR/launch_microtvm_api_server.sh, as TVM from 0.12 on calls it. The caller stops the client. */
bool api_start(const char *dir, struct api_client *ret_client, struct error *err);

/* Close the pipes and wait until the server has ended; NULL-safe, twice-safe. Returns its wait(2)
 * status, -1 when it had to be killed. */
int api_stop(struct api_client *client);

/* Send a request without waiting for its reply. params is consumed. */
bool api_send(struct api_client *client, const char *method, cJSON *params, struct error *err);
/* Its reply: "result", for cJSON_Delete, or NULL: ERROR_DEVICE with the server's text. */
cJSON *api_receive(struct api_client *client, struct error *err);

/* Both, for methods whose result is of no interest. params is consumed. */
bool api_call(struct api_client *client, const char *method, cJSON *params, struct error *err);

/* {"options": {...}} from a JSON text such as "{\"board\":\"mps2_an385\"}". */
cJSON *api_options(const char *options_json);
bool api_generate(struct api_client *client, const char *archive, const char *project_dir,
                  const char *options_json, struct error *err);
/* build, flash, open_transport, close_transport, without options. */
bool api_step(struct api_client *client, const char *method, struct error *err);

/* The open transport as a stream; client stays the caller's. */
struct link_stream api_stream(struct api_client *client);

/* The server's first child process, 0: none. */
pid_t api_qemu(const struct api_client *client);

#endif
