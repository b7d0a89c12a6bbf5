/* The real program as a client starts it: a subprocess with a pipe each way. */
#ifndef MICROTVM_QEMU_TESTS_SERVER_PROCESS_H
#define MICROTVM_QEMU_TESTS_SERVER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* How long a server may be silent before the test gives up: no measure of anything. */
enum { SERVER_SILENCE_MS = 120 * 1000 };

struct server_process {
    pid_t pid; /* 0: none */
    int requests;
    int replies;
    char *line; /* bytes of an unfinished line */
    size_t line_size;
};

/* Runs DIR/launch_microtvm_api_server.sh in DIR, with stderr into the file stderr_path. */
bool server_start(const char *dir, const char *stderr_path, struct server_process *ret_server);

/* Sends bytes as they are. */
bool server_send(struct server_process *server, const char *text, size_t size);

/* The next reply without its newline, for the caller to free. NULL at the end of replies, or when
 * nothing came for SERVER_SILENCE_MS. */
char *server_receive(struct server_process *server);

void server_close_requests(struct server_process *server);

/* Reads what is left, waits, and gives the exit status (128 + the signal's number when killed), or
 * -1 when something was left to read. */
int server_wait(struct server_process *server);

/* For a test that failed: kills and reaps. Nothing to do when server_wait was called. */
void server_kill(struct server_process *server);

#endif
