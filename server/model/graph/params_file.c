#include "model/graph/params_file.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/graph/read.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const size_t FILE_MAX_BYTES = 1024UL * 1024 * 1024;
static const uint64_t LIST_MARK = 0xf7e58d4f05049cb7;
static const uint64_t TENSOR_MARK = 0xdd5e40f096b4a13f;

/* Little-endian numbers and runs of bytes; what is not there sets failed. */
struct reader {
    const char *data;
    size_t size_bytes;
    size_t at;
    bool failed;
};

static const char *take(struct reader *reader, uint64_t size_bytes)
{
    const char *taken = reader->data + reader->at;
    reader->failed = reader->failed || size_bytes > reader->size_bytes - reader->at;
    if (reader->failed)
        return NULL;
    reader->at += size_bytes;
    return taken;
}

static uint64_t take_number(struct reader *reader, int size_bytes)
{
    const char *bytes = take(reader, (uint64_t)size_bytes);
    uint64_t value = 0;
    for (int i = size_bytes - 1; bytes && i >= 0; i--)
        value = value << 8 | (unsigned char)bytes[i];
    return value;
}

static void take_mark(struct reader *reader, uint64_t mark)
{
    if (take_number(reader, 8) != mark)
        reader->failed = true;
    (void)take(reader, 8); /* reserved */
}

/* Both lists are as long. */
static uint64_t take_count(struct reader *reader)
{
    uint64_t count = take_number(reader, 8);
    reader->failed = reader->failed || count > GRAPH_NODES_MAX;
    return reader->failed ? 0 : count;
}

static void take_name(struct reader *reader, struct params_entry *entry)
{
    entry->name_length = take_number(reader, 8);
    entry->name = take(reader, entry->name_length);
}

static void take_tensor(struct reader *reader, struct params_entry *entry)
{
    enum { DEVICE_BYTES = 8, DTYPE_BYTES = 4, EXTENT_BYTES = 8 };
    take_mark(reader, TENSOR_MARK);
    (void)take(reader, DEVICE_BYTES);
    uint64_t ndim = take_number(reader, 4);
    (void)take(reader, DTYPE_BYTES);
    (void)take(reader, ndim * EXTENT_BYTES);
    entry->size_bytes = take_number(reader, 8);
    entry->offset_bytes = reader->at;
    (void)take(reader, entry->size_bytes);
}

static bool read_entries(struct params_file *file, struct error *err)
{
    struct reader reader = {.data = file->data, .size_bytes = file->size_bytes};
    take_mark(&reader, LIST_MARK);
    uint64_t count = take_count(&reader);
    file->entries = calloc(count + 1, sizeof(*file->entries));
    if (!file->entries)
        return error_no_memory(err, "parameters", count * sizeof(*file->entries));
    for (uint64_t i = 0; i < count; i++)
        take_name(&reader, &file->entries[i]);
    if (take_count(&reader) != count)
        reader.failed = true;
    for (uint64_t i = 0; i < count; i++)
        take_tensor(&reader, &file->entries[i]);
    file->count = count;
    return !reader.failed || error_set(err, ERROR_MODEL, 0, "it is damaged");
}

bool params_file_load(const char *dir, const char *model_name, struct params_file *ret_file,
                      struct error *err)
{
    cleanup_free char *path = file_path("%s/parameters/%s.params", dir, model_name);
    struct params_file file = {.data = NULL};
    if (!path)
        return error_no_memory(err, "a path", strlen(dir));
    if (access(path, F_OK) == 0) {
        if (!file_read(path, FILE_MAX_BYTES, &file.data, &file.size_bytes, err))
            return false;
        if (!read_entries(&file, err)) {
            params_file_dispose(&file);
            return error_wrap(err, "parameters/%s.params", model_name);
        }
    }
    *ret_file = file;
    return true;
}

void params_file_dispose(struct params_file *file)
{
    free(file->data);
    free(file->entries);
    *file = (struct params_file){.data = NULL};
}

const struct params_entry *params_file_find(const struct params_file *file, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < file->count; i++)
        if (file->entries[i].name_length == length &&
            memcmp(file->entries[i].name, name, length) == 0)
            return &file->entries[i];
    return NULL;
}
