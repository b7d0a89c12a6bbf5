/* The RPC client against a device in memory: the way through, and every named fault. */
#include "client/device_model.h"
#include "unit/client/fake_device.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct fake_device device;
static struct error err;
static bool unchecked; /* the results may be anything */

static const char *const NAMES_IN[] = {"first", "second"};
static const char *const NAMES_OUT[] = {"doubled", "negated"};
static const struct model_names NAMES = {"default", NAMES_IN, 2, NAMES_OUT, 2, NULL};

static float x[FAKE_FLOATS];
static const int8_t k[FAKE_BYTES] = {1, -2, 3};

static void check_results(const struct device_model *model, const float *y, const int8_t *z)
{
    ck_assert_uint_eq(model->inputs_count, 2);
    ck_assert_uint_eq(model->outputs_count, 2);
    ck_assert_str_eq(model->inputs[0].name, device.fault == FAKE_OLD_RUNTIME ? "first" : "x");
    ck_assert_str_eq(model->outputs[1].name, "negated");
    ck_assert_uint_eq(model->outputs[0].type.size_bytes, sizeof(x));
    ck_assert_uint_eq(model->outputs[1].type.size_bytes, sizeof(k));
    for (int i = 0; i < FAKE_FLOATS; i++)
        ck_assert_float_eq(y[i], 2 * x[i]);
    for (int i = 0; i < FAKE_BYTES; i++)
        ck_assert_int_eq(z[i], -k[i]);
    ck_assert_int_eq(device.references, 0);
}

static bool infer(struct device_model *model, struct error *error)
{
    void *buffers[4] = {NULL};
    bool good = true;
    for (size_t i = 0; good && i < 2 && i < model->inputs_count; i++) {
        size_t size_bytes = model->inputs[i].type.size_bytes;
        buffers[i] = calloc(1, size_bytes + 1);
        if (size_bytes == (i == 0 ? sizeof(x) : sizeof(k)))
            memcpy(buffers[i], i == 0 ? (const void *)x : k, size_bytes);
        good = device_model_set_input(model, i, buffers[i], error);
    }
    good = good && device_model_run(model, error);
    for (size_t i = 0; good && i < 2 && i < model->outputs_count; i++) {
        buffers[2 + i] = calloc(1, model->outputs[i].type.size_bytes + 1);
        good = device_model_get_output(model, i, buffers[2 + i], error);
    }
    if (good && !unchecked)
        check_results(model, buffers[2], buffers[3]);
    for (size_t i = 0; i < 4; i++)
        free(buffers[i]);
    return good;
}

/* All of it, from handshake to outputs. */
static bool use_device(struct error *error)
{
    struct link_stream stream = fake_device_stream(&device);
    struct link *link;
    struct rpc_client client;
    struct device_model model = {.client = NULL};
    for (int i = 0; i < FAKE_FLOATS; i++)
        x[i] = (float)i - 7.5F;
    if (!link_open(&stream, deadline_in_ms(1000), &link, error))
        return false;
    bool good = rpc_open(link, 1000, &client, error) &&
                device_model_open(&client, &NAMES, &model, error) && infer(&model, error);
    device_model_dispose(&model);
    rpc_close(&client);
    link_close(link);
    return good;
}

/* A deadline is for an answer, not for bytes. */
START_TEST(a_log_without_end_is_no_answer)
{
    struct link *link;
    struct rpc_client client;
    fake_device_init(&device, FAKE_LOGS_FOR_EVER);
    struct link_stream stream = fake_device_stream(&device);
    ck_assert_msg(link_open(&stream, deadline_in_ms(1000), &link, &err), "%s", err.text);
    ck_assert(!rpc_open(link, 20, &client, &err));
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_msg(strstr(err.text, "did not answer within 20 ms"), "%s", err.text);
    ck_assert_msg(strstr(device.log, "once more|once more|"), "%s", device.log);
    rpc_close(&client);
    link_close(link);
}
END_TEST

START_TEST(whole_way)
{
    fake_device_init(&device, FAKE_NO_FAULT);
    ck_assert_msg(use_device(&err), "%s", err.text);
    /* Several packets for the 160 bytes of x, none over the device's limit, one filled. */
    ck_assert_uint_eq(device.largest_packet, FAKE_PACKET_BYTES);
    ck_assert_str_eq(device.log, "ran|");
}
END_TEST

START_TEST(bytes_one_at_a_time)
{
    fake_device_init(&device, FAKE_NO_FAULT);
    device.read_limit = 1;
    ck_assert_msg(use_device(&err), "%s", err.text);
}
END_TEST

/* As over read_transport(n): what is asked for must be there, and few calls must do. */
START_TEST(exact_reads)
{
    fake_device_init(&device, FAKE_NO_FAULT);
    device.exact_reads = true;
    ck_assert_msg(use_device(&err), "%s", err.text);
    ck_assert_int_lt(device.reads, (int)device.to_host_size / 3);
}
END_TEST

START_TEST(noise_before_the_session)
{
    fake_device_init(&device, FAKE_NOISE_AT_BOOT);
    ck_assert_msg(use_device(&err), "%s", err.text);
    ck_assert_str_eq(device.log, "booting|ran|");
}
END_TEST

START_TEST(old_runtime)
{
    fake_device_init(&device, FAKE_OLD_RUNTIME);
    ck_assert_msg(use_device(&err), "%s", err.text);
}
END_TEST

static const struct {
    enum fake_fault fault;
    enum error_kind kind;
    const char *text;
} FAULTS[] = {
    {FAKE_SILENT, ERROR_TIMEOUT, "starting a session with the device: nothing came"},
    {FAKE_SILENT_TO_CALLS, ERROR_TIMEOUT, "did not answer within 1000 ms"},
    {FAKE_BAD_CRC, ERROR_DEVICE, "damaged (wrong CRC)"},
    {FAKE_TOO_LARGE, ERROR_DEVICE, "over 131072 bytes"},
    {FAKE_TWO_REPLIES, ERROR_DEVICE, "two replies"},
    {FAKE_RESTARTS, ERROR_DEVICE, "has restarted"},
    {FAKE_EXCEPTION, ERROR_DEVICE, "the device reports: no ? such thing"},
    {FAKE_EXCEPTION_NO_TEXT, ERROR_DEVICE, "no text"},
    {FAKE_EMPTY_REPLY, ERROR_DEVICE, "malformed"},
    {FAKE_WRONG_LENGTH, ERROR_DEVICE, "malformed"},
    {FAKE_WRONG_CODE, ERROR_DEVICE, "code 8"},
    {FAKE_TOO_MANY_VALUES, ERROR_DEVICE, "malformed: 4294967295 values"},
    {FAKE_CUT_VALUE, ERROR_DEVICE, "malformed"},
    {FAKE_LONG_STRING, ERROR_DEVICE, "in the middle of a value"},
    {FAKE_UNKNOWN_TYPE, ERROR_DEVICE, "type code 99"},
    {FAKE_MANY_DIMS, ERROR_DEVICE, "a tensor of 2139062143 dimensions"},
    {FAKE_NEGATIVE_DIM, ERROR_DEVICE, "its dimension 1, -1, is impossible"},
    {FAKE_HUGE_TENSOR, ERROR_DEVICE, "is impossible"},
    {FAKE_ODD_TYPE, ERROR_DEVICE, "4 lanes"},
    {FAKE_MANY_INPUTS, ERROR_DEVICE, "returned 1000000 (at most 256)"},
    {FAKE_SHORT_COPY, ERROR_DEVICE, "instead of"},
    {FAKE_NO_EXECUTOR, ERROR_DEVICE, "has no tvm.aot_executor.create"},
    {FAKE_TINY_PACKETS, ERROR_DEVICE, "packets of 20 bytes"},
};

enum { FAULTS_COUNT = sizeof(FAULTS) / sizeof(FAULTS[0]) };

/* Does the fault's own text come when it shows at some request? At others it may be covered: an
 * exception where a name is looked up means "not there", a copy's reply holds no values. */
START_TEST(fault_is_told)
{
    bool told = false;
    int requests;
    fake_device_init(&device, FAKE_NO_FAULT);
    ck_assert(use_device(&err));
    requests = device.requests;
    for (int after = 0; after < requests; after++) {
        memset(&err, 0, sizeof(err));
        fake_device_init(&device, FAULTS[_i].fault);
        device.after = after;
        /* A fault of the last replies' values may pass unseen, never a wrong result. */
        if (use_device(&err))
            continue;
        ck_assert_int_ne(err.kind, ERROR_NONE);
        ck_assert_int_ne(err.kind, ERROR_INTERNAL);
        if (err.kind == FAULTS[_i].kind && strstr(err.text, FAULTS[_i].text))
            told = true;
    }
    ck_assert_msg(told, "fault %d: last text: %s", FAULTS[_i].fault, err.text);
}
END_TEST

/* Any one byte of all that comes over the line damaged: an error, or the right result. */
START_TEST(any_byte_of_the_line)
{
    fake_device_init(&device, FAKE_NO_FAULT);
    ck_assert(use_device(&err));
    size_t size_bytes = device.to_host_size;
    size_t unnoticed = 0;
    for (size_t at = 0; at < size_bytes; at++) {
        fake_device_init(&device, FAKE_NO_FAULT);
        device.corrupt_line_at = at;
        /* A session has a random number: where that or a CRC has an ff, which is sent twice, all
         * that comes is longer, and this one may have ended before the byte. */
        unnoticed += use_device(&err) && at < device.to_host_size;
    }
    /* Only what is outside frames may pass: the no-op in front, and the log message. */
    ck_assert_uint_lt(unnoticed, 12);
}
END_TEST

/* Any one byte of a reply changed by the device itself, so that no CRC tells: whatever comes of it
 * is no crash and no hang. */
START_TEST(any_byte_of_a_reply)
{
    fake_device_init(&device, FAKE_NO_FAULT);
    ck_assert(use_device(&err));
    size_t size_bytes = device.bodies_size;
    size_t failures = 0;
    unchecked = true;
    for (size_t at = 0; at < size_bytes; at++) {
        fake_device_init(&device, FAKE_NO_FAULT);
        device.corrupt_body_at = at;
        failures += !use_device(&err);
    }
    ck_assert_uint_gt(failures, size_bytes / 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rpc_client");
    TCase *way = tcase_create("way");
    tcase_add_test(way, whole_way);
    tcase_add_test(way, bytes_one_at_a_time);
    tcase_add_test(way, exact_reads);
    tcase_add_test(way, noise_before_the_session);
    tcase_add_test(way, old_runtime);
    tcase_add_test(way, a_log_without_end_is_no_answer);
    suite_add_tcase(suite, way);
    TCase *faults = tcase_create("faults");
    tcase_add_loop_test(faults, fault_is_told, 0, FAULTS_COUNT);
    tcase_add_test(faults, any_byte_of_the_line);
    tcase_add_test(faults, any_byte_of_a_reply);
    suite_add_tcase(suite, faults);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
