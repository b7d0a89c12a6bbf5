#include "model/foreign.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* How an archive is made of what Python holds, and of a file. */
#define OF_THE_MODULE                                                                              \
    "make an archive of the Relax module itself, microtvm_qemu.export(module, \"model.tar\") in "  \
    "Python, or with TVM up to 0.18 of a Relay module, export_model_library_format"
#define OF_THE_FILE(file)                                                                          \
    "make an archive of it: python -m microtvm_qemu.export " file " -o model.tar"

static const char MACHINE_CODE[] =
    "machine code (ELF), as TVM's export_library writes it for a computer; " OF_THE_MODULE;
static const char LIBRARY[] =
    "what TVM's export_library writes, which nothing on a board can call; " OF_THE_MODULE;
static const char ONNX[] = "an ONNX model; " OF_THE_FILE("model.onnx");
static const char TFLITE[] = "a TensorFlow Lite model; " OF_THE_FILE("model.tflite");
static const char TORCH_EXPORT[] =
    "a program of torch.export; " OF_THE_FILE("model.pt2") " (its name must end in .pt2)";
static const char TORCH_SAVE[] =
    "what torch.save or torch.jit writes; load it in Python, write "
    "torch.export.save(torch.export.export(model, example_inputs), \"model.pt2\"), and "
    "then " OF_THE_FILE("model.pt2");
static const char PICKLE[] = "a pickled Python object, which is not loaded here, for that would "
                             "run what is in it; in Python, "
                             "where it comes from, " OF_THE_MODULE;
static const char HDF5[] = "an HDF5 file, as Keras writes it; convert it to TensorFlow Lite or "
                           "ONNX, then " OF_THE_FILE("model.tflite");
static const char ARRAY[] = "a NumPy array; arrays are inputs (--input), not models";

/* Protocol buffers have no mark of their own. A model's begin with the format's version (field 1),
 * 3 and later, and go on with one of the next fields. */
static bool is_onnx(const uint8_t *head, size_t size_bytes)
{
    enum { FIELD_1 = 0x08, OLDEST_VERSION = 3, NEWEST_VERSION = 40 };
    static const char NEXT[] = "\x12\x1a\x22\x28\x32\x3a\x42"; /* fields 2 to 8 */
    return size_bytes > 2 && head[0] == FIELD_1 && head[1] >= OLDEST_VERSION &&
           head[1] <= NEWEST_VERSION && head[2] && strchr(NEXT, head[2]);
}

/* By the name of its first member: all that is sure to be near the beginning. */
static const char *of_zip(const uint8_t *head, size_t size_bytes)
{
    enum { NAME_LENGTH_AT = 26, NAME_AT = 30 };
    static const struct {
        const char *part;
        const char *text;
    } NAMES[] = {
        {"models/", TORCH_EXPORT}, {"archive_format", TORCH_EXPORT}, {"serialized_", TORCH_EXPORT},
        {"/data.pkl", TORCH_SAVE}, {"/data/", TORCH_SAVE},           {".npy", ARRAY},
    };
    if (size_bytes <= NAME_AT)
        return NULL;
    size_t length = head[NAME_LENGTH_AT] | (size_t)head[NAME_LENGTH_AT + 1] << 8;
    size_t room = size_bytes - NAME_AT;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (memmem(head + NAME_AT, length < room ? length : room, NAMES[i].part,
                   strlen(NAMES[i].part)))
            return NAMES[i].text;
    return NULL;
}

/* 0x80, then the protocol's number: 2 to 5. */
static bool is_pickle(const uint8_t *head, size_t size_bytes)
{
    enum { PROTOCOL = 0x80, OLDEST = 2, NEWEST = 5 };
    return size_bytes > 2 && head[0] == PROTOCOL && head[1] >= OLDEST && head[1] <= NEWEST;
}

const char *foreign_file(const uint8_t *head, size_t size_bytes)
{
    static const struct {
        size_t at;
        const char *mark;
        const char *text;
    } MARKS[] = {
        {0,
         "\x7f"
         "ELF",
         MACHINE_CODE},
        {4, "TFL3", TFLITE},
        {0, "\x93NUMPY", ARRAY},
        {0, "\x89HDF\r\n", HDF5},
    };
    for (size_t i = 0; i < sizeof(MARKS) / sizeof(MARKS[0]); i++) {
        size_t length = strlen(MARKS[i].mark);
        if (size_bytes >= MARKS[i].at + length &&
            memcmp(head + MARKS[i].at, MARKS[i].mark, length) == 0)
            return MARKS[i].text;
    }
    if (size_bytes > 4 && memcmp(head, "PK\x03\x04", 4) == 0)
        return of_zip(head, size_bytes);
    if (is_pickle(head, size_bytes))
        return PICKLE;
    return is_onnx(head, size_bytes) ? ONNX : NULL;
}

const char *foreign_folder(const char *dir)
{
    static const char *const FILES[] = {"lib0.o", "lib0.c", "devc.o", "devc.c"};
    for (size_t i = 0; i < sizeof(FILES) / sizeof(FILES[0]); i++) {
        cleanup_free char *path = file_path("%s/%s", dir, FILES[i]);
        if (path && access(path, F_OK) == 0)
            return LIBRARY;
    }
    return NULL;
}
