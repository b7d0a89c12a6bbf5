#include "bench/line/digits.h"

#include "client/npy.h"

#include <math.h>

enum { SCORES = 10 };

bool digits_open(struct bench_device *device, struct digits_session *session, struct error *err)
{
    struct model_names names = {.module = "default"};
    *session = (struct digits_session){.images = &device->images};
    if (!npy_load(SOURCE_DIR "/tests/models/digits_expected.npy", &session->expected, err))
        return false;
    if (session->expected.size_bytes != (size_t)device->images.shape[0] * SCORES * sizeof(float))
        return error_set(err, ERROR_USAGE, 0, "digits_expected.npy is of other images");
    return bench_session_open(device, &session->session, err) &&
           device_model_open(&session->session.client, &names, &session->model, err);
}

void digits_close(struct digits_session *session)
{
    device_model_dispose(&session->model);
    bench_session_close(&session->session);
    tensor_dispose(&session->expected);
}

static bool check_scores(const float scores[SCORES], const float *expected, struct error *err)
{
    for (int i = 0; i < SCORES; i++)
        if (!(fabsf(scores[i] - expected[i]) < 1e-3F))
            return error_set(err, ERROR_DEVICE, 0, "score %d is %g, not %g", i, (double)scores[i],
                             (double)expected[i]);
    return true;
}

bool digits_classify(struct digits_session *session, struct error *err)
{
    const int64_t count = session->images->shape[0];
    const size_t image_bytes = session->images->size_bytes / (size_t)count;
    for (int64_t i = 0; i < count; i++) {
        float scores[SCORES];
        const char *image = (const char *)session->images->data + (size_t)i * image_bytes;
        if (!device_model_set_input(&session->model, 0, image, err) ||
            !device_model_run(&session->model, err) ||
            !device_model_get_output(&session->model, 0, scores, err) ||
            !check_scores(scores, (const float *)session->expected.data + i * SCORES, err))
            return error_wrap(err, "digit %lld", (long long)i);
    }
    return true;
}

bool digits_measure(struct bench_device *device, int rounds, int64_t *ret_ns, struct error *err)
{
    struct digits_session session = {0};
    bool ok = board_open(device->board, err) && digits_open(device, &session, err);
    for (int round = 0; ok && round < rounds; round++) {
        int64_t start_ns = clock_now_ns();
        ok = digits_classify(&session, err);
        int64_t taken_ns = clock_now_ns() - start_ns;
        if (round == 0 || taken_ns < *ret_ns)
            *ret_ns = taken_ns;
    }
    digits_close(&session);
    board_close(device->board);
    return ok;
}
