/* The heap that a model needs, to the byte: a firmware whose heap has just what memory_need_read
 * says runs the model, and one with a byte less does not. So the server's figures are those of the
 * runtime on the board, whatever they are made of. */
#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "boards/board_programs.h"
#include "client/device_model.h"
#include "commands/board_stream.h"
#include "commands/pipeline.h"
#include "commands/run/memory.h"
#include "memory/heap_block.h"
#include "model/graph/files.h"
#include "project/fit.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MODELS SOURCE_DIR "/tests/models/"

static const char *const boards[] = {"mps2_an385", "qemu_cortex_m3", "qemu_riscv32",
                                     "qemu_riscv64"};
static const struct {
    const char *archive;
    bool links_parameters;
} cases[] = {
    {MODELS "digits.tar", false},    {MODELS "digits_graph.tar", false},
    {MODELS "pair.tar", false},      {MODELS "pair_graph.tar", false},
    {MODELS "pair_graph.tar", true}, {MODELS "two.tar", false},
};
enum { BOARDS = 4, CASES = sizeof(cases) / sizeof(cases[0]) };

static struct error err;
static struct report report;

/* ---- one run ---- */

static bool run_model(struct rpc_client *client, const struct model *archive,
                      const struct graph_source *graph)
{
    struct device_model model __attribute__((cleanup(device_model_dispose))) = {0};
    const char *inputs[16] = {NULL};
    for (size_t i = 0; i < archive->inputs_count; i++)
        inputs[i] = archive->inputs[i].name;
    const struct model_names names = {.module = archive->name,
                                      .inputs = inputs,
                                      .inputs_count = archive->inputs_count,
                                      .graph = graph};
    if (!device_model_open(client, &names, &model, &err))
        return false;
    for (size_t i = 0; i < model.inputs_count; i++) {
        cleanup_free void *data = calloc(1, model.inputs[i].type.size_bytes);
        if (!device_model_set_input(&model, i, data, &err))
            return false;
    }
    return device_model_run(&model, &err);
}

/* What was measured on the board is all of a heap that has just what is needed. */
static void check_peak(struct pipeline *pipeline)
{
    struct run_memory memory = {.is_measured = false};
    ck_assert_msg(run_memory_read(pipeline, &memory, &err) &&
                      run_memory_measure(pipeline->board, &memory, &err),
                  "%s", err.text);
    ck_assert_uint_eq(memory.heap_peak_bytes + HEAP_BLOCK_HEADER_BYTES, pipeline->need.heap_bytes);
    run_memory_dispose(&memory);
}

static bool run_on_board(struct pipeline *pipeline)
{
    enum { TIMEOUT_MS = 30 * 1000 };
    const struct model *model = &pipeline->manifest.model;
    struct board_stream stream = {.board = pipeline->board};
    struct link_stream link_stream = board_stream_link(&stream);
    struct graph_files files = {.text = NULL};
    cleanup_free char *dir = file_path("%s/model", pipeline->project_dir);
    struct link *link;
    struct rpc_client client = {0};
    if (strcmp(model->executor, "graph") == 0)
        ck_assert_msg(graph_files_load(dir, model->name, &files, &err), "%s", err.text);
    const struct graph_source graph = {files.text, files.params, files.params_size_bytes};
    ck_assert_msg(board_open(pipeline->board, &err), "%s", err.text);
    bool good = link_open(&link_stream, deadline_in_ms(TIMEOUT_MS), &link, &err);
    if (good) {
        good = rpc_open(link, TIMEOUT_MS, &client, &err) &&
               run_model(&client, model, files.text ? &graph : NULL);
        rpc_close(&client);
        link_close(link);
    }
    if (good)
        check_peak(pipeline);
    board_close(pipeline->board);
    graph_files_dispose(&files);
    return good;
}

/* Past the check that refuses a heap that is too small. */
static void link_with_heap(struct pipeline *pipeline, uint64_t heap_bytes)
{
    const char *const argv[] = {"ninja", "-C", "build", NULL};
    struct child_options options = {.argv = argv,
                                    .working_dir = pipeline->project_dir,
                                    .stdin_fd = -1,
                                    .stdout_fd = -1,
                                    .stderr_fd = -1};
    int status = -1;
    pipeline->manifest.settings.workspace_size_bytes = (int64_t)heap_bytes;
    ck_assert(manifest_save(pipeline->project_dir, &pipeline->manifest, &err));
    ck_assert_msg(child_run(&options, deadline_never(), NULL, NULL, NULL, &status, &err), "%s",
                  err.text);
    ck_assert_int_eq(status, 0);
}

static void check_need(const char *archive, bool links_parameters, const char *board)
{
    struct pipeline pipeline = {.command = "test", .report = &report, .has_device_graph = true};
    struct settings settings;
    struct memory_need need;
    settings_init(&settings);
    settings.board = strdup(board);
    settings.rpc_packet_size_bytes = 2048;
    settings.link_parameters = links_parameters;
    ck_assert_msg(pipeline_prepare(&pipeline, NULL, &err) &&
                      pipeline_generate(&pipeline, archive, NULL, &settings, &err) &&
                      fit_need(pipeline.project_dir, &pipeline.manifest, true, &need, &err),
                  "%s", err.text);
    pipeline.manifest.settings.workspace_size_bytes = (int64_t)need.heap_bytes;
    ck_assert_msg(pipeline_build(&pipeline, &err) && pipeline_flash(&pipeline, &err), "%s",
                  err.text);
    ck_assert_msg(run_on_board(&pipeline), "%s on %s, a heap of %llu bytes: %s", archive, board,
                  (unsigned long long)need.heap_bytes, err.text);
    link_with_heap(&pipeline, need.heap_bytes - 1);
    cleanup_free char *elf = file_path("%s/build/firmware.elf", pipeline.project_dir);
    ck_assert_msg(board_flash(pipeline.board, elf, &err), "%s", err.text);
    ck_assert_msg(!run_on_board(&pipeline), "%s on %s runs with less than %llu bytes", archive,
                  board, (unsigned long long)need.heap_bytes);
    ck_assert_msg(strstr(err.text, "heap full: ") != NULL, "%s", err.text);
    pipeline_dispose(&pipeline);
    settings_dispose(&settings);
}

START_TEST(the_heap_is_counted_to_the_byte)
{
    char lacks[BOARD_REASON_SIZE];
    board_programs_lacking(boards[_i % BOARDS], lacks);
    if (lacks[0])
        printf("SKIP the_heap_is_counted_to_the_byte: %s: %s\n", boards[_i % BOARDS], lacks);
    else
        check_need(cases[_i / BOARDS].archive, cases[_i / BOARDS].links_parameters,
                   boards[_i % BOARDS]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heap_need");
    TCase *tcase = tcase_create("boards");
    tcase_set_timeout(tcase, 120);
    report_init(&report, stdout);
    tcase_add_loop_test(tcase, the_heap_is_counted_to_the_byte, 0, BOARDS * CASES);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
