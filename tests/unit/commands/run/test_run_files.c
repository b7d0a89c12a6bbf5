/* Which '=' of an argument separates a tensor's name from a path, and which tensor it is for. */
#include "base/file.h"
#include "client/npy.h"
#include "commands/run/tensors/data.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/test_run_files-XXXXXX";
static struct error err;
static size_t files_count;

/* A file of the current folder with this number in it. */
static void save(const char *name, float value)
{
    struct tensor tensor = {.code = TENSOR_FLOAT,
                            .bits = 32,
                            .ndim = 1,
                            .shape = {1},
                            .size_bytes = sizeof(value),
                            .data = &value};
    ck_assert_msg(npy_save(name, &tensor, &err), "%s", err.text);
}

static void make_files(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chdir(dir), 0);
    ck_assert(file_make_dirs("runs/lr=0.1", &err));
    save("x.npy", 1);
    save("b=x.npy", 2);
    save("w=x.npy", 3);
    save("runs/lr=0.1/x.npy", 4);
    save("0.1=.npy", 5);
}

static void remove_files(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_msg(file_remove_tree(dir, &err), "%s", err.text);
}

#define FLOAT(called)                                                                              \
    {                                                                                              \
        .name = (called), .dtype = "float32", .size_bytes = 4                                      \
    }

static struct model_tensor tensors[] = {FLOAT("a"), FLOAT("a=b"), FLOAT("x.1"), FLOAT("x_1")};

enum { TENSORS_COUNT = sizeof(tensors) / sizeof(tensors[0]) };

static bool settle(const char *text, const struct model_tensor *model, size_t count,
                   struct run_tensor **ret_files)
{
    if (!run_files_load(&text, 1, "input", ret_files, &files_count, &err))
        return false;
    const struct run_side side = {model, count, NULL, "input"};
    if (run_files_settle(*ret_files, 1, &side, &err))
        return true;
    run_files_dispose(*ret_files, 1);
    return false;
}

static const struct {
    const char *text;
    const char *name; /* NULL: by place */
    float value;
    int index;
} GOOD[] = {
    {"x.npy", NULL, 1, 0},
    {"a=x.npy", "a", 1, 0},
    {"w=x.npy", NULL, 3, 0},      /* the model has no "w" */
    {"./w=x.npy", NULL, 3, 0},    /**/
    {"a=w=x.npy", "a", 3, 0},     /* nor an "a=w" */
    {"a=./b=x.npy", "a", 2, 0},   /* how to say it where both would do */
    {"a=b=./x.npy", "a=b", 1, 1}, /**/
    {"runs/lr=0.1/x.npy", NULL, 4, 0},
    {"x_1=runs/lr=0.1/x.npy", "x_1", 4, 3},
    {"x.1=0.1=.npy", "x.1", 5, 2},
    {"2=x.npy", "2", 1, 2},
};

START_TEST(good_text)
{
    struct run_tensor *file;
    ck_assert_msg(settle(GOOD[_i].text, tensors, TENSORS_COUNT, &file), "%s", err.text);
    if (GOOD[_i].name)
        ck_assert_str_eq(file->name, GOOD[_i].name);
    else
        ck_assert_ptr_null(file->name);
    ck_assert_float_eq(*(const float *)file->tensor.data, GOOD[_i].value);
    ck_assert_ptr_eq(file->of, &tensors[GOOD[_i].index]);
    ck_assert_uint_eq(file->namesakes, GOOD[_i].index == 3 ? 1 : 0);
    run_files_dispose(file, 1);
}
END_TEST

static const struct {
    const char *text;
    const char *error;
} BAD[] = {
    {"nothere.npy", "--input: nothere.npy: No such file"},
    {"a=nothere.npy", "--input: nothere.npy: No such file"},
    {"a=runs", "--input: runs: "},
    {"q=runs/lr=0.1/x.npy", "--input q: the model has no such tensor; it has 4:"},
    {"4=x.npy", "--input 4: the model has no such tensor"},
};

START_TEST(bad_text)
{
    struct run_tensor *file;
    ck_assert(!settle(BAD[_i].text, tensors, TENSORS_COUNT, &file));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, BAD[_i].error) != NULL, "%s", err.text);
}
END_TEST

/* The model has both "a" and "a=b", and both files are there. */
START_TEST(open_question)
{
    struct run_tensor *file;
    ck_assert(!settle("a=b=x.npy", tensors, 2, &file));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, "write the path with ./ in front") != NULL, "%s", err.text);
}
END_TEST

enum { NONE = 99 };

static const struct {
    const char *names[3]; /* of the model's tensors */
    const char *name;
    size_t index;
} NAMES[] = {
    {{"x", "y"}, "y", 1},
    {{"x", "y"}, "z", NONE},
    {{"x", "y"}, "1", 1},
    {{"x", "y"}, "#0", 0},
    {{"x", "y"}, "2", NONE},
    {{"x", "y"}, "#", NONE},
    {{"x", "y"}, "1x", NONE},
    {{"x", "y"}, "-1", NONE},
    {{"x", "y"}, "18446744073709551616", NONE},
    /* a name, although it looks like a number */
    {{"1", "0"}, "0", 1},
    {{"1", "0"}, "1", 0},
    {{"2", "b", "c"}, "2", 0},
    /* as in C */
    {{"x:0", "y"}, "x_0", 0},
    {{"x_0", "y"}, "x:0", 0},
    {{"x_0", "x:0"}, "x:0", 1},
    {{"x_0", "x:0"}, "x_0", 0},
    {{"x_0", "x:0"}, "x.0", NONE}, /* either */
    {{"x", "x"}, "x", NONE},
};

START_TEST(names_and_numbers)
{
    struct model_tensor model[3] = {{.name = NULL}};
    size_t count = 0;
    struct run_tensor *file;
    char text[64];
    for (; count < 3 && NAMES[_i].names[count]; count++)
        model[count] = (struct model_tensor)FLOAT((char *)NAMES[_i].names[count]);
    snprintf(text, sizeof(text), "%s=./x.npy", NAMES[_i].name);
    bool good = settle(text, model, count, &file);
    ck_assert_msg(good == (NAMES[_i].index != NONE), "%s", good ? "taken" : err.text);
    if (!good)
        return;
    ck_assert_ptr_eq(file->of, &model[NAMES[_i].index]);
    run_files_dispose(file, 1);
}
END_TEST

/* Where the archive does not tell whose name it is, numbers are left, and the reason is said. */
START_TEST(names_that_say_nothing)
{
    struct model_tensor model[] = {FLOAT("output0"), FLOAT("output1")};
    const struct run_side side = {model, 2, "nobody knows", "expect"};
    const char *text = "boxes=x.npy";
    struct run_tensor *file;
    ck_assert(run_files_load(&text, 1, "expect", &file, &files_count, &err));
    ck_assert(!run_files_settle(file, 1, &side, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_str_eq(err.text, "--expect boxes: nobody knows; give the number:\n"
                               "  --expect 0=FILE.npy  float32, 4 bytes\n"
                               "  --expect 1=FILE.npy  float32, 4 bytes");
    run_files_dispose(file, 1);
    text = "1=x.npy";
    ck_assert(run_files_load(&text, 1, "expect", &file, &files_count, &err));
    ck_assert_msg(run_files_settle(file, 1, &side, &err), "%s", err.text);
    ck_assert_ptr_eq(file->of, &model[1]);
    run_files_dispose(file, 1);
}
END_TEST

/* An archive that names nothing: the first '=', unless the whole is a file. */
START_TEST(no_names)
{
    struct run_tensor *file;
    ck_assert(settle("a=b=x.npy", NULL, 0, &file));
    ck_assert_str_eq(file->name, "a");
    ck_assert_ptr_null(file->of);
    run_files_dispose(file, 1);
    ck_assert(settle("w=x.npy", NULL, 0, &file));
    ck_assert_ptr_null(file->name);
    run_files_dispose(file, 1);
}
END_TEST

/* Generated code calls "x.1" and "x_1" alike: each file goes to its own, in any order. */
START_TEST(namesakes)
{
    struct model_port ports[] = {{.name = "x_1"}, {.name = "z"}, {.name = "x_1"}};
    struct model_tensor archive[] = {FLOAT("x_1"), FLOAT("z"), FLOAT("x.1")};
    const struct model model = {.inputs = archive, .inputs_count = 3};
    const struct device_model device = {.inputs = ports, .inputs_count = 3};
    const char *texts[] = {"x.1=x.npy", "x_1=b=x.npy", "z=w=x.npy"};
    const struct run_args args = {.inputs = texts, .inputs_count = 3};
    struct run_data data = {.inputs = NULL};
    for (int i = 0; i < 3; i++)
        ports[i].type = (struct tensor){
            .code = TENSOR_FLOAT, .bits = 32, .ndim = 1, .shape = {1}, .size_bytes = 4};
    ck_assert(run_data_load(&args, &data, &err));
    ck_assert_msg(run_data_check_archive(&data, &model, &err), "%s", err.text);
    ck_assert_msg(run_data_bind(&data, &device, &err), "%s", err.text);
    ck_assert_str_eq(data.input_of[0]->name, "x_1");
    ck_assert_str_eq(data.input_of[1]->name, "z");
    ck_assert_str_eq(data.input_of[2]->name, "x.1");
    run_data_dispose(&data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run_files");
    TCase *files = tcase_create("files");
    tcase_add_unchecked_fixture(files, make_files, remove_files);
    tcase_add_loop_test(files, good_text, 0, sizeof(GOOD) / sizeof(GOOD[0]));
    tcase_add_loop_test(files, bad_text, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_test(files, open_question);
    tcase_add_loop_test(files, names_and_numbers, 0, sizeof(NAMES) / sizeof(NAMES[0]));
    tcase_add_test(files, names_that_say_nothing);
    tcase_add_test(files, no_names);
    tcase_add_test(files, namesakes);
    suite_add_tcase(suite, files);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
