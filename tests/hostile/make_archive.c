#include "hostile/make_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Offsets and lengths of a ustar header's fields. */
enum {
    NAME_AT = 0,
    NAME_SIZE = 100,
    MODE_AT = 100,
    SIZE_AT = 124,
    SIZE_SIZE = 12,
    CHECKSUM_AT = 148,
    CHECKSUM_SIZE = 8,
    TYPE_AT = 156,
    LINK_AT = 157,
    MAGIC_AT = 257,
    SPARSE_MAP_AT = 386,
    REAL_SIZE_AT = 483,
};

const char MODEL_METADATA[] =
    "{\"version\": 7, \"modules\": {\"default\": {\"model_name\": \"default\",\n"
    " \"executors\": [\"aot\"], \"style\": \"full-model\", \"target\": [\"c\"],\n"
    " \"memory\": {\"functions\": {\"operator_functions\": [], \"main\": [{\"device\": 1,\n"
    "  \"constants_size_bytes\": 144, \"io_size_bytes\": 1280, \"workspace_size_bytes\": 404,\n"
    "  \"inputs\": {\"x\": {\"dtype\": \"float32\", \"size\": 256}},\n"
    "  \"outputs\": {\"output\": {\"dtype\": \"float32\", \"size\": 1024}}}]}}}}}\n";

const char MODEL_SOURCE[] =
    "const void *TVMSystemLibEntryPoint(void) { return 0; }\n"
    "int tvmgen_default_get_c_metadata(void) { return 0; }\n"
    "/* static const struct TVMTensorInfo kTvmgenMetadata_inputs[1] = { { \"x\" } }; */\n";

static void write_all(FILE *tar, const void *data, size_t size_bytes)
{
    ck_assert_uint_eq(fwrite(data, 1, size_bytes, tar), size_bytes);
}

FILE *tar_create(const char *path)
{
    FILE *tar = fopen(path, "wb");
    ck_assert_msg(tar != NULL, "cannot write %s", path);
    return tar;
}

/* Octal, or GNU's base 256 where octal has no room. */
static void put_size(unsigned char *field, uint64_t value)
{
    if (value < 1ULL << 33) {
        snprintf((char *)field, SIZE_SIZE, "%011llo", (unsigned long long)value);
        return;
    }
    memset(field, 0, SIZE_SIZE);
    field[0] = 0x80;
    for (int i = SIZE_SIZE - 1; value; i--, value >>= 8)
        field[i] = (unsigned char)value;
}

static void fill_header(unsigned char *header, enum tar_type type, const char *name,
                        const char *link_target, uint64_t size_bytes)
{
    memset(header, 0, TAR_BLOCK_BYTES);
    memcpy(header + NAME_AT, name, strnlen(name, NAME_SIZE));
    memcpy(header + MODE_AT, "0000644", 8);
    put_size(header + SIZE_AT, size_bytes);
    header[TYPE_AT] = (unsigned char)type;
    if (link_target)
        memcpy(header + LINK_AT, link_target, strnlen(link_target, NAME_SIZE));
    memcpy(header + MAGIC_AT, "ustar", 6); /* then the version: "00", or GNU's two blanks */
    bool gnu = type == TAR_GNU_SPARSE || type == TAR_GNU_LONG_NAME;
    memset(header + MAGIC_AT + 6 - gnu, gnu ? ' ' : '0', 2);
}

static void write_header(FILE *tar, unsigned char *header)
{
    unsigned sum = 0;
    memset(header + CHECKSUM_AT, ' ', CHECKSUM_SIZE);
    for (int i = 0; i < TAR_BLOCK_BYTES; i++)
        sum += header[i];
    snprintf((char *)header + CHECKSUM_AT, CHECKSUM_SIZE, "%06o", sum);
    write_all(tar, header, TAR_BLOCK_BYTES);
}

void tar_header(FILE *tar, enum tar_type type, const char *name, const char *link_target,
                uint64_t size_bytes)
{
    unsigned char header[TAR_BLOCK_BYTES];
    fill_header(header, type, name, link_target, size_bytes);
    write_header(tar, header);
}

void tar_add(FILE *tar, enum tar_type type, const char *name, const void *data, size_t size_bytes)
{
    static const char ZEROS[TAR_BLOCK_BYTES];
    tar_header(tar, type, name, NULL, size_bytes);
    write_all(tar, data, size_bytes);
    write_all(tar, ZEROS, -size_bytes % TAR_BLOCK_BYTES);
}

void tar_text(FILE *tar, const char *name, const char *text)
{
    tar_add(tar, TAR_FILE, name, text, strlen(text));
}

void tar_long_name(FILE *tar, const char *name, const char *text)
{
    tar_add(tar, TAR_GNU_LONG_NAME, "././@LongLink", name, strlen(name) + 1);
    tar_text(tar, "shortened", text);
}

void tar_sparse(FILE *tar, const char *name, uint64_t real_size_bytes)
{
    unsigned char header[TAR_BLOCK_BYTES];
    fill_header(header, TAR_GNU_SPARSE, name, NULL, 0);
    put_size(header + SPARSE_MAP_AT, real_size_bytes); /* one piece of no bytes, at the end */
    put_size(header + SPARSE_MAP_AT + SIZE_SIZE, 0);
    put_size(header + REAL_SIZE_AT, real_size_bytes);
    write_header(tar, header);
}

void tar_pax_size(FILE *tar, const char *name, uint64_t size_bytes)
{
    enum { LENGTH_DIGITS = 2 }; /* of a record's length, which counts itself */
    char line[64];
    int length = snprintf(NULL, 0, " size=%llu\n", (unsigned long long)size_bytes);
    snprintf(line, sizeof(line), "%d size=%llu\n", length + LENGTH_DIGITS,
             (unsigned long long)size_bytes);
    tar_add(tar, TAR_PAX_HEADER, "PaxHeaders/x", line, strlen(line));
    tar_header(tar, TAR_FILE, name, NULL, 0);
}

void tar_end(FILE *tar)
{
    static const char MARK[2 * TAR_BLOCK_BYTES];
    write_all(tar, MARK, sizeof(MARK));
    tar_cut(tar);
}

void tar_cut(FILE *tar)
{
    ck_assert_int_eq(fclose(tar), 0);
}

void tar_model_with(FILE *tar, const char *metadata)
{
    tar_add(tar, TAR_FOLDER, "./", "", 0);
    if (metadata)
        tar_text(tar, "./metadata.json", metadata);
    tar_add(tar, TAR_FOLDER, "./codegen/", "", 0);
    tar_add(tar, TAR_FOLDER, "./codegen/host/", "", 0);
    tar_add(tar, TAR_FOLDER, "./codegen/host/src/", "", 0);
    tar_text(tar, "./codegen/host/src/default_lib0.c", MODEL_SOURCE);
}

void tar_model(FILE *tar)
{
    tar_model_with(tar, MODEL_METADATA);
}

static void copy_compressed(FILE *source, struct archive *writer)
{
    char block[4096];
    size_t size = 0;
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_pathname(entry, "data");
    ck_assert_int_eq(archive_write_header(writer, entry), ARCHIVE_OK);
    while ((size = fread(block, 1, sizeof(block), source)) > 0)
        ck_assert_int_eq(archive_write_data(writer, block, size), (la_ssize_t)size);
    archive_entry_free(entry);
}

void compress_file(const char *from, const char *to, const char *filter)
{
    FILE *source = fopen(from, "rb");
    struct archive *writer = archive_write_new();
    ck_assert_msg(source && writer, "cannot read %s", from);
    ck_assert_int_eq(archive_write_set_format_raw(writer), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_add_filter_by_name(writer, filter), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_open_filename(writer, to), ARCHIVE_OK);
    copy_compressed(source, writer);
    ck_assert_int_eq(archive_write_close(writer), ARCHIVE_OK);
    archive_write_free(writer);
    fclose(source);
}
