/* Sessions with the board under test as TVM's client has them: a Project API server in a process of
 * its own, its transport, TVM's protocol. The firmware is that of model/, built as every firmware
 * is, once for all tests of a board. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_CONFORMANCE_TVM_SESSION_H
#define MICROTVM_QEMU_TESTS_BOARDS_CONFORMANCE_TVM_SESSION_H

#include "base/error.h"
#include "client/link.h"
#include "client/rpc_client.h"
#include "e2e/api_client.h"

#include <stdbool.h>
#include <stdint.h>

enum { SESSION_TIMEOUT_MS = 120 * 1000 };

struct tvm_session {
    struct api_client server;
    struct link *link;
    struct rpc_client client;
    uint64_t library; /* the board's module of functions */
    pid_t held_qemu;  /* not 0: it goes on when the call is sent, and nobody listens to it */
};

/* Generate, build and flash the tested board's project in a new folder; and remove it, also where
 * making it failed. */
bool tvm_session_make_project(struct error *err);
void tvm_session_remove_project(void);

/* A server of the project. The caller ends it with tvm_session_stop, also when this failed. */
bool tvm_session_start(struct tvm_session *session, struct error *err);
void tvm_session_stop(struct tvm_session *session);

/* Open the transport and start TVM's session; and close both. The server goes on. */
bool tvm_session_open(struct tvm_session *session, struct error *err);
bool tvm_session_close(struct tvm_session *session, struct error *err);

/* A function of the model's file; and a call of one, which returns an integer. */
bool tvm_session_find(struct tvm_session *session, const char *name, uint64_t *ret_function,
                      struct error *err);
bool tvm_session_call(struct tvm_session *session, const char *name, const struct rpc_value *args,
                      int args_count, int64_t *ret_value, struct error *err);

/* A call that the board does not survive, and of whose end nothing is read before QEMU has ended.
 * Returns false, with the reason. */
bool tvm_session_call_unheard(struct tvm_session *session, const char *name,
                              const struct rpc_value *args, int args_count, struct error *err);

/* A function of the runtime. Not there: ERROR_DEVICE. */
bool tvm_session_find_global(struct tvm_session *session, const char *name, uint64_t *ret_function,
                             struct error *err);

#endif
