/* What compile_definitions says of MLPerf Tiny's tasks, and which models are for them. */
#include "project/types/mlperftiny.h"
#include "project/types/standalone.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

static struct settings settings_of(char **definitions)
{
    static char type[] = MLPERFTINY_TYPE;
    struct settings settings;
    settings_init(&settings);
    settings.project_type = type;
    settings.compile_definitions = definitions;
    return settings;
}

START_TEST(nothing_said)
{
    struct mlperftiny benchmark;
    struct settings settings = settings_of(NULL);
    ck_assert(mlperftiny_read(&settings, &benchmark, &err));
    ck_assert_int_eq(benchmark.task, MLPERFTINY_NO_TASK);
    ck_assert_double_eq(benchmark.scale, 1);
    ck_assert_double_eq(benchmark.zero, 0);
}
END_TEST

/* As TVM's clients say it; of several of a name the last counts, as for a compiler. */
START_TEST(all_said)
{
    struct mlperftiny benchmark;
    char *definitions[] = {"-DWORKSPACE_SIZE=4000",
                           "-DTARGET_MODEL=4",
                           "-DTH_MODEL_VERSION=EE_MODEL_VERSION_VWW01",
                           "TARGET_MODEL=2",
                           "-DTARGET_MODELS=9",
                           "-DOUT_QUANT_SCALE=0.00390625",
                           "-DOUT_QUANT_ZERO=-128",
                           NULL};
    struct settings settings = settings_of(definitions);
    ck_assert_msg(mlperftiny_read(&settings, &benchmark, &err), "%s", err.text);
    ck_assert_int_eq(benchmark.task, MLPERFTINY_VISUAL_WAKE_WORDS);
    ck_assert_double_eq(benchmark.scale, 0.00390625);
    ck_assert_double_eq(benchmark.zero, -128);
    ck_assert(mlperftiny_takes_pictures(&benchmark));
    char *name_alone[] = {"-DTARGET_MODEL", NULL};
    settings = settings_of(name_alone);
    ck_assert(mlperftiny_read(&settings, &benchmark, &err));
    ck_assert_int_eq(benchmark.task, MLPERFTINY_KEYWORD_SPOTTING);
    ck_assert(!mlperftiny_takes_pictures(&benchmark));
}
END_TEST

static const struct {
    const char *definition;
    const char *why;
} BAD[] = {
    {"-DTARGET_MODEL=0", "TARGET_MODEL=0: project type mlperftiny knows 1 (keyword spotting), 2"},
    {"TARGET_MODEL=5", "TARGET_MODEL=5"},
    {"TARGET_MODEL=", "TARGET_MODEL=:"},
    {"TARGET_MODEL=11", "TARGET_MODEL=11"},
    {"TARGET_MODEL=kws", "TARGET_MODEL=kws"},
    {"OUT_QUANT_SCALE=x", "OUT_QUANT_SCALE=x: project type mlperftiny takes a number"},
    {"OUT_QUANT_SCALE=", "OUT_QUANT_SCALE=:"},
    {"OUT_QUANT_SCALE=inf", "OUT_QUANT_SCALE=inf"},
    {"OUT_QUANT_SCALE=0", "OUT_QUANT_SCALE=0: it must be above 0"},
    {"OUT_QUANT_SCALE=-1", "must be above 0"},
    {"OUT_QUANT_ZERO=1 2", "OUT_QUANT_ZERO=1 2"},
};

START_TEST(bad_definitions)
{
    struct mlperftiny benchmark = {.scale = 7};
    char *definitions[] = {(char *)BAD[_i].definition, NULL};
    struct settings settings = settings_of(definitions);
    ck_assert(!mlperftiny_read(&settings, &benchmark, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, BAD[_i].why) != NULL, "%s", err.text);
    ck_assert_double_eq(benchmark.scale, 7);
}
END_TEST

#define TENSOR(is, of, bytes)                                                                      \
    {                                                                                              \
        .name = (is), .dtype = (of), .size_bytes = (bytes)                                         \
    }

static struct model_tensor floats[] = {TENSOR("f", "float32", 64), TENSOR("g", "float32", 64)};
static struct model_tensor few_floats[] = {TENSOR("f", "float32", 4)};
static struct model_tensor ints[] = {TENSOR("i", "int8", 64)};
static struct model_tensor bytes[] = {TENSOR("b", "uint8", 64)};

static const struct {
    char *task;
    struct model_tensor *inputs;
    size_t inputs_count;
    struct model_tensor *outputs;
    const char *why; /* NULL: it is a model for the task */
} MODELS[] = {
    {"TARGET_MODEL=1", ints, 1, ints, NULL},
    {"TARGET_MODEL=1", floats, 1, ints, NULL},
    {"TARGET_MODEL=1", floats, 2, ints, "one input and one output"},
    {"TARGET_MODEL=2", ints, 1, ints, NULL},
    {"TARGET_MODEL=2", bytes, 1, ints, NULL},
    {"TARGET_MODEL=2", floats, 1, ints, "(visual wake words) is for a model with an input of int8"},
    {"TARGET_MODEL=3", floats, 1, floats, NULL},
    {"TARGET_MODEL=3", floats, 1, few_floats, "of float32 and of the same size"},
    {"TARGET_MODEL=3", ints, 1, ints, "(anomaly detection) is for a model with an input and an"},
    {"TARGET_MODEL=4", ints, 1, ints, NULL},
    {"TARGET_MODEL=4", floats, 1, ints, "(image classification)"},
    {"NO_TASK", floats, 2, ints, NULL},
};

START_TEST(models)
{
    char *definitions[] = {MODELS[_i].task, NULL};
    struct settings settings = settings_of(definitions);
    char executor[] = "aot";
    struct model model = {.executor = executor,
                          .c_interface = true,
                          .inputs = MODELS[_i].inputs,
                          .inputs_count = MODELS[_i].inputs_count,
                          .outputs = MODELS[_i].outputs,
                          .outputs_count = 1};
    bool good = standalone_check(&settings, &model, &err);
    ck_assert_msg(good == (MODELS[_i].why == NULL), "%s", err.text);
    if (good)
        return;
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    ck_assert_msg(strstr(err.text, MODELS[_i].why) != NULL, "%s", err.text);
    ck_assert_ptr_nonnull(strstr(err.text, "\n  input "));
}
END_TEST

START_TEST(no_c_interface)
{
    struct settings settings = settings_of(NULL);
    char executor[] = "aot";
    struct model model = {.executor = executor};
    ck_assert(!standalone_check(&settings, &model, &err));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    ck_assert_msg(strstr(err.text, "\"mlperftiny\" needs Executor(\"aot\", {\"interface-api\": "
                                   "\"c\"") != NULL,
                  "%s", err.text);
    settings.project_type = NULL;
    ck_assert(standalone_check(&settings, &model, &err));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mlperftiny_settings");
    TCase *tests = tcase_create("mlperftiny_settings");
    tcase_add_test(tests, nothing_said);
    tcase_add_test(tests, all_said);
    tcase_add_loop_test(tests, bad_definitions, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_loop_test(tests, models, 0, sizeof(MODELS) / sizeof(MODELS[0]));
    tcase_add_test(tests, no_c_interface);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
