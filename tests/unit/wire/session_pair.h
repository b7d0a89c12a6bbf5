/* Two ends of a session, joined by pipes in memory. */
#ifndef TESTS_UNIT_SESSION_PAIR_H
#define TESTS_UNIT_SESSION_PAIR_H

#include <tvm/runtime/crt/rpc_common/session.h>

enum { BUFFER_SIZE = 64, PIPE_SIZE = 16 * 1024, HEARD_MAX = 64 };

struct end {
    struct session session;
    uint8_t buffer[BUFFER_SIZE];
    uint8_t pipe[PIPE_SIZE]; /* bytes on their way to this end */
    size_t pipe_size;
    struct end *peer;
    bool line_is_gone;
    enum session_message heard[HEARD_MAX];
    int heard_count;
    uint8_t body[BUFFER_SIZE]; /* of the last message */
    size_t body_size;
    size_t too_large; /* of the last message that was */
    size_t text_size;
};

/* The frame_write_fn of an end: into its peer's pipe. */
bool end_put(void *end, const uint8_t *data, size_t size_bytes);
void open_end(struct end *end, struct end *peer, uint8_t nonce);
/* Take in what is on the way to this end. */
void receive(struct end *end);
/* Until nothing is on its way any more. */
void settle(struct end *a, struct end *b);

/* One pair for all: opened afresh by each test. */
extern struct end host;
extern struct end device;
void open_both(void);
/* With a session, and nothing heard yet. */
void establish(void);

#endif
