#include "board/diagnosis/hang.h"

#include "board/diagnosis/death.h"
#include "board/diagnosis/fault.h"
#include "board/diagnosis/interrupts.h"
#include "board/diagnosis/monitor.h"
#include "board/diagnosis/stack.h"
#include "board/loop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    REGISTERS_TIMEOUT_MS = 5000,
    SAMPLES = 5,     /* of where the CPU stands: a loop may go through several functions */
    BETWEEN_MS = 20, /* for which it then runs on */
    SOURCE_BYTES = 512,
    NS_PER_S = 1000 * 1000 * 1000,
    STALE_NS = NS_PER_S, /* a line that was quiet for so long carries nothing more */
    /* Within so long a busy machine may not have let the board go on. */
    FRESH_NS = NS_PER_S / 5,
};

/* Where the CPU was seen. */
struct places {
    size_t count;
    char sources[SAMPLES][SOURCE_BYTES];
};

/* "f at x.c:1 (inlined by) g at y.c:2": g, which is what has an address of its own. */
static size_t function_of(const char *source, const char **ret_name)
{
    static const char inlined[] = "(inlined by) ";
    const char *name = source;
    for (const char *next = strstr(name, inlined); next; next = strstr(name, inlined))
        name = next + strlen(inlined);
    const char *end = strstr(name, " at ");
    *ret_name = name;
    return end ? (size_t)(end - name) : strlen(name);
}

static bool same_function(const char *source, const char *other)
{
    const char *name = NULL;
    const char *other_name = NULL;
    size_t length = function_of(source, &name);
    return length == function_of(other, &other_name) && strncmp(name, other_name, length) == 0;
}

static bool is_known(const struct places *places, const char *source)
{
    for (size_t i = 0; i < places->count; i++)
        if (same_function(places->sources[i], source))
            return true;
    return false;
}

/* What QEMU shows of a halted CPU. */
struct sight {
    char *registers;
    char *stack; /* NULL: not asked for, or not to be had */
};

static void dispose_sight(struct sight *sight)
{
    free(sight->registers);
    free(sight->stack);
}

static void append_caller(const struct board *board, const struct sight *sight,
                          const struct places *places, struct error *err)
{
    char source[SOURCE_BYTES] = "";
    uint64_t caller = stack_caller(sight->registers);
    const struct source_code code = board_source_code(board);
    if (caller)
        fault_source_line(&code, caller, source, sizeof(source));
    if (source[0] && source[0] != '(' && !is_known(places, source))
        error_append(err, "  called from %s", source);
    if (stack_is_model(source) || stack_is_model(places->sources[0]) || !sight->stack)
        return;
    if (stack_find_model(board, sight->registers, sight->stack, source, sizeof(source)))
        error_append(err, "  in the model's code, by its stack (an old call may be among them):%s",
                     source);
}

static bool append_place(const struct board *board, const struct sight *sight,
                         struct places *places, struct error *err)
{
    uint64_t pc = 0;
    char *source = places->sources[places->count];
    if (!fault_find_pc(sight->registers, &pc))
        return error_append(err, "where its CPU stands is not known: QEMU shows no pc");
    death_source(board, sight->registers, source, SOURCE_BYTES);
    if (is_known(places, source))
        return true;
    error_append(err, "%s pc=0x%08" PRIx64 ": %s",
                 places->count == 0 ? "its CPU stands at" : "  a moment later at", pc, source);
    if (places->count++ == 0)
        append_caller(board, sight, places, err);
    return true;
}

static bool see(struct board *board, bool with_stack, struct sight *sight, struct error *err)
{
    char command[STACK_COMMAND_BYTES];
    struct error ignored; /* of QMP: whoever uses it next hears of it */
    bool halted = false;
    struct deadline deadline = deadline_in_ms(REGISTERS_TIMEOUT_MS);
    if (!monitor_halt(board, deadline, &halted, err))
        return false;
    bool seen = monitor_tell(board, "info registers", deadline, &sight->registers, err);
    if (seen && with_stack && stack_command(sight->registers, command))
        monitor_tell(board, command, deadline, &sight->stack, &ignored);
    if (halted)
        monitor_go_on(board, deadline, &ignored);
    return seen;
}

static bool look(struct board *board, struct places *places, struct error *err)
{
    __attribute__((cleanup(dispose_sight))) struct sight sight = {.registers = NULL};
    struct error why;
    if (see(board, places->count == 0, &sight, &why))
        return append_place(board, &sight, places, err);
    if (places->count > 0)
        return false;
    return error_append(err, "where its CPU stands is not known: %s", why.text);
}

static bool let_run(struct board *board)
{
    struct error ignored; /* an interrupt, which the caller's next wait will tell */
    struct deadline deadline = deadline_in_ms(BETWEEN_MS);
    while (!board->dead && !deadline_passed(deadline))
        if (!loop_turn(board, false, deadline, &ignored))
            return false;
    return !board->dead;
}

/* Which field of its definition is wrong, where what the CPU does tells: it was seen there each
 * time, and nothing came meanwhile, or something did. */
static void append_field(struct board *board, const struct places *places, bool was_quiet,
                         struct error *err)
{
    const char *source = places->sources[0];
    const bool is_mute = board->transport.received_bytes == 0;
    const bool sleeps = strstr(source, CPU_SLEEPS) != NULL;
    const bool stuck_in_uart =
        was_quiet && !interrupts_has_answered(board) &&
        (strstr(source, "uart_driver_send at ") || strstr(source, "uart_driver_drain at "));
    if (places->count != 1)
        return;
    if (sleeps && !is_mute)
        interrupts_explain(board, deadline_in_ms(REGISTERS_TIMEOUT_MS), err);
    else if (sleeps) /* a firmware says something before it waits for the host */
        error_append(err, "what it said first did not go to QEMU's chardev \"serial\": mend "
                          "\"uart.base\" or \"uart.driver\" of its definition, or "
                          "\"qemu.line_arguments\"");
    else if (stuck_in_uart)
        error_append(err, "its UART does not take what it says: mend \"uart.driver\" or "
                          "\"uart.base\" of its definition");
    else if (is_mute && strstr(source, "/clock_"))
        error_append(err,
                     "its timer does not go on: mend \"timer.driver\" or \"timer.base\" of its "
                     "definition");
}

static bool append_places(struct board *board, struct error *err)
{
    struct places places = {.count = 0};
    const uint64_t received_bytes = board->transport.received_bytes;
    for (int i = 0; i < SAMPLES; i++)
        if ((i > 0 && !let_run(board)) || !look(board, &places, err))
            break;
    append_field(board, &places, board->transport.received_bytes == received_bytes, err);
    return false;
}

static void append_quiet(const struct board *board, struct error *err)
{
    const struct transport *transport = &board->transport;
    uint64_t came = transport->received_bytes - board->asked_received_bytes;
    int64_t now_ns = clock_now_ns();
    int64_t moved_ns = now_ns - board->moved_ns;
    int64_t asked_ns = now_ns - board->asked_ns;
    bool flows =
        came > 0 && moved_ns < STALE_NS && (moved_ns < FRESH_NS || moved_ns < asked_ns / 2);
    int64_t quiet_ns = flows ? asked_ns : moved_ns;
    char text[64] = "not a byte came";
    if (flows)
        snprintf(text, sizeof(text), "%" PRIu64 " bytes came, but no whole answer", came);
    else if (came > 0)
        snprintf(text, sizeof(text), "nothing came behind the first %" PRIu64 " bytes", came);
    error_append(err, "no progress for %.*f s: %s", quiet_ns < NS_PER_S ? 1 : 0,
                 (double)quiet_ns / NS_PER_S, text);
}

bool hang_explain(struct board *board, struct error *err)
{
    append_quiet(board, err);
    return append_places(board, err);
}

/* The CPU stands. What it had sent before is here, where the line carries it. */
static bool waits_mutely(struct board *board, struct sight *sight)
{
    char source[SOURCE_BYTES];
    struct error ignored; /* not certain, then */
    struct deadline deadline = deadline_in_ms(REGISTERS_TIMEOUT_MS);
    if (!monitor_tell(board, "info registers", deadline, &sight->registers, &ignored))
        return false;
    loop_take(board);
    if (board->dead || board->transport.received_bytes > 0 ||
        !strstr(death_source(board, sight->registers, source, sizeof(source)), CPU_SLEEPS))
        return false;
    const struct source_code code = board_source_code(board);
    fault_source_line(&code, stack_caller(sight->registers), source, sizeof(source));
    return strstr(source, "uart_read at ") || strstr(source, "no_virtio_console_at_uart_base at ");
}

bool hang_is_certain(struct board *board, struct error *err)
{
    __attribute__((cleanup(dispose_sight))) struct sight sight = {.registers = NULL};
    struct error ignored;
    bool halted = false;
    if (!monitor_halt(board, deadline_in_ms(MONITOR_STAND_TIMEOUT_MS), &halted, &ignored) ||
        !halted)
        return false;
    bool is_certain = waits_mutely(board, &sight);
    monitor_go_on(board, deadline_in_ms(MONITOR_STAND_TIMEOUT_MS), &ignored);
    if (!is_certain)
        return false;
    error_set(err, ERROR_DEVICE, 0, "the firmware sent no byte, and waits for one");
    append_places(board, err);
    return true;
}

static bool explain(struct board *board, struct error *err)
{
    struct error ignored; /* an interrupt, which the caller's next wait will tell */
    if (!loop_settle(board, &ignored))
        return false;
    if (board->dead)
        return error_append(err, "%s", board->cause.text);
    if (board->emulator.child.pid == 0)
        return false;
    return hang_explain(board, err);
}

/* Where the time for all is over, there is still this moment. */
bool hang_explain_timeout(struct board *board, struct error *err)
{
    const struct interrupt *interrupt = board->interrupt;
    struct interrupt unlimited = {.signal_fd = -1, .peer_fd = -1};
    if (interrupt)
        unlimited = *interrupt;
    unlimited.end_ns = 0;
    board->interrupt = &unlimited;
    explain(board, err);
    board->interrupt = interrupt;
    return false;
}
