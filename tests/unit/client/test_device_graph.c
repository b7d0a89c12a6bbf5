/* `run`'s side of a graph against the bundled runtime's, both in this process. */
#include "client/device_model.h"
#include "unit/crt/crt_platform.h"
#include "unit/crt/graph_model.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/graph_executor_module.h>
#include <tvm/runtime/crt/microtvm_rpc_server.h>

enum { LINE_BYTES = 256 * 1024, TIMEOUT_MS = 1000 };

static const float PARAMETER[GRAPH_FLOATS] = {1, 2, 3, 4, 5, 6};
static const char *const INPUTS[] = {"x"};
static const char *const OUTPUTS[] = {"sum", "doubled"};

/* ---- the line ---- */

static struct {
    microtvm_rpc_server_t server;
    uint8_t to_host[LINE_BYTES];
    size_t size;
    size_t at;
} line;

static ssize_t from_server(void *context, const uint8_t *data, size_t size)
{
    (void)context;
    ck_assert_uint_le(size, sizeof(line.to_host) - line.size);
    memcpy(line.to_host + line.size, data, size);
    line.size += size;
    return (ssize_t)size;
}

static bool stream_write(void *context, const void *data, size_t size, struct deadline deadline,
                         struct error *err)
{
    uint8_t *next = (uint8_t *)data;
    (void)context;
    (void)deadline;
    (void)err;
    return MicroTVMRpcServerLoop(line.server, &next, &size) == kTvmErrorNoError;
}

static bool stream_read(void *context, void *data, size_t capacity, size_t least, size_t *ret_size,
                        struct deadline deadline, struct error *err)
{
    size_t size = line.size - line.at < capacity ? line.size - line.at : capacity;
    (void)context;
    (void)deadline;
    if (size < least)
        return error_set(err, ERROR_TIMEOUT, 0, "nothing came");
    memcpy(data, line.to_host + line.at, size);
    line.at += size;
    if (line.at == line.size)
        line.at = line.size = 0;
    *ret_size = size;
    return true;
}

/* ---- one session ---- */

static struct link *session;
static struct rpc_client client;
static struct device_model model;
static struct error err;
static uint8_t params[512];
static struct graph_source graph;

static void open_line(bool registered, bool links)
{
    const struct link_stream stream = {.read = stream_read, .write = stream_write};
    graph_model.links = links;
    line.server = MicroTVMRpcServerInit(from_server, NULL);
    if (registered)
        ck_assert_int_eq(TVMGraphExecutorModule_Register(), 0);
    ck_assert_msg(link_open(&stream, deadline_in_ms(TIMEOUT_MS), &session, &err), "%s", err.text);
    ck_assert_msg(rpc_open(session, TIMEOUT_MS, &client, &err), "%s", err.text);
    graph = (struct graph_source){graph_model_json, params,
                                  graph_model_params(PARAMETER, params, sizeof(params))};
}

static void start(void)
{
    open_line(true, false);
}

static void start_linked(void)
{
    open_line(true, true);
}

static void start_without(void)
{
    open_line(false, false);
}

static void end(void)
{
    device_model_dispose(&model);
    rpc_close(&client);
    link_close(session);
}

static bool open_model(void)
{
    const struct model_names names = {"default", INPUTS, 1, OUTPUTS, 2, &graph};
    return device_model_open(&client, &names, &model, &err);
}

static void run_and_check(const float *parameter)
{
    float x[GRAPH_FLOATS];
    float sum[GRAPH_FLOATS];
    float doubled[GRAPH_FLOATS];
    for (int i = 0; i < GRAPH_FLOATS; i++)
        x[i] = 100 + (float)i;
    bool good = device_model_set_input(&model, 0, x, &err) && device_model_run(&model, &err) &&
                device_model_get_output(&model, 0, sum, &err) &&
                device_model_get_output(&model, 1, doubled, &err);
    ck_assert_msg(good, "%s", err.text);
    for (int i = 0; i < GRAPH_FLOATS; i++) {
        ck_assert_float_eq(sum[i], x[i] + parameter[i]);
        ck_assert_float_eq(doubled[i], 2 * sum[i]);
    }
}

#define ASSERT_SAYS(part) ck_assert_msg(strstr(err.text, (part)) != NULL, "%s", err.text)

/* The graph is longer than a packet of this device. */
START_TEST(test_long_graph)
{
    ck_assert_uint_gt(strlen(graph_model_json), client.packet_max_bytes);
    ck_assert_msg(open_model(), "%s", err.text);
    ck_assert_uint_eq(model.inputs_count, 1);
    ck_assert_str_eq(model.inputs[0].name, "x");
    ck_assert_uint_eq(model.outputs_count, 2);
    ck_assert_int_eq(model.outputs[0].type.ndim, 1);
    run_and_check(PARAMETER);
    run_and_check(PARAMETER);
}
END_TEST

START_TEST(test_short_graph)
{
    static const char *const names[] = {"a"};
    const struct model_names all = {"default", names, 1, NULL, 0, &graph};
    float values[GRAPH_FLOATS];
    graph = (struct graph_source){graph_model_small, NULL, 0};
    ck_assert_msg(device_model_open(&client, &all, &model, &err), "%s", err.text);
    ck_assert_str_eq(model.outputs[0].name, "output0");
    ck_assert(device_model_set_input(&model, 0, PARAMETER, &err));
    ck_assert(device_model_run(&model, &err));
    ck_assert(device_model_get_output(&model, 0, values, &err));
    for (int i = 0; i < GRAPH_FLOATS; i++)
        ck_assert_float_eq(values[i], 2 * PARAMETER[i]);
}
END_TEST

/* Parameters in the library are not sent. */
START_TEST(test_linked)
{
    params[0] ^= 1;
    ck_assert_msg(open_model(), "%s", err.text);
    run_and_check(graph_model_linked);
}
END_TEST

START_TEST(test_damaged_params)
{
    size_t size = graph.params_size_bytes;
    for (size_t cut = 0; cut < size; cut++) {
        /* Of exactly this size: reading past the end would be seen. */
        uint8_t *copy = malloc(cut + (cut == 0));
        ck_assert_ptr_nonnull(copy);
        memcpy(copy, params, cut);
        graph.params = copy;
        graph.params_size_bytes = cut;
        ck_assert(!open_model());
        ck_assert_int_eq(err.kind, ERROR_MODEL);
        ASSERT_SAYS("parameters are damaged");
        free(copy);
    }
}
END_TEST

START_TEST(test_params_of_another_graph)
{
    static const char P_SHAPE[] = "[2, 3], [2, 3], [6]";
    char text[4096];
    int before = (int)(strstr(graph_model_json, P_SHAPE) - graph_model_json);
    snprintf(text, sizeof(text), "%.*s[3, 3], [2, 3], [6]%s", before, graph_model_json,
             graph_model_json + before + strlen(P_SHAPE));
    graph.text = text;
    ck_assert(!open_model());
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ASSERT_SAYS("parameter \"p\": it has 24 bytes, the graph has another size");
}
END_TEST

START_TEST(test_bad_graph)
{
    graph.text = "{\"nodes\": []}";
    ck_assert(!open_model());
    ASSERT_SAYS("the device reports: graph: no \"arg_nodes\" in it");
}
END_TEST

/* Wherever memory runs out: it is told for what, and in the platform's words how much there is. */
START_TEST(test_no_memory)
{
    int failures = 0;
    crt_platform.heap_text = "heap full: so much is free";
    for (bool failed = true; failed; failures++) {
        crt_platform.fail_allocation = failures + 1;
        failed = !open_model();
        crt_platform.fail_allocation = 0;
        if (!failed)
            break;
        ck_assert_int_eq(err.kind, ERROR_DEVICE);
        ASSERT_SAYS("the device reports: no memory: ");
        ASSERT_SAYS(": heap full: so much is free");
        ck_assert_msg(!strstr(err.text, "packet"), "%s", err.text);
    }
    ck_assert_int_gt(failures, 20);
    run_and_check(PARAMETER);
}
END_TEST

START_TEST(test_no_executor)
{
    ck_assert(!open_model());
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ASSERT_SAYS("the firmware has no tvm.graph_executor.create");
}
END_TEST

static TCase *add_case(Suite *suite, const char *name, SFun before)
{
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, before, end);
    suite_add_tcase(suite, tests);
    return tests;
}

int main(void)
{
    Suite *suite = suite_create("device_graph");
    TCase *tests = add_case(suite, "graph", start);
    tcase_add_test(tests, test_long_graph);
    tcase_add_test(tests, test_short_graph);
    tcase_add_test(tests, test_no_memory);
    tcase_add_test(tests, test_damaged_params);
    tcase_add_test(tests, test_params_of_another_graph);
    tcase_add_test(tests, test_bad_graph);
    tcase_add_test(add_case(suite, "linked", start_linked), test_linked);
    tcase_add_test(add_case(suite, "without", start_without), test_no_executor);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
