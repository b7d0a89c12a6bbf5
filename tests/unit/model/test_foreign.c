/* Files that are no model archive: what is said of each, and what is left alone. The beginnings are
 * those of what TVM 0.27, ONNX 1.19, PyTorch 2.9, NumPy and Python themselves write. */
#include "hostile/make_archive.h"
#include "hostile/scratch.h"
#include "model/archive.h"
#include "model/foreign.h"
#include "model/load.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A ZIP archive's first member, whose name is so long. */
#define ZIP(length, name)                                                                          \
    "PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" length "\0\x0f\0" name
#define BYTES(literal) literal, sizeof(literal) - 1
#define EXPORT "python -m microtvm_qemu.export "
#define MODULE "microtvm_qemu.export(module, \"model.tar\")"

static struct error err;

static const struct {
    const char *head;
    size_t size_bytes;
    const char *is;
    const char *remedy;
} FILES[] = {
    {BYTES("\x7f\x45LF\x02\x01\x01\0\0\0"), "machine code (ELF)", MODULE},
    {BYTES("\x08\x0a\x12\x07pytorch"), "an ONNX model", EXPORT "model.onnx -o model.tar"},
    {BYTES("\x08\x08\x3a\xa9\x01"), "an ONNX model", EXPORT "model.onnx -o model.tar"},
    {BYTES("\x1c\0\0\0TFL3\x14\0 \0"), "a TensorFlow Lite model", EXPORT "model.tflite"},
    {BYTES(ZIP("\x13", "a/models/model.json")), "torch.export", EXPORT "model.pt2"},
    {BYTES(ZIP("\x12", "net/archive_format")), "torch.export", EXPORT "model.pt2"},
    {BYTES(ZIP("\x20", "serialized_exported_program.json")), "torch.export", EXPORT "model.pt2"},
    {BYTES(ZIP("\x0a", "b/data.pkl")), "torch.save", "torch.export.save("},
    {BYTES(ZIP("\x08", "e/data/0")), "torch.save", "torch.export.save("},
    {BYTES(ZIP("\x05", "a.npy")), "a NumPy array", "--input"},
    {BYTES("\x93NUMPY\x01\0v\0{'descr'"), "a NumPy array", "--input"},
    {BYTES("\x80\x04\x95\x1c\0\0\0"), "a pickled Python object", MODULE},
    {BYTES("\x80\x02\x8a\nl\xfc\x9c\x46\xf9"), "a pickled Python object", "would run"},
    {BYTES("\x89HDF\r\n\x1a\n"), "an HDF5 file", EXPORT "model.tflite"},
};
enum { FILES_COUNT = sizeof(FILES) / sizeof(FILES[0]) };

static void write_bytes(const char *name, const char *bytes, size_t size_bytes)
{
    FILE *file = fopen(scratch_path("%s", name), "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size_bytes, file), size_bytes);
    ck_assert_int_eq(fclose(file), 0);
}

/* As `run` and the Project API read an archive. */
static void refused(void)
{
    ck_assert_int_eq(mkdir(scratch_path("out"), 0777), 0);
    ck_assert(!archive_extract(scratch_path("m.tar"), scratch_path("out"), &err));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
}

static void expect_text(const char *text)
{
    ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
}

START_TEST(a_file_is_told_with_its_remedy)
{
    write_bytes("m.tar", FILES[_i].head, FILES[_i].size_bytes);
    refused();
    expect_text("m.tar: not a tar archive but ");
    expect_text(FILES[_i].is);
    expect_text(FILES[_i].remedy);
}
END_TEST

/* However little of it there is; what is looked at ends there. */
START_TEST(a_file_that_is_cut)
{
    for (size_t size = 1; size < FILES[_i].size_bytes; size++) {
        uint8_t *head = malloc(size);
        ck_assert_ptr_nonnull(head);
        memcpy(head, FILES[_i].head, size);
        (void)foreign_file(head, size);
        free(head);
    }
}
END_TEST

static const struct {
    const char *head;
    size_t size_bytes;
} OTHERS[] = {
    {BYTES("# Markdown\n")},
    {BYTES(ZIP("\x05", "a.txt"))},
    {BYTES("\x08\x01\x12\x07"
           "a")},
    {BYTES("\x80\x01")},
    {BYTES("\x08\x0a\0")},
    {BYTES("{\"root\": 1}")},
    {BYTES("TFL3\x1c\0\0\0")},
    {BYTES("\x80\x06\x95")},
};
enum { OTHERS_COUNT = sizeof(OTHERS) / sizeof(OTHERS[0]) };

START_TEST(what_is_not_known_is_told_what_is_wanted)
{
    write_bytes("m.tar", OTHERS[_i].head, OTHERS[_i].size_bytes);
    refused();
    expect_text("m.tar: not a tar archive (");
    expect_text("give the .tar that TVM's export_model_library_format or microtvm_qemu.export");
}
END_TEST

/* What TVM 0.27 and 0.16 put into a .tar of export_library, of the targets llvm and c. */
static const char *const LIBRARIES[][2] = {{"lib0.o", "devc.o"}, {"lib0.c", "devc.c"}};

START_TEST(a_library_in_a_tar)
{
    struct model model;
    FILE *tar = tar_create(scratch_path("m.tar"));
    tar_text(tar, LIBRARIES[_i][0], "1");
    tar_text(tar, LIBRARIES[_i][1], "2");
    tar_end(tar);
    ck_assert_int_eq(mkdir(scratch_path("out"), 0777), 0);
    ck_assert(archive_extract(scratch_path("m.tar"), scratch_path("out"), &err));
    ck_assert(!model_load_dir(scratch_path("out"), NULL, &model, &err));
    ck_assert_int_eq(err.kind, ERROR_MODEL);
    expect_text(
        "metadata.json: missing: not a Model Library Format archive but what TVM's export_l");
    expect_text(MODULE);
}
END_TEST

START_TEST(files_for_a_project_are_no_models)
{
    write_bytes("m.tar", FILES[1].head, FILES[1].size_bytes);
    ck_assert(!archive_extract_extra(scratch_path("m.tar"), scratch_path("."), &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    expect_text("m.tar: not a tar archive (");
    expect_text("give a tar archive of files for the project");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("foreign");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, a_file_is_told_with_its_remedy, 0, FILES_COUNT);
    tcase_add_loop_test(tests, a_file_that_is_cut, 0, FILES_COUNT);
    tcase_add_loop_test(tests, what_is_not_known_is_told_what_is_wanted, 0, OTHERS_COUNT);
    tcase_add_loop_test(tests, a_library_in_a_tar, 0, 2);
    tcase_add_test(tests, files_for_a_project_are_no_models);
    Suite *suite = suite_create("foreign");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
