/* Any packets of a client, in either dialect, and any answers of a board: what comes out is shorter
 * than what would overrun the board, and nothing is read past an end. The input is a row of them: a
 * byte whose lowest bit says whose it is, a byte of length, then so many bytes behind a length
 * field.
 *
 * LLVMFuzzerTestOneInput for a fuzzer; fuzz_main.c runs it over a fixed corpus. */
#include "bridge/bytes.h"
#include "bridge/dialect/dialect.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    LENGTH = 8,
    GROWS_AT_MOST = 12 + LENGTH
}; /* the type of a handle; an answer without values */

static void carry(struct dialect *dialect, bool is_answer, uint8_t *data, size_t size)
{
    struct error ignored;
    const struct packet packet = {.data = data, .size_bytes = size};
    const struct packet *request = NULL;
    const uint8_t *reply = NULL;
    size_t got = 0;
    if (is_answer && !dialect_reply(dialect, data, size, &reply, &got, &ignored))
        return;
    if (!is_answer) {
        if (!dialect_request(dialect, &packet, &request, &ignored))
            return;
        got = request->size_bytes;
    }
    if (got > size + GROWS_AT_MOST)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dialect dialect;
    dialect_init(&dialect, size > 0 ? (enum rpc_dialect)(data[0] % 3) : RPC_DIALECT_UNKNOWN);
    for (size_t at = 1; at + 2 <= size;) {
        bool is_answer = data[at] & 1;
        size_t length = data[at + 1] < size - at - 2 ? data[at + 1] : size - at - 2;
        uint8_t *packet = malloc(LENGTH + length); /* so that a sanitizer sees its end */
        if (!packet)
            abort();
        put_le(packet, length, LENGTH);
        memcpy(packet + LENGTH, data + at + 2, length);
        carry(&dialect, is_answer, packet, LENGTH + length);
        free(packet);
        at += 2 + length;
    }
    dialect_dispose(&dialect);
    return 0;
}
