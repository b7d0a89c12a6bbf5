#include "boards/conformance/tensors.h"
#include "base/cleanup.h"
#include "boards/every_board.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_BYTES = 4096, END_BYTES = 4096 };

static struct error err;

#define ASSERT_GOOD(call) ck_assert_msg((call), "%s: %s", tested_board->name, err.text)

static int64_t call_board(struct tvm_session *session, const char *name,
                          const struct rpc_value *args, int args_count)
{
    int64_t value = 0;
    ASSERT_GOOD(tvm_session_call(session, name, args, args_count, &value, &err));
    return value;
}

/* What the model's functions of these names do. */
static void fill(uint8_t *bytes, size_t size_bytes, uint32_t seed)
{
    for (size_t i = 0; i < size_bytes; i++) {
        seed = seed * 1664525U + 1013904223U;
        bytes[i] = (uint8_t)(seed >> 24);
    }
}

static uint32_t sum_of(const uint8_t *bytes, size_t size_bytes)
{
    uint32_t sum = 2166136261U;
    for (size_t i = 0; i < size_bytes; i++)
        sum = (sum ^ bytes[i]) * 16777619U;
    return sum;
}

static struct rpc_tensor allocate(struct tvm_session *session, size_t size_bytes)
{
    struct rpc_tensor tensor;
    ASSERT_GOOD(rpc_allocate(&session->client, size_bytes, &tensor, &err));
    return tensor;
}

static void expect_sum(struct tvm_session *session, const struct rpc_tensor *tensor,
                       const uint8_t *wanted, size_t size_bytes)
{
    const struct rpc_value arg = {.type = RPC_TENSOR, .tensor = *tensor};
    ck_assert_uint_eq((uint32_t)call_board(session, "conformance_sum", &arg, 1),
                      sum_of(wanted, size_bytes));
}

/* The board makes its own bytes, and so does the host. */
static void fill_both(struct tvm_session *session, const struct rpc_tensor *tensor, uint8_t *bytes,
                      size_t size_bytes, uint32_t seed)
{
    const struct rpc_value args[] = {{.type = RPC_TENSOR, .tensor = *tensor}, rpc_integer(seed)};
    call_board(session, "conformance_fill", args, 2);
    fill(bytes, size_bytes, seed);
}

void tensor_both_ways(struct tvm_session *session, size_t size_bytes)
{
    struct rpc_tensor tensor = allocate(session, size_bytes);
    cleanup_free uint8_t *bytes = malloc(size_bytes);
    cleanup_free uint8_t *wanted = malloc(size_bytes);
    fill(bytes, size_bytes, (uint32_t)size_bytes);
    ASSERT_GOOD(rpc_copy_to(&session->client, &tensor, bytes, size_bytes, &err));
    expect_sum(session, &tensor, bytes, size_bytes);
    fill_both(session, &tensor, wanted, size_bytes, 7);
    ASSERT_GOOD(rpc_copy_from(&session->client, &tensor, bytes, size_bytes, &err));
    ck_assert_msg(memcmp(bytes, wanted, size_bytes) == 0, "%s: a tensor of %zu bytes",
                  tested_board->name, size_bytes);
    ASSERT_GOOD(rpc_release(&session->client, &tensor, &err));
}

void tensor_ends_both_ways(struct tvm_session *session, size_t size_bytes)
{
    struct rpc_tensor tensor = allocate(session, size_bytes);
    cleanup_free uint8_t *bytes = malloc(size_bytes);
    fill_both(session, &tensor, bytes, size_bytes, 9);
    expect_sum(session, &tensor, bytes, size_bytes);
    for (int i = 0; i < 2; i++) {
        struct rpc_tensor part = tensor;
        uint8_t got[END_BYTES];
        part.byte_offset = i == 0 ? 0 : size_bytes - END_BYTES;
        part.shape[0] = END_BYTES;
        ASSERT_GOOD(rpc_copy_from(&session->client, &part, got, END_BYTES, &err));
        ck_assert_mem_eq(got, bytes + part.byte_offset, END_BYTES);
        fill(bytes + part.byte_offset, END_BYTES, 11 + i);
        ASSERT_GOOD(
            rpc_copy_to(&session->client, &part, bytes + part.byte_offset, END_BYTES, &err));
    }
    expect_sum(session, &tensor, bytes, size_bytes);
    ASSERT_GOOD(rpc_release(&session->client, &tensor, &err));
}

static bool has_room(struct tvm_session *session, size_t size_bytes)
{
    struct rpc_tensor tensor;
    if (!rpc_allocate(&session->client, size_bytes, &tensor, &err)) {
        ck_assert_msg(strstr(err.text, "no memory: ") != NULL, "%s", err.text);
        return false;
    }
    ASSERT_GOOD(rpc_release(&session->client, &tensor, &err));
    return true;
}

size_t tensor_largest(struct tvm_session *session)
{
    size_t fits = 0;
    size_t step = TENSOR_MOST_BYTES;
    for (; step >= STEP_BYTES; step /= 2)
        while (fits + step <= TENSOR_MOST_BYTES && has_room(session, fits + step))
            fits += step;
    return fits;
}
