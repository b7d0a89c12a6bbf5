#include "commands/serve/serve.h"

#include "api/device.h"
#include "api/line_reader.h"
#include "api/methods.h"
#include "api/rpc.h"
#include "base/deadline.h"
#include "base/text.h"
#include "commands/serve/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEBUG_LINE_CHARS = 400 };

struct server {
    const struct serve_options *options;
    struct interrupt interrupt; /* what ends a method's waits */
    struct device device;
    struct serve_wait wait;
    struct line_reader reader;
    struct buffer reply;
    int write_flags; /* as they were; -1: untouched */
};

static void debug_line(const struct server *server, const char *mark, const char *text,
                       size_t size_bytes)
{
    if (!server->options->is_debugging)
        return;
    static const char MORE[] = " ...";
    char shown[DEBUG_LINE_CHARS + sizeof(MORE)];
    bool is_cut = size_bytes > DEBUG_LINE_CHARS;
    size_t length = is_cut ? DEBUG_LINE_CHARS : size_bytes;
    memcpy(shown, text, length);
    if (is_cut)
        memcpy(shown + length, MORE, sizeof(MORE));
    text_print_lines(stderr, mark, shown, is_cut ? length + sizeof(MORE) - 1 : length);
}

/* Between methods only a signal or closed replies count as an end: requests that were sent before
 * the client closed its end are still answered. */
static struct interrupt interrupt_between(const struct server *server)
{
    return (struct interrupt){.signal_fd = server->interrupt.signal_fd,
                              .peer_fd = server->options->write_fd};
}

/* A client that is slow to read its reply must not keep us from the board. */
static bool wait_for_room(struct server *server, struct error *err)
{
    const struct interrupt interrupt = interrupt_between(server);
    for (;;) {
        struct pollfd fds[1 + BOARD_PUMP_FDS] = {
            {.fd = server->options->write_fd, .events = POLLOUT}};
        int count = 1;
        int ready = 0;
        if (server->device.board)
            count += board_pump_fds(server->device.board, fds + 1);
        if (!wait_ready(fds, count, deadline_never(), &interrupt, &ready, err))
            return false;
        if (count > 1)
            board_pump(server->device.board);
        if (fds[0].revents)
            return true;
    }
}

/* A client that closes its end while a method runs is gone, and the method stops. But where all
 * requests were sent in one go and the end was closed before, as `printf ... | microtvm-qemu serve`
 * does, what was asked is carried out for as long as somebody can read the replies; except that
 * nothing then waits for ever. */
static int peer_of(const struct server *server, const struct rpc_request *request)
{
    struct pollfd requests = {.fd = server->options->read_fd, .events = 0};
    bool is_closed = poll(&requests, 1, 0) > 0 && (requests.revents & (POLLHUP | POLLERR));
    if (is_closed && !methods_waits_forever(request))
        return server->options->write_fd;
    return server->options->read_fd;
}

static bool write_reply(struct server *server, struct error *err)
{
    const char *at = server->reply.data;
    size_t left = server->reply.size_bytes;
    debug_line(server, "-> ", at, left);
    while (left > 0) {
        ssize_t written = write(server->options->write_fd, at, left);
        if (written >= 0) {
            at += written;
            left -= (size_t)written;
            continue;
        }
        if (errno == EPIPE)
            return error_set(err, ERROR_INTERRUPTED, 0, "the client went away");
        if (errno == EAGAIN) {
            if (!wait_for_room(server, err))
                return false;
        } else if (errno != EINTR) {
            return error_set(err, ERROR_SYSTEM, errno, "writing a reply to descriptor %d",
                             server->options->write_fd);
        }
    }
    return true;
}

/* Answers one line. False ends the server. */
static bool answer(struct server *server, char *line, size_t size_bytes, struct error *err)
{
    struct rpc_request request = {0};
    struct error cause = {0};
    debug_line(server, "<- ", line, size_bytes);
    if (!rpc_request_parse(line, size_bytes, &request, &cause)) {
        *err = cause;
        if (cause.kind == ERROR_INVALID_REQUEST &&
            rpc_reply_error(&server->reply, NULL, &cause, &cause))
            write_reply(server, &cause);
        return false;
    }
    server->interrupt.peer_fd = peer_of(server, &request);
    bool good = methods_call(&server->device, &request, &server->reply, &cause);
    if (!good && cause.kind == ERROR_INTERRUPTED)
        *err = cause;
    else
        good = (good || rpc_reply_error(&server->reply, &request, &cause, err)) &&
               write_reply(server, err);
    if (!methods_is_transfer(&request))
        serve_wait_forget(&server->wait);
    rpc_request_dispose(&request);
    return good;
}

static bool answer_all(struct server *server, struct error *err)
{
    const struct interrupt interrupt = interrupt_between(server);
    for (;;) {
        char *line = NULL;
        size_t size_bytes = 0;
        while (line_reader_next(&server->reader, &line, &size_bytes))
            if (!answer(server, line, size_bytes, err))
                return false;
        if (server->reader.ended)
            return true;
        if (!serve_wait_request(&server->wait, server->options->read_fd, &interrupt,
                                server->device.board, err) ||
            !line_reader_fill(&server->reader, err))
            return false;
        if (!line_reader_has_line(&server->reader) && serve_wait_rest(server->options->read_fd) &&
            !line_reader_fill(&server->reader, err))
            return false;
    }
}

/* Children must not hold the client's pipes open, and no reply may block: while a client is slow to
 * read, signals and the board still need us. */
static bool prepare_fds(struct server *server, struct error *err)
{
    const struct serve_options *options = server->options;
    if (fcntl(options->read_fd, F_SETFD, FD_CLOEXEC) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "--read-fd %d", options->read_fd);
    if (fcntl(options->write_fd, F_SETFD, FD_CLOEXEC) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "--write-fd %d", options->write_fd);
    int flags = fcntl(options->write_fd, F_GETFL);
    if (flags < 0 || fcntl(options->write_fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "--write-fd %d", options->write_fd);
    server->write_flags = flags;
    return true;
}

bool serve(const struct serve_options *options, struct error *err)
{
    struct server server = {.options = options,
                            .interrupt = {.signal_fd = -1, .peer_fd = -1},
                            .wait = SERVE_WAIT_NONE,
                            .reader = {.fd = options->read_fd},
                            .write_flags = -1};
    bool good = prepare_fds(&server, err) && interrupt_open(&server.interrupt, err) &&
                device_open(options->project_dir, options->is_debugging, &server.interrupt,
                            &server.device, err) &&
                answer_all(&server, err);
    serve_wait_forget(&server.wait);
    device_close(&server.device);
    interrupt_close(&server.interrupt);
    line_reader_dispose(&server.reader);
    buffer_dispose(&server.reply);
    if (server.write_flags >= 0) /* a terminal is shared with others */
        fcntl(options->write_fd, F_SETFL, server.write_flags);
    return good;
}
