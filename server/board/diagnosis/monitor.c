#include "board/diagnosis/monitor.h"

#include "board/diagnosis/death.h"
#include "board/loop.h"
#include "board/qemu/threads.h"

#include <string.h>

static bool is_ready(const struct qmp *qmp)
{
    return qmp->ready;
}

static bool await(struct board *board, bool (*is_there)(const struct qmp *),
                  struct deadline deadline, struct error *err)
{
    const pid_t pid = board->emulator.child.pid;
    const struct threads before = threads_now(pid);
    while (!is_there(&board->emulator.qmp)) {
        if (board->dead)
            return error_set(err, ERROR_DEVICE, 0, "QEMU closed its control socket");
        if (!life_is_ending(board) && deadline_passed(deadline)) {
            error_set(err, ERROR_TIMEOUT, 0, "QEMU does not answer");
            return threads_explain(pid, &before, err);
        }
        if (!loop_turn(board, false, deadline, err))
            return false;
    }
    return true;
}

static bool ask(struct board *board, const char *command, cJSON *arguments,
                struct deadline deadline, cJSON **ret_result, struct error *err)
{
    struct qmp *qmp = &board->emulator.qmp;
    if (!await(board, is_ready, deadline, err)) {
        cJSON_Delete(arguments);
        return false;
    }
    return qmp_ask(qmp, command, arguments, err) && await(board, qmp_has_answer, deadline, err) &&
           qmp_take_answer(qmp, command, ret_result, err);
}

bool monitor_halt(struct board *board, struct deadline deadline, bool *ret_halted,
                  struct error *err)
{
    cJSON *status = NULL;
    if (!ask(board, "query-status", NULL, deadline, &status, err))
        return false;
    bool runs = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(status, "running"));
    cJSON_Delete(status);
    if (runs && !ask(board, "stop", NULL, deadline, NULL, err))
        return false;
    *ret_halted = runs;
    return true;
}

bool monitor_go_on(struct board *board, struct deadline deadline, struct error *err)
{
    return ask(board, "cont", NULL, deadline, NULL, err);
}

bool monitor_tell(struct board *board, const char *command, struct deadline deadline,
                  char **ret_text, struct error *err)
{
    cJSON *arguments = cJSON_CreateObject();
    if (!arguments || !cJSON_AddStringToObject(arguments, "command-line", command)) {
        cJSON_Delete(arguments);
        return error_no_memory(err, "a QMP command", sizeof(*arguments));
    }
    cJSON *result = NULL;
    if (!ask(board, "human-monitor-command", arguments, deadline, &result, err))
        return false;
    const char *text = cJSON_GetStringValue(result);
    char *copy = text ? strdup(text) : NULL;
    cJSON_Delete(result);
    if (!copy)
        return error_set(err, ERROR_DEVICE, 0, "QEMU has no answer to \"%s\"", command);
    *ret_text = copy;
    return true;
}

/* As the CPU sees it: on some machines the system's own addresses do not have all. */
bool monitor_save_memory(struct board *board, uint64_t address, size_t size_bytes, const char *path,
                         struct deadline deadline, struct error *err)
{
    cJSON *arguments = cJSON_CreateObject();
    if (!arguments || !cJSON_AddNumberToObject(arguments, "val", (double)address) ||
        !cJSON_AddNumberToObject(arguments, "size", (double)size_bytes) ||
        !cJSON_AddStringToObject(arguments, "filename", path)) {
        cJSON_Delete(arguments);
        return error_no_memory(err, "a QMP command", sizeof(*arguments));
    }
    return ask(board, "memsave", arguments, deadline, NULL, err);
}
