/* --labels: what fits, and the accuracy that is told. */
#include "client/npy.h"
#include "commands/run/tensors/labels.h"
#include "hostile/scratch.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

static const char *saved(int code, int bits, int ndim, const int64_t *shape, void *data)
{
    const char *path = scratch_path("labels.npy");
    struct tensor tensor = {
        .code = (uint8_t)code, .bits = (uint8_t)bits, .ndim = ndim, .data = data};
    memcpy(tensor.shape, shape, (size_t)ndim * sizeof(*shape));
    tensor.size_bytes = (size_t)tensor_elements(&tensor) * (size_t)bits / 8;
    ck_assert_msg(npy_save(path, &tensor, &err), "%s", err.text);
    return path;
}

static struct labels labels_of(int64_t count, const int64_t *classes, bool are_anomalies)
{
    struct labels labels = {.classes = calloc((size_t)count, sizeof(*classes)),
                            .count = count,
                            .are_anomalies = are_anomalies};
    memcpy(labels.classes, classes, (size_t)count * sizeof(*classes));
    return labels;
}

static struct tensor floats(int64_t inferences, int64_t each, float *data)
{
    return (struct tensor){.code = TENSOR_FLOAT,
                           .bits = 32,
                           .ndim = 2,
                           .shape = {inferences, each},
                           .data = data,
                           .size_bytes = (size_t)(inferences * each) * sizeof(*data)};
}

/* What labels_report prints of a score. The caller frees. */
static char *reported(const struct labels *labels, int64_t inferences, const struct tensor *output)
{
    char *text = NULL;
    size_t size = 0;
    struct report report;
    FILE *stream = open_memstream(&text, &size);
    report_init(&report, stream);
    struct labels_score score;
    ck_assert_msg(labels_score(labels, inferences, output, &score, &err), "%s", err.text);
    labels_report(labels, inferences, &score, &report);
    ck_assert_int_eq(fclose(stream), 0);
    return text;
}

static void says(struct labels labels, int64_t inferences, struct tensor output, const char *want)
{
    char *text = reported(&labels, inferences, &output);
    ck_assert_str_eq(text, want);
    free(text);
    labels_dispose(&labels);
}

START_TEST(files)
{
    struct labels labels = {.count = 7};
    uint8_t bytes[] = {0, 200, 3};
    ck_assert_msg(labels_load(saved(TENSOR_UINT, 8, 1, (int64_t[]){3}, bytes), &labels, &err), "%s",
                  err.text);
    ck_assert_int_eq(labels.count, 3);
    ck_assert_int_eq(labels.classes[1], 200);
    labels_dispose(&labels);
    labels_dispose(&labels);
    int64_t words[] = {-1};
    ck_assert(labels_load(saved(TENSOR_INT, 64, 1, (int64_t[]){1}, words), &labels, &err));
    ck_assert_int_eq(labels.classes[0], -1);
    labels_dispose(&labels);
}
END_TEST

static void refused(const char *path, const char *why)
{
    struct labels labels = {.classes = NULL};
    ck_assert(!labels_load(path, &labels, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, why) != NULL, "%s", err.text);
    ck_assert_ptr_null(labels.classes);
}

START_TEST(bad_files)
{
    float real[] = {1};
    uint8_t bytes[4] = {0};
    refused("/nonexistent/labels.npy", "--labels");
    refused(saved(TENSOR_FLOAT, 32, 1, (int64_t[]){1}, real), "holds float32 of shape (1,)");
    refused(saved(TENSOR_UINT, 8, 2, (int64_t[]){2, 2}, bytes), "give integers along one axis");
    refused(saved(TENSOR_UINT, 8, 1, (int64_t[]){0}, bytes), "of shape (0,)");
    scratch_write("text", "0\n1\n");
    refused(scratch_path("text"), "--labels");
}
END_TEST

static const struct {
    int64_t classes[4];
    int64_t count;
    int64_t inferences;
    int64_t outputs;
    bool are_anomalies;
    const char *why; /* NULL: they fit */
} FITS[] = {
    {{0, 1, 2, 2}, 4, 4, 3, false, NULL},
    {{0, 1, 2, 2}, 4, 5, 3, false, "4 of them for 5 inputs"},
    {{0, 1, 2, 2}, 4, 8, 3, false, "4 of them for 8 inputs"},
    {{0, 1, 2, 3}, 4, 4, 3, false, "element 3 is 3, not 0 to 2"},
    {{0, -1, 2, 3}, 4, 4, 3, false, "element 1 is -1, not 0 to 2"},
    {{0, 1, 1, 0}, 4, 4, 1, true, NULL},
    {{0, 1, 1, 0}, 4, 12, 1, true, NULL},
    {{0, 1, 1, 0}, 4, 6, 1, true, "4 of them for 6 inputs: give one for each, or for each so many"},
    {{0, 1, 2, 0}, 4, 4, 1, true, "element 2 is 2, not 0 to 1"},
    {{1, 1, 1, 1}, 4, 4, 1, true, "all are 1: to tell anomalies"},
    {{0, 0, 0, 0}, 4, 4, 1, true, "all are 0"},
};

START_TEST(fit)
{
    struct labels labels = labels_of(FITS[_i].count, FITS[_i].classes, FITS[_i].are_anomalies);
    struct tensor output = floats(1, FITS[_i].outputs, NULL);
    bool good = labels_check(&labels, FITS[_i].inferences, &output, &err);
    ck_assert_msg(good == (FITS[_i].why == NULL), "%s", err.text);
    if (!good)
        ck_assert_msg(strstr(err.text, FITS[_i].why) != NULL, "%s", err.text);
    ck_assert(!labels_check(&labels, FITS[_i].inferences, NULL, &err));
    labels_dispose(&labels);
    ck_assert(labels_check(&labels, 1, NULL, &err)); /* no labels */
}
END_TEST

/* Of equal numbers the first; beside what is no number none is the largest. */
START_TEST(top_1)
{
    float outputs[] = {0.1F, 0.9F, 0.0F, 0.5F, 0.2F, 0.5F, -3, -2, -1, 1, NAN, 0};
    says(labels_of(4, (int64_t[]){1, 0, 2, 0}, false), 4, floats(4, 3, outputs),
         "accuracy  75.00 % top-1, 3 of 4\n");
    says(labels_of(4, (int64_t[]){1, 2, 2, 1}, false), 4, floats(4, 3, outputs),
         "accuracy  50.00 % top-1, 2 of 4\n");
    struct labels none = {.classes = NULL};
    says(none, 4, floats(4, 3, outputs), "");
}
END_TEST

START_TEST(anomalies)
{
    float scores[] = {1, 2, 3, 4, 5, 6};
    says(labels_of(6, (int64_t[]){0, 0, 0, 1, 1, 1}, true), 6, floats(6, 1, scores),
         "accuracy  AUC 1.0000, 3 normal and 3 anomalous, 1 input each\n");
    says(labels_of(6, (int64_t[]){0, 1, 0, 1, 0, 1}, true), 6, floats(6, 1, scores),
         "accuracy  AUC 0.6667, 3 normal and 3 anomalous, 1 input each\n");
    says(labels_of(2, (int64_t[]){1, 0}, true), 6, floats(6, 1, scores),
         "accuracy  AUC 0.0000, 1 normal and 1 anomalous, 3 inputs each\n");
    float equal[] = {1, 1, 1, 2};
    says(labels_of(4, (int64_t[]){0, 0, 1, 1}, true), 4, floats(4, 1, equal),
         "accuracy  AUC 0.7500, 2 normal and 2 anomalous, 1 input each\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("labels");
    TCase *tests = tcase_create("labels");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, files);
    tcase_add_test(tests, bad_files);
    tcase_add_loop_test(tests, fit, 0, sizeof(FITS) / sizeof(FITS[0]));
    tcase_add_test(tests, top_1);
    tcase_add_test(tests, anomalies);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
