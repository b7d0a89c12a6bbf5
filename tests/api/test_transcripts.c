/* Plays tests/api/NAME.transcript against the real program. README.md here says what they look
 * like. */
#include "json_match.h"
#include "server_process.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <check.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const TRANSCRIPTS[] = {"template", "validation", "ends", "options", "session"};

/* Variables that a transcript may name as ${NAME}. */
static char work_dir[64];
static const struct {
    const char *name;
    const char *value;
} VARIABLES[] = {
    {"${DIR}", work_dir},
    {"${TEMPLATE}", BUILD_DIR "/share/microtvm-qemu/template"},
    {"${MODEL}", SOURCE_DIR "/tests/models/digits.tar"},
};

static struct {
    const char *name;
    int line;
    int id; /* of the last `call` */
    struct server_process server;
} play;

#define give_up(...)                                                                               \
    do {                                                                                           \
        fprintf(stderr, "%s.transcript:%d: ", play.name, play.line);                               \
        fprintf(stderr, __VA_ARGS__);                                                              \
        fputc('\n', stderr);                                                                       \
        ck_abort_msg("%s.transcript:%d", play.name, play.line);                                    \
    } while (0)

static char *expand(const char *text)
{
    char *expanded = file_path("%s", text);
    for (size_t i = 0; i < sizeof(VARIABLES) / sizeof(VARIABLES[0]); i++) {
        char *at = NULL;
        while (expanded && (at = strstr(expanded, VARIABLES[i].name)) != NULL) {
            char *longer = file_path("%.*s%s%s", (int)(at - expanded), expanded, VARIABLES[i].value,
                                     at + strlen(VARIABLES[i].name));
            free(expanded);
            expanded = longer;
        }
    }
    ck_assert_ptr_nonnull(expanded);
    return expanded;
}

static void send_text(const char *text)
{
    if (!server_send(&play.server, text, strlen(text)))
        give_up("cannot send: %s", strerror(errno));
}

/* call METHOD PARAMS */
static void do_call(const char *rest)
{
    size_t length = strcspn(rest, " ");
    cleanup_free char *line =
        file_path("{\"jsonrpc\": \"2.0\", \"id\": %d, \"method\": \"%.*s\", "
                  "\"params\": %s}\n",
                  ++play.id, (int)length, rest, rest[length] ? rest + length + 1 : "{}");
    send_text(line);
}

/* < PATTERN */
static void expect_reply(const char *pattern_text)
{
    cJSON *pattern = cJSON_Parse(pattern_text);
    if (!pattern)
        give_up("the pattern is no JSON: %s", pattern_text);
    cleanup_free char *line = server_receive(&play.server);
    cJSON *reply = line ? cJSON_Parse(line) : NULL;
    if (!reply || !json_matches(pattern, reply))
        give_up("got  %s\n  want %s", line ? line : "nothing", pattern_text);
    cJSON_Delete(pattern);
    cJSON_Delete(reply);
}

/* result PATTERN */
static void expect_result(const char *rest)
{
    cleanup_free char *pattern =
        file_path("{\"jsonrpc\": \"2.0\", \"id\": %d, \"result\": %s}", play.id, rest);
    expect_reply(pattern);
}

/* A part of the transcript as a JSON string, for the caller to free. */
static char *quoted(const char *text, size_t length)
{
    cleanup_free char *copy = file_path("%.*s", (int)length, text);
    cJSON *string = cJSON_CreateString(copy);
    char *json = cJSON_PrintUnformatted(string);
    cJSON_Delete(string);
    return json;
}

/* error CODE MESSAGE, and for -32000 also: error CODE MESSAGE | TRACEBACK */
static void expect_error(const char *rest)
{
    char *end = NULL;
    long code = strtol(rest, &end, 10);
    const char *message = end + strspn(end, " ");
    const char *bar = strstr(message, " | ");
    const char *traceback = bar ? bar + strlen(" | ") : "...";
    cleanup_free char *message_json =
        quoted(message, bar ? (size_t)(bar - message) : strlen(message));
    cleanup_free char *traceback_json = quoted(traceback, strlen(traceback));
    cleanup_free char *data =
        code == -32000 ? file_path("{\"traceback\": %s}", traceback_json) : file_path("null");
    cleanup_free char *pattern = file_path("{\"jsonrpc\": \"2.0\", \"id\": %d, \"error\": "
                                           "{\"code\": %ld, \"message\": %s, \"data\": %s}}",
                                           play.id, code, message_json, data);
    expect_reply(pattern);
}

static void start(const char *dir)
{
    char log[128];
    snprintf(log, sizeof(log), "%s/stderr", work_dir);
    if (play.server.pid > 0)
        give_up("a server is running still");
    play.id = 0;
    if (!server_start(dir, log, &play.server))
        give_up("cannot start: %s", strerror(errno));
}

static void expect_end(const char *rest)
{
    int wanted = atoi(rest);
    int status = server_wait(&play.server);
    if (status != wanted)
        give_up("ended with %d, want %d", status, wanted);
}

static void send_line(const char *rest)
{
    send_text(rest);
    send_text("\n");
}

static void close_requests(const char *rest)
{
    (void)rest;
    server_close_requests(&play.server);
}

static const struct {
    const char *word;
    void (*run)(const char *rest);
} STEPS[] = {
    {"server", start},       {"call", do_call},         {"result", expect_result},
    {"error", expect_error}, {">", send_line},          {">>", send_text},
    {"<", expect_reply},     {"close", close_requests}, {"end", expect_end},
};

static void run_step(const char *text)
{
    size_t length = strcspn(text, " ");
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++)
        if (strlen(STEPS[i].word) == length && strncmp(STEPS[i].word, text, length) == 0) {
            STEPS[i].run(text[length] ? text + length + 1 : "");
            return;
        }
    give_up("no such step: %s", text);
}

static void set_up(void)
{
    strcpy(work_dir, "/tmp/test_transcripts.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(work_dir));
}

static void tear_down(void)
{
    struct error err;
    server_kill(&play.server);
    file_remove_tree(work_dir, &err);
}

START_TEST(transcript)
{
    char *line = NULL;
    size_t size = 0;
    play.name = TRANSCRIPTS[_i];
    cleanup_free char *path = file_path("%s/tests/api/%s.transcript", SOURCE_DIR, play.name);
    cleanup_file FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    while (getline(&line, &size, file) > 0) {
        play.line++;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        cleanup_free char *expanded = expand(line);
        run_step(expanded);
    }
    free(line);
    ck_assert_msg(play.server.pid <= 0, "%s: its last server was never ended", play.name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transcripts");
    TCase *cases = tcase_create("transcripts");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 180);
    tcase_add_loop_test(cases, transcript, 0, sizeof(TRANSCRIPTS) / sizeof(TRANSCRIPTS[0]));
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
