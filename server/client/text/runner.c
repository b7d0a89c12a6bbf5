#include "client/text/runner.h"

#include "client/text/hex.h"
#include "client/text/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COMMAND_BYTES = 80, /* the firmware takes no longer ones, and one byte more for its end */
    LOAD_BYTES = (COMMAND_BYTES - (int)sizeof("db ") + 1) / 2,
    ERROR_TEXT_BYTES = 400,
    LAPS = 2, /* before and after the inferences */
};

struct runner {
    struct text_line line;
};

/* What an inference is answered with. */
struct answer {
    uint64_t laps_us[LAPS];
    size_t laps_count;
    double *results;
    size_t results_count;
    size_t results_got;
};

static const char *after(const char *text, const char *begin)
{
    size_t length = strlen(begin);
    return strncmp(text, begin, length) == 0 ? text + length : NULL;
}

static bool not_understood(const char *text, struct error *err)
{
    return error_set(err, ERROR_DEVICE, 0, "the firmware's answer is none: \"%.*s\"",
                     ERROR_TEXT_BYTES, text);
}

static bool take_lap(const char *number, struct answer *answer, struct error *err)
{
    char *end = NULL;
    uint64_t time_us = strtoull(number, &end, 10);
    if (end == number || *end != '\0' || answer->laps_count == LAPS)
        return not_understood(number, err);
    answer->laps_us[answer->laps_count++] = time_us;
    return true;
}

/* "0.250,0.750]" */
static bool take_results(const char *numbers, struct answer *answer, struct error *err)
{
    const char *at = numbers;
    char last = ',';
    answer->results_got = 0;
    if (strcmp(numbers, "]") == 0)
        return true;
    while (last == ',') {
        char *end = NULL;
        double value = strtod(at, &end);
        if (end == at)
            break;
        if (answer->results_got < answer->results_count)
            answer->results[answer->results_got] = value;
        answer->results_got++;
        last = *end;
        at = last == '\0' ? end : end + 1;
    }
    return (last == ']' && *at == '\0') || not_understood(numbers, err);
}

static bool take_line(struct runner *runner, const char *text, struct answer *answer,
                      struct error *err)
{
    const char *lap = answer ? after(text, "m-lap-us-") : NULL;
    const char *results = answer ? after(text, "m-results-[") : NULL;
    if (after(text, "e-["))
        return error_set(err, ERROR_DEVICE, 0, "the firmware says: %.*s", ERROR_TEXT_BYTES, text);
    text_line_log(&runner->line, text);
    if (lap)
        return take_lap(lap, answer, err);
    return !results || take_results(results, answer, err);
}

/* Lines until the firmware is ready for the next command. */
static bool await_ready(struct runner *runner, const char *command, struct answer *answer,
                        struct error *err)
{
    struct deadline deadline = text_line_deadline(&runner->line);
    for (;;) {
        char *text = NULL;
        size_t length = 0;
        if (!text_line_read(&runner->line, deadline, &text, &length, err)) {
            if (err->kind != ERROR_TIMEOUT)
                return false;
            return error_set(err, ERROR_TIMEOUT, 0,
                             "the firmware was not ready within %lld ms after \"%s\"",
                             (long long)runner->line.timeout_ms, command);
        }
        if (strcmp(text, "m-ready") == 0)
            return true;
        if (!take_line(runner, text, answer, err))
            return false;
    }
}

/* command ends with '%'. */
static bool obey(struct runner *runner, const char *command, struct answer *answer,
                 struct error *err)
{
    return text_line_send(&runner->line, command, err) && await_ready(runner, command, answer, err);
}

bool runner_open(const struct link_stream *stream, int64_t timeout_ms, struct runner **ret_runner,
                 struct error *err)
{
    struct runner *runner = calloc(1, sizeof(*runner));
    if (!runner)
        return error_no_memory(err, "a talk with the firmware", sizeof(*runner));
    runner->line = (struct text_line){.stream = *stream, .timeout_ms = timeout_ms};
    if (!await_ready(runner, "boot", NULL, err)) {
        runner_close(runner);
        return false;
    }
    *ret_runner = runner;
    return true;
}

void runner_close(struct runner *runner)
{
    if (runner)
        text_line_dispose(&runner->line);
    free(runner);
}

bool runner_load(struct runner *runner, const void *data, size_t size_bytes, struct error *err)
{
    const uint8_t *bytes = data;
    char command[COMMAND_BYTES + 2];
    snprintf(command, sizeof(command), "db load %zu%%", size_bytes);
    if (!obey(runner, command, NULL, err))
        return false;
    for (size_t at = 0; at < size_bytes;) {
        size_t part = size_bytes - at < LOAD_BYTES ? size_bytes - at : LOAD_BYTES;
        char *to = hex_write(stpcpy(command, "db "), bytes + at, part);
        at += part;
        *to++ = '%';
        *to = '\0';
        if (!obey(runner, command, NULL, err))
            return false;
    }
    return true;
}

bool runner_infer(struct runner *runner, unsigned count, unsigned warmups, uint64_t *ret_time_us,
                  double *results, size_t results_count, struct error *err)
{
    struct answer answer = {.results_count = results_count};
    char command[COMMAND_BYTES];
    answer.results = results;
    snprintf(command, sizeof(command), "infer %u %u%%", count, warmups);
    if (!obey(runner, command, &answer, err))
        return false;
    if (answer.laps_count != LAPS || answer.laps_us[1] < answer.laps_us[0])
        return error_set(err, ERROR_DEVICE, 0,
                         "the firmware told %zu times of an inference (the last: %llu us) instead "
                         "of when it began and ended",
                         answer.laps_count,
                         (unsigned long long)answer.laps_us[answer.laps_count > 1]);
    if (answer.results_got != results_count)
        return error_set(err, ERROR_DEVICE, 0, "the firmware sent %zu results, the model has %zu",
                         answer.results_got, results_count);
    *ret_time_us = answer.laps_us[1] - answer.laps_us[0];
    return true;
}
