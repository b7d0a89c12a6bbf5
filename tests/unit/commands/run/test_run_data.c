/* Files against a model's inputs and outputs: who is for whom, what fits, what is refused. */
#include "base/file.h"
#include "client/npy.h"
#include "commands/run/tensors/data.h"
#include "commands/run/tensors/output.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char dir[] = "/tmp/test_run_data-XXXXXX";
static struct error err;

static struct model_tensor archive_inputs[] = {
    {.name = "x", .dtype = "float32", .size_bytes = 16},
    {.name = "k", .dtype = "int8", .size_bytes = 3},
};
static struct model_tensor archive_outputs[] = {
    {.name = "y", .dtype = "float32", .size_bytes = 16},
};
static struct model_port ports_in[] = {
    {.name = "x",
     .type = {.code = TENSOR_FLOAT, .bits = 32, .ndim = 2, .shape = {1, 4}, .size_bytes = 16}},
    {.name = "k",
     .type = {.code = TENSOR_INT, .bits = 8, .ndim = 1, .shape = {3}, .size_bytes = 3}},
};
static struct model_port ports_out[] = {
    {.name = "y",
     .type = {.code = TENSOR_FLOAT, .bits = 32, .ndim = 2, .shape = {1, 4}, .size_bytes = 16}},
};
static const struct model ARCHIVE = {
    .inputs = archive_inputs, .inputs_count = 2, .outputs = archive_outputs, .outputs_count = 1};
static const struct device_model DEVICE = {
    .inputs = ports_in, .inputs_count = 2, .outputs = ports_out, .outputs_count = 1};

/* DIR/NAME: 0, 1, 2, ... as bytes, in this shape. */
static void save(const char *name, uint8_t code, uint8_t bits, int ndim, const int64_t *shape)
{
    struct tensor tensor = {.code = code, .bits = bits, .ndim = ndim};
    char path[96];
    uint8_t data[1024];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)i;
    memcpy(tensor.shape, shape, (size_t)ndim * sizeof(*shape));
    tensor.data = data;
    tensor.size_bytes = (size_t)tensor_elements(&tensor) * bits / 8;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    ck_assert_msg(npy_save(path, &tensor, &err), "%s", err.text);
}

static void make_files(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    save("f14", TENSOR_FLOAT, 32, 2, (int64_t[]){1, 4});
    save("f4", TENSOR_FLOAT, 32, 1, (int64_t[]){4});
    save("f514", TENSOR_FLOAT, 32, 3, (int64_t[]){5, 1, 4});
    save("f414", TENSOR_FLOAT, 32, 3, (int64_t[]){4, 1, 4});
    save("f014", TENSOR_FLOAT, 32, 3, (int64_t[]){0, 1, 4});
    save("d14", TENSOR_FLOAT, 64, 2, (int64_t[]){1, 4});
    save("b3", TENSOR_INT, 8, 1, (int64_t[]){3});
    save("b53", TENSOR_INT, 8, 2, (int64_t[]){5, 3});
    save("u3", TENSOR_UINT, 8, 1, (int64_t[]){3});
    save("f54", TENSOR_FLOAT, 32, 2, (int64_t[]){5, 4});
    save("f04", TENSOR_FLOAT, 32, 2, (int64_t[]){0, 4});
}

static void remove_files(void)
{
    ck_assert_msg(file_remove_tree(dir, &err), "%s", err.text);
}

/* "x=f14 k=b3 > y=f14": inputs, then expectations; files of DIR. Through all the checks. */
static bool bind(const char *line, struct run_data *data, struct run_args *args,
                 const struct model *archive)
{
    char text[128];
    static char words[8][96];
    int count = 0;
    bool expects = false;
    char *argv[20] = {"run", "m.tar", "-bb"};
    int argc = 3;
    snprintf(text, sizeof(text), "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        if (strcmp(word, ">") == 0) {
            expects = true;
            continue;
        }
        char *equals = strchr(word, '=');
        snprintf(words[count], sizeof(words[0]), "%.*s%s/%s", equals ? (int)(equals + 1 - word) : 0,
                 word, dir, equals ? equals + 1 : word);
        argv[argc++] = expects ? "--expect" : "--input";
        argv[argc++] = words[count++];
    }
    ck_assert(run_args_parse(argc, argv, args, &err));
    if (!run_data_load(args, data, &err))
        return false;
    return run_data_check_archive(data, archive, &err) && run_data_bind(data, &DEVICE, &err);
}

static const struct {
    const char *line;
    int64_t inferences;
    enum run_axis axis;
} GOOD[] = {
    {"x=f14 k=b3", 1, RUN_ONE},
    {"k=b3 x=f14 > y=f14", 1, RUN_ONE},
    {"f14 b3 > f14", 1, RUN_ONE},
    {"k=b3 f14", 1, RUN_ONE}, /* the first without a name is the first input */
    {"0=f14 1=b3", 1, RUN_ONE},
    {"x=f514 k=b53 > y=f514", 5, RUN_STACKED},
    {"x=f514 k=b3", 5, RUN_STACKED}, /* k is the same each time */
    {"x=f54 k=b3 > y=f54", 5, RUN_ROWS},
    {"x=f54 k=b3 > y=f514", 5, RUN_ROWS}, /* the same elements */
    {"x=f54 k=b53 > y=f54", 5, RUN_STACKED},
};

/* No accuracy can be told of what lies in memory by chance. */
START_TEST(labels_of_nothing)
{
    static int64_t classes[] = {1};
    struct model_tensor outputs[] = {archive_outputs[0]};
    struct model model = ARCHIVE;
    struct run_data data = {.labels = {.classes = classes, .count = 1}};
    model.inputs_count = 0;
    model.outputs = outputs;
    ck_assert_msg(run_data_check_archive(&data, &model, &err), "%s", err.text);
    outputs[0].unwritten = true;
    ck_assert(!run_data_check_archive(&data, &model, &err));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    ck_assert_msg(strstr(err.text, "--labels: of output \"y\"") != NULL, "%s", err.text);
    data.labels.classes = NULL;
    ck_assert(run_data_check_archive(&data, &model, &err));
}
END_TEST

START_TEST(good_files)
{
    struct run_data data = {.inputs = NULL};
    struct run_args args;
    ck_assert_msg(bind(GOOD[_i].line, &data, &args, &ARCHIVE), "%s", err.text);
    ck_assert_int_eq(data.inferences, GOOD[_i].inferences);
    ck_assert_int_eq(data.axis, GOOD[_i].axis);
    ck_assert_int_eq(data.outputs[0].ndim, data.axis == RUN_STACKED ? 3 : 2);
    ck_assert_int_eq(data.outputs[0].shape[0], data.inferences);
    ck_assert_int_eq(data.input_of[0]->tensor.code, TENSOR_FLOAT);
    ck_assert_int_eq(data.input_of[1]->tensor.code, TENSOR_INT);
    ck_assert_uint_eq(data.outputs[0].size_bytes, (size_t)GOOD[_i].inferences * 16);
    int64_t last = data.inferences - 1;
    const uint8_t *x = run_data_input(&data, 0, last);
    ck_assert_uint_eq(*x, last * 16);
    const uint8_t *k = run_data_input(&data, 1, last);
    ck_assert_uint_eq(*k, data.input_of[1]->axis == RUN_ONE ? 0 : last * 3);
    ck_assert_ptr_eq(run_data_output(&data, 0, last), (uint8_t *)data.outputs[0].data + last * 16);
    run_data_dispose(&data);
    run_args_dispose(&args);
}
END_TEST

static const struct {
    const char *line;
    const char *text;
} BAD[] = {
    {"x=f14", "no --input for \"k\"; the model takes 2:\n  --input x=FILE.npy  float32, 16 bytes\n"
              "  --input k=FILE.npy  int8, 3 bytes"},
    {"", "no --input for \"x\""},
    {"x=f14 k=b3 w=f14", "w: the model has no such tensor; it has 2:"},
    {"x=f14 k=b3 2=f14", "2: the model has no such tensor"},
    {"f14 b3 f14", "no such tensor"},
    {"x=f14 k=b3 > z=f14", "z: the model has no such tensor; it has 1:"},
    {"x=d14 k=b3", "holds float64, the model has float32"},
    {"x=f14 k=u3", "holds uint8, the model has int8"},
    {"x=f4 k=b3", "has shape (4,), the model (1, 4) (for several inferences: with one axis more in "
                  "front, or more rows)"},
    {"x=f04 k=b3", "of shape (0, 4) has 0 bytes"},
    {"x=f14 k=b3 > y=f54", "is for 5 inferences, the inputs are for 1"},
    {"x=f014 k=b3", "of shape (0, 1, 4) has 0 bytes"},
    {"x=f14 x=f14 k=b3", "\"x\" is given twice"},
    {"x=f514 f414 k=b3", "\"x\" is given twice"},
    {"x=f414 k=b53", "is for 5 inferences, another input for 4"},
    {"x=f514 k=b3 > y=f414", "is for 4 inferences, the inputs are for 5"},
    {"x=f14 k=b3 > y=f514", "is for 5 inferences, the inputs are for 1"},
    {"x=nothere k=b3", "--input: "},
};

START_TEST(bad_files)
{
    struct run_data data = {.inputs = NULL};
    struct run_args args;
    ck_assert(!bind(BAD[_i].line, &data, &args, &ARCHIVE));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, BAD[_i].text) != NULL, "%s", err.text);
    run_data_dispose(&data);
    run_args_dispose(&args);
}
END_TEST

/* An archive that names nothing: the device's own names and types are what counts. */
START_TEST(old_archive)
{
    static const struct model NAMELESS = {.name = NULL};
    struct run_data data = {.inputs = NULL};
    struct run_args args;
    ck_assert_msg(bind("x=f14 k=b3", &data, &args, &NAMELESS), "%s", err.text);
    run_data_dispose(&data);
    run_args_dispose(&args);
    ck_assert(!bind("x=d14 k=b3", &data, &args, &NAMELESS));
    ck_assert_ptr_nonnull(strstr(err.text, "holds float64, the model has float32"));
    run_data_dispose(&data);
    run_args_dispose(&args);
    ck_assert(!bind("x=f14", &data, &args, &NAMELESS));
    ck_assert_ptr_nonnull(strstr(err.text, "--input k=FILE.npy is missing"));
    run_data_dispose(&data);
    run_args_dispose(&args);
}
END_TEST

START_TEST(file_names_stay_inside)
{
    const struct model_port ports[] = {
        {.name = "output"}, {.name = "../../etc/x"}, {.name = ".hidden"},
        {.name = "a/b"},    {.name = "a_b"},         {.name = ""},
        {.name = "v1.2-x"},
    };
    static const char *const WANTED[] = {
        "output.npy", "_._.._etc_x.npy", "_hidden.npy", "a_b.npy",
        "a_b@4.npy",  "@5.npy",          "v1.2-x.npy",
    };
    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        char *name = run_output_file_name(ports, i);
        ck_assert_str_eq(name, WANTED[i]);
        free(name);
    }
}
END_TEST

START_TEST(long_names_are_cut_and_differ)
{
    char names[3][301];
    for (size_t i = 0; i < 3; i++) {
        memset(names[i], 'n', 300);
        names[i][300] = '\0';
    }
    names[1][299] = 'm';
    names[2][RUN_OUTPUT_NAME_LENGTH] = '\0';
    const struct model_port ports[] = {{.name = names[0]}, {.name = names[1]}, {.name = names[2]}};
    char *files[3];
    for (size_t i = 0; i < 3; i++) {
        files[i] = run_output_file_name(ports, i);
        ck_assert_uint_eq(strlen(files[i]), RUN_OUTPUT_NAME_LENGTH + strlen(".npy"));
        ck_assert_mem_eq(files[i], names[0], 183);
    }
    ck_assert_int_eq(files[0][183], '@');
    ck_assert_str_ne(files[0], files[1]);
    ck_assert_mem_eq(files[2], names[2], RUN_OUTPUT_NAME_LENGTH);
    for (size_t i = 0; i < 3; i++)
        free(files[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_data");
    TCase *files = tcase_create("files");
    tcase_add_unchecked_fixture(files, make_files, remove_files);
    tcase_add_loop_test(files, good_files, 0, sizeof(GOOD) / sizeof(GOOD[0]));
    tcase_add_loop_test(files, bad_files, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_test(files, old_archive);
    tcase_add_test(files, labels_of_nothing);
    tcase_add_test(files, file_names_stay_inside);
    tcase_add_test(files, long_names_are_cut_and_differ);
    suite_add_tcase(suite, files);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
