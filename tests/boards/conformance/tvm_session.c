#include "boards/conformance/tvm_session.h"
#include "base/file.h"
#include "boards/every_board.h"

#include <check.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TAR_TIMEOUT_MS = 60 * 1000 };

static const char MODEL[] = SOURCE_DIR "/tests/boards/conformance/model";

static char folder[] = "/tmp/conformance-XXXXXX";
static char project[sizeof(folder) + 16];
static char archive[sizeof(folder) + 16];

/* The folder is laid out as the archive is. */
static bool write_archive(struct error *err)
{
    const char *const argv[] = {"tar", "-cf",           archive,   "-C",
                                MODEL, "metadata.json", "codegen", NULL};
    struct child_options options = {.argv = argv, .parent_death_signal = SIGKILL};
    int status = 0;
    if (!child_run(&options, deadline_in_ms(TAR_TIMEOUT_MS), NULL, NULL, NULL, &status, err))
        return false;
    return status == 0 || error_set(err, ERROR_SYSTEM, 0, "tar of %s failed", MODEL);
}

static bool generate(struct error *err)
{
    struct api_client server = {.request_fd = -1, .reply_fd = -1};
    char options[PATH_MAX + 32];
    snprintf(options, sizeof(options), "{\"board\": \"%s\"}", tested_board->path);
    bool good = api_start(BUILD_DIR "/share/microtvm-qemu/template", &server, err) &&
                api_generate(&server, archive, project, options, err);
    api_stop(&server);
    return good;
}

bool tvm_session_make_project(struct error *err)
{
    if (!mkdtemp(folder))
        return error_set(err, ERROR_SYSTEM, errno, "%s", folder);
    snprintf(project, sizeof(project), "%s/project", folder);
    snprintf(archive, sizeof(archive), "%s/model.tar", folder);
    struct tvm_session session;
    bool good = write_archive(err) && generate(err) && tvm_session_start(&session, err);
    if (good)
        good = api_step(&session.server, "build", err) && api_step(&session.server, "flash", err);
    tvm_session_stop(&session);
    return good;
}

void tvm_session_remove_project(void)
{
    struct error ignored;
    file_remove_tree(folder, &ignored);
}

bool tvm_session_start(struct tvm_session *session, struct error *err)
{
    *session = (struct tvm_session){.link = NULL};
    return api_start(project, &session->server, err);
}

static void close_link(struct tvm_session *session)
{
    rpc_close(&session->client);
    link_close(session->link);
    session->client = (struct rpc_client){.link = NULL};
    session->link = NULL;
}

void tvm_session_stop(struct tvm_session *session)
{
    close_link(session);
    api_stop(&session->server);
}

bool tvm_session_find_global(struct tvm_session *session, const char *name, uint64_t *ret_function,
                             struct error *err)
{
    if (!rpc_find_global(&session->client, name, ret_function, err))
        return false;
    return *ret_function != 0 || error_set(err, ERROR_DEVICE, 0, "no %s in the firmware", name);
}

static bool find_library(struct tvm_session *session, struct error *err)
{
    static const char LIBRARY[] = "runtime.SystemLib";
    uint64_t function;
    struct rpc_value library;
    if (!tvm_session_find_global(session, LIBRARY, &function, err) ||
        !rpc_call_for(&session->client, LIBRARY, function, NULL, 0, RPC_MODULE, &library, err))
        return false;
    session->library = library.handle;
    return true;
}

static void go_on_unheard(struct tvm_session *session)
{
    pid_t server = session->server.server.pid;
    int pidfd = (int)syscall(SYS_pidfd_open, session->held_qemu, 0);
    struct pollfd qemu = {.fd = pidfd, .events = POLLIN};
    siginfo_t stopped;
    ck_assert_int_ge(pidfd, 0);
    ck_assert_int_eq(kill(server, SIGSTOP), 0);
    ck_assert_int_eq(waitid(P_PID, (id_t)server, &stopped, WSTOPPED), 0);
    ck_assert_int_eq(kill(session->held_qemu, SIGCONT), 0);
    ck_assert_msg(poll(&qemu, 1, SESSION_TIMEOUT_MS) == 1, "%s: QEMU did not end",
                  tested_board->name);
    ck_assert_int_eq(kill(server, SIGCONT), 0);
    close(pidfd);
    session->held_qemu = 0;
}

static bool session_read(void *context, void *data, size_t capacity_bytes, size_t least_bytes,
                         size_t *ret_size_bytes, struct deadline deadline, struct error *err)
{
    struct tvm_session *session = context;
    struct link_stream stream = api_stream(&session->server);
    if (session->held_qemu)
        go_on_unheard(session);
    return stream.read(stream.context, data, capacity_bytes, least_bytes, ret_size_bytes, deadline,
                       err);
}

static bool session_write(void *context, const void *data, size_t size_bytes,
                          struct deadline deadline, struct error *err)
{
    struct tvm_session *session = context;
    struct link_stream stream = api_stream(&session->server);
    return stream.write(stream.context, data, size_bytes, deadline, err);
}

bool tvm_session_open(struct tvm_session *session, struct error *err)
{
    struct link_stream stream = {.context = session, .read = session_read, .write = session_write};
    return api_step(&session->server, "open_transport", err) &&
           link_open(&stream, deadline_in_ms(SESSION_TIMEOUT_MS), &session->link, err) &&
           rpc_open(session->link, SESSION_TIMEOUT_MS, &session->client, err) &&
           find_library(session, err);
}

bool tvm_session_close(struct tvm_session *session, struct error *err)
{
    close_link(session);
    return api_step(&session->server, "close_transport", err);
}

bool tvm_session_find(struct tvm_session *session, const char *name, uint64_t *ret_function,
                      struct error *err)
{
    if (!rpc_find_in_module(&session->client, session->library, name, ret_function, err))
        return false;
    return *ret_function != 0 || error_set(err, ERROR_DEVICE, 0, "no %s in the firmware", name);
}

bool tvm_session_call(struct tvm_session *session, const char *name, const struct rpc_value *args,
                      int args_count, int64_t *ret_value, struct error *err)
{
    uint64_t function;
    struct rpc_value value;
    if (!tvm_session_find(session, name, &function, err) ||
        !rpc_call_for(&session->client, name, function, args, args_count, RPC_INT, &value, err))
        return false;
    *ret_value = value.integer;
    return true;
}

bool tvm_session_call_unheard(struct tvm_session *session, const char *name,
                              const struct rpc_value *args, int args_count, struct error *err)
{
    uint64_t function;
    struct rpc_value value;
    if (!tvm_session_find(session, name, &function, err))
        return false;
    session->held_qemu = api_qemu(&session->server);
    ck_assert_int_gt(session->held_qemu, 0);
    ck_assert_int_eq(kill(session->held_qemu, SIGSTOP), 0);
    return rpc_call_for(&session->client, name, function, args, args_count, RPC_INT, &value, err);
}
