/* What a board must do for TVM's clients, tried on every board of qemu-machines: README.md beside
 * it says which part of that is tested elsewhere. */
#include "board/qemu/threads.h"
#include "boards/conformance/tensors.h"
#include "boards/conformance/tvm_session.h"
#include "boards/every_board.h"

#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct error err;
static struct tvm_session board;

#define ASSERT_GOOD(call) ck_assert_msg((call), "%s: %s", tested_board->name, err.text)

static void power_on(void)
{
    ASSERT_GOOD(tvm_session_start(&board, &err));
    ASSERT_GOOD(tvm_session_open(&board, &err));
}

static void power_off(void)
{
    ASSERT_GOOD(tvm_session_close(&board, &err));
    tvm_session_stop(&board);
}

static int64_t call(struct tvm_session *session, const char *name, const struct rpc_value *args,
                    int args_count)
{
    int64_t value = 0;
    ASSERT_GOOD(tvm_session_call(session, name, args, args_count, &value, &err));
    return value;
}

/* ---- tensors ---- */

/* More over the line is one board's of each UART, or everyone's where that is asked for. */
static bool is_carried_whole(size_t size_bytes)
{
    enum { WHOLE_BYTES = 65536 };
    return size_bytes <= WHOLE_BYTES || tested_board->is_first_of_uart ||
           getenv("MICROTVM_TEST_WHOLE_TENSORS") != NULL;
}

START_TEST(tensors_of_every_size)
{
    static const size_t sizes[] = {1, 2, 3, 255, 256, 257, 2047, 2048, 2049, 16384};
    power_on();
    size_t most = tensor_largest(&board);
    ck_assert_msg(most == TENSOR_MOST_BYTES || most >= tested_board->ram_size_bytes / 4,
                  "%s: room for %zu bytes", tested_board->name, most);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        if (sizes[i] <= most)
            tensor_both_ways(&board, sizes[i]);
    if (is_carried_whole(most))
        tensor_both_ways(&board, most);
    else
        tensor_ends_both_ways(&board, most);
    power_off();
}
END_TEST

/* ---- sessions ---- */

/* Each boot is a fresh one: the board counts anew. */
START_TEST(opens_ten_times)
{
    enum { TIMES = 10 };
    ASSERT_GOOD(tvm_session_start(&board, &err));
    for (int i = 0; i < TIMES; i++) {
        ASSERT_GOOD(tvm_session_open(&board, &err));
        ck_assert_int_eq(call(&board, "conformance_count", NULL, 0), 1);
        ck_assert_int_eq(call(&board, "conformance_count", NULL, 0), 2);
        ASSERT_GOOD(tvm_session_close(&board, &err));
    }
    tvm_session_stop(&board);
}
END_TEST

START_TEST(two_at_once)
{
    struct tvm_session other;
    power_on();
    ASSERT_GOOD(tvm_session_start(&other, &err));
    ASSERT_GOOD(tvm_session_open(&other, &err));
    for (int i = 1; i <= 3; i++) {
        ck_assert_int_eq(call(&board, "conformance_count", NULL, 0), i);
        ck_assert_int_eq(call(&other, "conformance_count", NULL, 0), i);
        tensor_both_ways(&board, 1000);
    }
    ck_assert_int_ne(api_qemu(&board.server), api_qemu(&other.server));
    tvm_session_stop(&other);
    ck_assert_int_eq(call(&board, "conformance_count", NULL, 0), 4);
    power_off();
}
END_TEST

/* An open session in which nothing happens: at most 2 % of a core, server and QEMU together. */
START_TEST(idles_at_no_cost)
{
    enum { IDLE_US = 1000 * 1000, MOST_PERCENT = 2 };
    power_on();
    call(&board, "conformance_count", NULL, 0);
    pid_t server = board.server.server.pid;
    pid_t qemu = api_qemu(&board.server);
    ck_assert_int_gt(qemu, 0);
    int64_t before_ns = threads_now(server).ran_ns + threads_now(qemu).ran_ns;
    int64_t began_ns = clock_now_ns();
    usleep(IDLE_US);
    int64_t used_ns = threads_now(server).ran_ns + threads_now(qemu).ran_ns - before_ns;
    int64_t took_ns = clock_now_ns() - began_ns;
    ck_assert_int_gt(before_ns, 0);
    ck_assert_msg(used_ns * 100 <= took_ns * MOST_PERCENT, "%s: %" PRId64 " ns of CPU in %" PRId64,
                  tested_board->name, used_ns, took_ns);
    power_off();
}
END_TEST

/* ---- time ---- */

/* Means of REPEAT repetitions of NUMBER calls each, in seconds, by the board's clock. */
enum { REPEAT = 3, NUMBER = 2 };

static void time_work(int64_t turns, double ret_seconds[REPEAT])
{
    static const char EVALUATOR[] = "runtime.RPCTimeEvaluator";
    uint64_t create;
    struct rpc_value value;
    const struct rpc_value args[] = {{.type = RPC_MODULE, .handle = board.library},
                                     rpc_string("conformance_work"),
                                     rpc_integer(RPC_DEVICE_CPU),
                                     rpc_integer(0),
                                     rpc_integer(NUMBER),
                                     rpc_integer(REPEAT),
                                     rpc_integer(0),
                                     rpc_integer(100),
                                     rpc_integer(0),
                                     rpc_integer(1),
                                     rpc_integer(0),
                                     rpc_string("")};
    const struct rpc_value work = rpc_integer(turns);
    ASSERT_GOOD(tvm_session_find_global(&board, EVALUATOR, &create, &err));
    ASSERT_GOOD(rpc_call_for(&board.client, EVALUATOR, create, args, sizeof(args) / sizeof(args[0]),
                             RPC_FUNCTION, &value, &err));
    uint64_t evaluator = value.handle;
    ASSERT_GOOD(
        rpc_call_for(&board.client, "the evaluator", evaluator, &work, 1, RPC_BYTES, &value, &err));
    ck_assert_uint_eq(value.text.size_bytes, REPEAT * sizeof(double));
    memcpy(ret_seconds, value.text.data, REPEAT * sizeof(double));
    ASSERT_GOOD(rpc_free(&board.client, evaluator, RPC_FUNCTION, &err));
}

/* Work that the host can tell from none; the bounds are the host's own time for all of it. */
START_TEST(time_evaluator)
{
    enum { TURNS = 100 * 1000, NS_PER_S = 1000 * 1000 * 1000 };
    double seconds[REPEAT];
    double none[REPEAT];
    power_on();
    time_work(0, none);
    int64_t began_ns = clock_now_ns();
    time_work(TURNS, seconds);
    double all_s = (double)(clock_now_ns() - began_ns) / NS_PER_S;
    double sum_s = 0;
    for (int i = 0; i < REPEAT; i++) {
        ck_assert_double_gt(none[i], 0);
        ck_assert_double_gt(seconds[i], TURNS * 1e-10); /* no QEMU is faster */
        sum_s += NUMBER * seconds[i];
    }
    ck_assert_double_le(sum_s, all_s);
    power_off();
}
END_TEST

/* ---- ways to die ---- */

/* What the client is told, in which each of the texts must be; then the board is as new. */
static void expect_end(const char *const *texts)
{
    for (; *texts; texts++)
        ck_assert_msg(strstr(err.text, *texts) != NULL, "%s: no \"%s\" in: %s", tested_board->name,
                      *texts, err.text);
    ASSERT_GOOD(tvm_session_close(&board, &err));
    ASSERT_GOOD(tvm_session_open(&board, &err));
    ck_assert_int_eq(call(&board, "conformance_count", NULL, 0), 1);
    power_off();
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void let_die(char how)
{
    int64_t value;
    const struct rpc_value arg = rpc_integer(how);
    power_on();
    ck_assert(!tvm_session_call(&board, "conformance_die", &arg, 1, &value, &err));
    ck_assert_msg(err.kind == ERROR_CLOSED, "%s", err.text);
}

#define SOURCE "./model/codegen/host/src/functions.c:"
#define HERE "conformance_die at " SOURCE

START_TEST(a_fault_names_its_line)
{
    let_die('f');
    expect_end(WORDS("the firmware died: fault: ", HERE));
}
END_TEST

START_TEST(an_abort_names_its_line)
{
    let_die('a');
    expect_end(WORDS("the firmware died: abort: abort()", HERE));
}
END_TEST

START_TEST(an_exit_names_its_line)
{
    let_die('x');
    expect_end(WORDS("the firmware died: exit: the model called exit(3)", HERE));
}
END_TEST

/* A line has no acknowledgement: what was sent is there for a reader who comes late. */
static void let_die_unheard(char how)
{
    const struct rpc_value arg = rpc_integer(how);
    power_on();
    ck_assert(!tvm_session_call_unheard(&board, "conformance_die", &arg, 1, &err));
    ck_assert_msg(err.kind == ERROR_CLOSED, "%s", err.text);
}

START_TEST(last_words_wait_for_their_reader)
{
    let_die_unheard('f');
    expect_end(WORDS("the firmware died: fault: ", HERE));
    let_die_unheard('x');
    expect_end(WORDS("the firmware died: exit: the model called exit(3)", HERE));
}
END_TEST

START_TEST(a_hang_names_its_line)
{
    enum { PATIENCE_MS = 600 };
    uint64_t die;
    struct rpc_value value;
    const struct rpc_value arg = rpc_integer('h');
    power_on();
    ASSERT_GOOD(tvm_session_find(&board, "conformance_die", &die, &err));
    board.client.timeout_ms = PATIENCE_MS; /* of this call, which is never answered */
    ck_assert(!rpc_call(&board.client, "conformance_die", die, &arg, 1, &value, NULL, &err));
    ck_assert_msg(err.kind == ERROR_TIMEOUT, "%s", err.text);
    ck_assert_str_eq(board.server.error_name, "IoTimeoutError");
    err = board.server.error;
    expect_end(WORDS("its CPU stands at pc=0x", "hang at " SOURCE));
}
END_TEST

START_TEST(a_killed_qemu_is_told)
{
    int64_t value;
    power_on();
    ck_assert_int_eq(kill(api_qemu(&board.server), SIGKILL), 0);
    ck_assert(!tvm_session_call(&board, "conformance_count", NULL, 0, &value, &err));
    ck_assert_msg(err.kind == ERROR_CLOSED, "%s", err.text);
    expect_end(WORDS("SIGKILL"));
}
END_TEST

int main(void)
{
    const struct board_test tests[] = {
        {tensors_of_every_size, EVERY_BOARD},
        {opens_ten_times, EVERY_BOARD},
        {two_at_once, EVERY_BOARD},
        {idles_at_no_cost, EVERY_BOARD},
        {time_evaluator, EVERY_BOARD},
        {a_fault_names_its_line, EVERY_BOARD},
        {an_abort_names_its_line, EVERY_BOARD},
        {an_exit_names_its_line, EVERY_BOARD},
        {last_words_wait_for_their_reader, EVERY_BOARD},
        {a_hang_names_its_line, EVERY_BOARD},
        {a_killed_qemu_is_told, EVERY_BOARD},
    };
    const struct board_suite suite = {.name = "conformance",
                                      .boards = BOARDS_ALL,
                                      .tests = tests,
                                      .tests_count = sizeof(tests) / sizeof(tests[0]),
                                      .set_up = tvm_session_make_project,
                                      .tear_down = tvm_session_remove_project};
    return every_board(&suite);
}
