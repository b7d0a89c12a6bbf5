/* Any bytes into the frame decoder and a session: nothing is read or written out of bounds, and
 * cutting the input elsewhere changes nothing.
 *
 * LLVMFuzzerTestOneInput for a fuzzer; fuzz_main.c runs it over a fixed corpus. */
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/rpc_common/session.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was heard, in short. */
struct heard {
    size_t bytes;
    uint32_t sum;
};

static void add(struct heard *heard, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        heard->sum = heard->sum * 31 + data[i];
    heard->bytes += size;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): a session_handler's signature */
static void on_message(void *context, enum session_message type, uint8_t *body, size_t size)
{
    uint8_t byte = (uint8_t)type;
    add(context, &byte, 1);
    if (size > 0)
        add(context, body, size);
}

static void on_text(void *context, const uint8_t *data, size_t size)
{
    add(context, data, size);
}

static bool put(void *context, const uint8_t *data, size_t size)
{
    add(context, data, size);
    return true;
}

static struct heard listen(const uint8_t *data, size_t size, size_t piece)
{
    enum { CAPACITY = 64 };
    struct heard heard = {0};
    struct session session;
    const struct session_handler handler = {
        .context = &heard, .message = on_message, .text = on_text};
    uint8_t *buffer = malloc(CAPACITY);
    if (!buffer)
        abort();
    session_init(&session, &handler, put, &heard, buffer, CAPACITY, 5);
    for (size_t at = 0; at < size; at += piece)
        session_receive(&session, data + at, size - at < piece ? size - at : piece);
    free(buffer);
    return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heard whole = listen(data, size, size > 0 ? size : 1);
    struct heard bytes = listen(data, size, 1);
    if (whole.bytes != bytes.bytes || whole.sum != bytes.sum)
        abort();
    return 0;
}
