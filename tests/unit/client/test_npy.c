/* .npy files: what NumPy writes is read, what we write is what NumPy writes, all else is refused
 * with a reason. */
#include "base/file.h"
#include "client/npy.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/test_npy-XXXXXX";
static char path[64];
static struct error err;

static void make_dir(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/t.npy", dir);
}

static void remove_dir(void)
{
    ck_assert_msg(file_remove_tree(dir, &err), "%s", err.text);
}

/* A file of version 1.0 with this header text, as long as it is, and data_size_bytes of 1, 2, ...
 */
static void write_file(const char *header, size_t data_size_bytes)
{
    uint8_t file[1024] = "\x93NUMPY\x01";
    size_t length = strlen(header);
    file[8] = (uint8_t)length;
    file[9] = (uint8_t)(length >> 8);
    for (size_t i = 0; i < length; i++)
        file[10 + i] = (uint8_t)header[i];
    for (size_t i = 0; i < data_size_bytes; i++)
        file[10 + length + i] = (uint8_t)(i + 1);
    ck_assert(file_write(path, file, 10 + length + data_size_bytes, 0644, &err));
}

static const struct {
    const char *header;
    size_t data_size_bytes;
    uint8_t code;
    uint8_t bits;
    const char *shape;
    const char *dtype;
} GOOD[] = {
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n", 24, TENSOR_FLOAT, 32,
     "(2, 3)", "float32"},
    {"{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }\n", 6, TENSOR_FLOAT, 16, "(3,)",
     "float16"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (), }\n", 1, TENSOR_UINT, 8, "()", "uint8"},
    {"{\"shape\": (0, 4), \"fortran_order\": False, \"descr\": \"<i8\"}", 0, TENSOR_INT, 64,
     "(0, 4)", "int64"},
    {"{'descr':'|b1','fortran_order':True,'shape':(2,)}", 2, TENSOR_BOOL, 8, "(2,)", "bool"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 2)}", 4, TENSOR_INT,
     16, "(1, 1, 1, 1, 1, 1, 1, 2)", "int16"},
};

START_TEST(good_header)
{
    struct tensor tensor;
    char text[192];
    write_file(GOOD[_i].header, GOOD[_i].data_size_bytes);
    ck_assert_msg(npy_load(path, &tensor, &err), "%s", err.text);
    ck_assert_uint_eq(tensor.code, GOOD[_i].code);
    ck_assert_uint_eq(tensor.bits, GOOD[_i].bits);
    ck_assert_uint_eq(tensor.size_bytes, GOOD[_i].data_size_bytes);
    ck_assert_str_eq(tensor_shape_text(&tensor, text, sizeof(text)), GOOD[_i].shape);
    ck_assert_str_eq(tensor_dtype_text(&tensor, text, sizeof(text)), GOOD[_i].dtype);
    for (size_t i = 0; i < tensor.size_bytes; i++)
        ck_assert_uint_eq(((uint8_t *)tensor.data)[i], i + 1);
    tensor_dispose(&tensor);
    tensor_dispose(&tensor);
}
END_TEST

#define EIGHT "1,1,1,1,1,1,1,1,"

static const struct {
    const char *header;
    size_t data_size_bytes;
    const char *text;
} BAD[] = {
    {"{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4, "big-endian"},
    {"{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8, "\"<c8\" is not supported"},
    {"{'descr': '<f8x', 'fortran_order': False, 'shape': (1,), }", 8, "not supported"},
    {"{'descr': '<f1', 'fortran_order': False, 'shape': (1,), }", 1, "not supported"},
    {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4, "structured"},
    {"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", 16, "Fortran"},
    {"{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 2), }", 16, "neither True nor False"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", 15, "truncated"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", 17, "17 bytes of data"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': 4, }", 16, "not a tuple"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (4 4), }", 16, "not a tuple"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }", 16, "no number"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808,)}", 0, "no number"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 0,
     "do not match"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (" EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT
         EIGHT "1)}",
     4, "more than 64"},
    {"{'descr': '<f4', 'shape': (1,), }", 4, "lacks"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", 4, "unknown key \"x\""},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", 0, "not a Python dictionary"},
    {"[]", 4, "not a Python dictionary"},
    {"", 4, "not a"},
};

START_TEST(bad_header)
{
    struct tensor tensor = {.ndim = 77};
    write_file(BAD[_i].header, BAD[_i].data_size_bytes);
    ck_assert(!npy_load(path, &tensor, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_ptr_nonnull(strstr(err.text, path));
    ck_assert_msg(strstr(err.text, BAD[_i].text) != NULL, "%s", err.text);
    ck_assert_int_eq(tensor.ndim, 77);
}
END_TEST

/* The bytes of numpy.save(path, numpy.array([[1, 2]], dtype="<i2")), NumPy 1.26. */
START_TEST(saved_as_numpy_does)
{
    static const char WANTED[] =
        "\x93NUMPY\x01\x00v\x00{'descr': '<i2', 'fortran_order': False, 'shape': (1, 2), }"
        "                                                          \n\x01\x00\x02\x00";
    int16_t values[] = {1, 2};
    struct tensor tensor = {.code = TENSOR_INT,
                            .bits = 16,
                            .ndim = 2,
                            .shape = {1, 2},
                            .data = values,
                            .size_bytes = sizeof(values)};
    char *file;
    size_t size_bytes;
    ck_assert_msg(npy_save(path, &tensor, &err), "%s", err.text);
    ck_assert(file_read(path, 1000, &file, &size_bytes, &err));
    ck_assert_uint_eq(size_bytes, sizeof(WANTED) - 1);
    ck_assert_mem_eq(file, WANTED, size_bytes);
    free(file);
}
END_TEST

START_TEST(version_2_and_others)
{
    static const char HEADER[] = "{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }\n";
    uint8_t file[128] = "\x93NUMPY\x02";
    struct tensor tensor;
    file[8] = sizeof(HEADER) - 1;
    memcpy(file + 12, HEADER, sizeof(HEADER)); /* its NUL is the datum */
    ck_assert(file_write(path, file, 12 + sizeof(HEADER), 0644, &err));
    ck_assert_msg(npy_load(path, &tensor, &err), "%s", err.text);
    tensor_dispose(&tensor);
    file[6] = 3;
    ck_assert(file_write(path, file, 12 + sizeof(HEADER), 0644, &err));
    ck_assert(!npy_load(path, &tensor, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "format 3.0"));
}
END_TEST

START_TEST(cut_anywhere)
{
    struct tensor tensor;
    char *file;
    size_t size_bytes;
    write_file(GOOD[0].header, GOOD[0].data_size_bytes);
    ck_assert(file_read(path, 1000, &file, &size_bytes, &err));
    for (size_t size = 0; size < size_bytes; size++) {
        ck_assert(file_write(path, file, size, 0644, &err));
        ck_assert(!npy_load(path, &tensor, &err));
        ck_assert_int_eq(err.kind, ERROR_USAGE);
    }
    free(file);
}
END_TEST

START_TEST(missing_file)
{
    struct tensor tensor;
    ck_assert(!npy_load("/nonexistent/x.npy", &tensor, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/x.npy"));
    struct tensor nothing = {.code = TENSOR_FLOAT, .bits = 32, .ndim = 1, .shape = {0}};
    ck_assert(!npy_save("/nonexistent/x.npy", &nothing, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("npy");
    TCase *files = tcase_create("files");
    tcase_add_unchecked_fixture(files, make_dir, remove_dir);
    tcase_add_loop_test(files, good_header, 0, sizeof(GOOD) / sizeof(GOOD[0]));
    tcase_add_loop_test(files, bad_header, 0, sizeof(BAD) / sizeof(BAD[0]));
    tcase_add_test(files, saved_as_numpy_does);
    tcase_add_test(files, version_2_and_others);
    tcase_add_test(files, cut_anywhere);
    tcase_add_test(files, missing_file);
    suite_add_tcase(suite, files);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
