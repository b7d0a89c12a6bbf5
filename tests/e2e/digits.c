#include "e2e/digits.h"

#include "client/compare.h"
#include "client/device_model.h"
#include "client/npy.h"

#include <stdlib.h>

enum { CALL_TIMEOUT_MS = 60 * 1000 };

static bool check_output(const float *got, const float *expected, int image, struct error *err)
{
    static const struct tolerance TOLERANCE = {.rtol = COMPARE_DEFAULT_RTOL,
                                               .atol = COMPARE_DEFAULT_ATOL};
    float scores[10];
    struct tensor a = {.code = TENSOR_FLOAT, .bits = 32, .ndim = 1, .shape = {10}};
    struct tensor b = a;
    for (int i = 0; i < 10; i++)
        scores[i] = expected[i];
    a.data = (void *)got;
    b.data = scores;
    struct comparison comparison = tensor_compare(&a, &b, &TOLERANCE);
    if (comparison.mismatches == 0)
        return true;
    long long first = comparison.first_mismatch;
    return error_set(err, ERROR_DEVICE, 0, "image %d, class %lld: got %g, expected %g", image,
                     first, (double)got[first], (double)scores[first]);
}

static struct tensor images;
static struct tensor expected;

bool digits_load(struct error *err)
{
    return (images.data || npy_load(DIGITS_IMAGES, &images, err)) &&
           (expected.data || npy_load(DIGITS_EXPECTED, &expected, err));
}

static bool classify(struct device_model *model, int count, struct error *err)
{
    if (model->inputs_count != 1 || model->outputs_count != 1 ||
        model->outputs[0].type.size_bytes != 10 * sizeof(float))
        return error_set(err, ERROR_DEVICE, 0, "this is not the digits model");
    for (int i = 0; i < count; i++) {
        const float *image = (const float *)images.data + 64 * (size_t)i;
        float scores[10];
        if (!device_model_set_input(model, 0, image, err) || !device_model_run(model, err) ||
            !device_model_get_output(model, 0, scores, err) ||
            !check_output(scores, (const float *)expected.data + 10 * (size_t)i, i, err))
            return false;
    }
    return true;
}

/* Our link takes larger messages than TVM's session, which hangs on them: a firmware for TVM must
 * announce no more than that keeps, of which 11 bytes are headers. */
static bool check_packets(const struct rpc_client *client, struct error *err)
{
    enum { PACKET_MOST_BYTES = 2048 - 11 };
    if (client->packet_max_bytes <= PACKET_MOST_BYTES)
        return true;
    return error_set(err, ERROR_DEVICE, 0, "the firmware announces packets of %llu bytes",
                     (unsigned long long)client->packet_max_bytes);
}

bool digits_check(const struct link_stream *stream, int count, struct error *err)
{
    static const struct model_names NAMES = {.module = "default"};
    struct link *link = NULL;
    struct rpc_client client = {.link = NULL};
    struct device_model model = {.client = NULL};
    bool good = digits_load(err) &&
                link_open(stream, deadline_in_ms(CALL_TIMEOUT_MS), &link, err) &&
                rpc_open(link, CALL_TIMEOUT_MS, &client, err) && check_packets(&client, err) &&
                device_model_open(&client, &NAMES, &model, err) && classify(&model, count, err);
    device_model_dispose(&model);
    rpc_close(&client);
    link_close(link);
    return good;
}
