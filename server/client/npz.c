#include "client/npz.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "client/npy.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ZIP's records (PKWARE's APPNOTE.TXT, 4.3), little-endian. */
enum {
    END_SIZE = 22,
    END_COUNT = 10,
    END_DIRECTORY = 16,
    COMMENT_MAX = 65535,
    ENTRY_SIZE = 46,
    ENTRY_METHOD = 10,
    ENTRY_CRC = 16,
    ENTRY_PACKED = 20,
    ENTRY_PLAIN = 24,
    ENTRY_NAME_SIZE = 28,
    ENTRY_EXTRA_SIZE = 30,
    ENTRY_COMMENT_SIZE = 32,
    ENTRY_LOCAL = 42,
    LOCAL_SIZE = 30,
    LOCAL_NAME_SIZE = 26,
    LOCAL_EXTRA_SIZE = 28,
    METHOD_STORED = 0,
    METHOD_DEFLATED = 8,
};

static const size_t NPZ_MAX_BYTES = (size_t)1 << 30;
static const char NPY_ENDING[] = ".npy";

struct zip {
    const char *data;
    size_t size;
};

/* What the directory says of a member. */
struct member {
    unsigned method;
    uint32_t crc;
    size_t packed;
    size_t plain;
    size_t at; /* its bytes */
};

static uint32_t number(const char *at, size_t size)
{
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint32_t)(unsigned char)at[i] << (8 * i);
    return value;
}

/* Are so many bytes there? */
static bool holds(const struct zip *zip, size_t at, size_t size)
{
    return at <= zip->size && size <= zip->size - at;
}

static bool find_end(const struct zip *zip, size_t *ret_at)
{
    if (zip->size < END_SIZE)
        return false;
    size_t last = zip->size - END_SIZE;
    for (size_t at = last + 1; at-- > 0 && last - at <= COMMENT_MAX;)
        if (memcmp(zip->data + at, "PK\5\6", 4) == 0) {
            *ret_at = at;
            return true;
        }
    return false;
}

/* Where the member's own record says that its bytes begin. */
static bool find_bytes(const struct zip *zip, size_t local, struct member *member)
{
    if (!holds(zip, local, LOCAL_SIZE) || memcmp(zip->data + local, "PK\3\4", 4) != 0)
        return false;
    member->at = local + LOCAL_SIZE + number(zip->data + local + LOCAL_NAME_SIZE, 2) +
                 number(zip->data + local + LOCAL_EXTRA_SIZE, 2);
    return holds(zip, member->at, member->packed);
}

/* Deflated bytes with gzip's frame around them, which libarchive knows how to undo. */
static char *frame(const struct zip *zip, const struct member *member, size_t *ret_size)
{
    static const char HEADER[10] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
    char *framed = malloc(sizeof(HEADER) + member->packed + 8);
    if (!framed)
        return NULL;
    memcpy(framed, HEADER, sizeof(HEADER));
    memcpy(framed + sizeof(HEADER), zip->data + member->at, member->packed);
    char *end = framed + sizeof(HEADER) + member->packed;
    for (int i = 0; i < 4; i++) {
        end[i] = (char)(member->crc >> (8 * i));
        end[4 + i] = (char)(member->plain >> (8 * i));
    }
    *ret_size = sizeof(HEADER) + member->packed + 8;
    return framed;
}

static bool inflate_into(char *plain, const struct member *member, const char *framed,
                         size_t framed_size)
{
    struct archive *reader = archive_read_new();
    struct archive_entry *entry = NULL;
    size_t used = 0;
    bool good = reader && archive_read_support_filter_gzip(reader) == ARCHIVE_OK &&
                archive_read_support_format_raw(reader) == ARCHIVE_OK &&
                archive_read_open_memory(reader, framed, framed_size) == ARCHIVE_OK &&
                archive_read_next_header(reader, &entry) == ARCHIVE_OK;
    while (good && used < member->plain) {
        la_ssize_t size = archive_read_data(reader, plain + used, member->plain - used);
        good = size > 0;
        used += good ? (size_t)size : 0;
    }
    char more = 0;
    good = good && archive_read_data(reader, &more, 1) == 0;
    if (reader)
        archive_read_free(reader);
    return good;
}

/* CRC-32 as ZIP and gzip have it: libarchive does not look at it. */
static uint32_t checksum(const char *data, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned char)data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    return ~crc;
}

static bool unpack(const struct zip *zip, const struct member *member, char *plain,
                   struct error *err)
{
    if (member->method == METHOD_STORED) {
        if (member->packed != member->plain)
            return error_set(err, ERROR_USAGE, 0, "damaged");
        memcpy(plain, zip->data + member->at, member->plain);
        return true;
    }
    if (member->method != METHOD_DEFLATED)
        return error_set(err, ERROR_USAGE, 0,
                         "compressed by method %u (numpy.savez stores, savez_compressed deflates)",
                         member->method);
    size_t framed_size = 0;
    cleanup_free char *framed = frame(zip, member, &framed_size);
    if (!framed)
        return error_no_memory(err, "an array", member->packed);
    return inflate_into(plain, member, framed, framed_size) ||
           error_set(err, ERROR_USAGE, 0, "damaged");
}

static bool load_member(const struct zip *zip, const struct member *member, struct npz_array *array,
                        struct error *err)
{
    if (member->plain > NPZ_MAX_BYTES)
        return error_set(err, ERROR_USAGE, 0, "%zu bytes, at most %zu", member->plain,
                         NPZ_MAX_BYTES);
    cleanup_free char *plain = malloc(member->plain + 1);
    if (!plain)
        return error_no_memory(err, "an array", member->plain);
    if (!unpack(zip, member, plain, err))
        return false;
    if (checksum(plain, member->plain) != member->crc)
        return error_set(err, ERROR_USAGE, 0, "damaged");
    return npy_parse(plain, member->plain, &array->tensor, err);
}

/* The directory's entry at `at`, which becomes that of the next. */
static bool load_entry(const struct zip *zip, size_t *at, struct npz_array *array,
                       struct error *err)
{
    const char *entry = zip->data + *at;
    if (!holds(zip, *at, ENTRY_SIZE) || memcmp(entry, "PK\1\2", 4) != 0)
        return error_set(err, ERROR_USAGE, 0, "truncated or damaged");
    size_t name_size = number(entry + ENTRY_NAME_SIZE, 2);
    struct member member = {.method = number(entry + ENTRY_METHOD, 2),
                            .crc = number(entry + ENTRY_CRC, 4),
                            .packed = number(entry + ENTRY_PACKED, 4),
                            .plain = number(entry + ENTRY_PLAIN, 4)};
    if (!holds(zip, *at, ENTRY_SIZE + name_size) ||
        !find_bytes(zip, number(entry + ENTRY_LOCAL, 4), &member))
        return error_set(err, ERROR_USAGE, 0, "truncated or damaged");
    array->name = strndup(entry + ENTRY_SIZE, name_size);
    if (!array->name)
        return error_no_memory(err, "a name", name_size);
    size_t length = strlen(array->name);
    if (length > strlen(NPY_ENDING) &&
        strcmp(array->name + length - strlen(NPY_ENDING), NPY_ENDING) == 0)
        array->name[length - strlen(NPY_ENDING)] = '\0';
    *at += ENTRY_SIZE + name_size + number(entry + ENTRY_EXTRA_SIZE, 2) +
           number(entry + ENTRY_COMMENT_SIZE, 2);
    return load_member(zip, &member, array, err) ||
           error_wrap(err, "array \"%s\"", printable(array->name).text);
}

static bool load_all(const struct zip *zip, struct npz *npz, struct error *err)
{
    size_t end = 0;
    if (!find_end(zip, &end))
        return error_set(err, ERROR_USAGE, 0, "not a NumPy .npz file");
    size_t count = number(zip->data + end + END_COUNT, 2);
    size_t at = number(zip->data + end + END_DIRECTORY, 4);
    if (count == 0)
        return error_set(err, ERROR_USAGE, 0, "there is no array in it");
    npz->arrays = calloc(count + 1, sizeof(*npz->arrays));
    if (!npz->arrays)
        return error_no_memory(err, "arrays", count * sizeof(*npz->arrays));
    while (npz->count < count)
        if (!load_entry(zip, &at, &npz->arrays[npz->count++], err))
            return false;
    return true;
}

bool npz_is_name(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".npz") == 0;
}

bool npz_load(const char *path, struct npz *ret_npz, struct error *err)
{
    cleanup_free char *data = NULL;
    struct zip zip = {.size = 0};
    struct npz npz = {.count = 0};
    if (!file_read(path, NPZ_MAX_BYTES, &data, &zip.size, err))
        return false;
    zip.data = data;
    if (!load_all(&zip, &npz, err)) {
        npz_dispose(&npz);
        return error_wrap(err, "%s", path);
    }
    *ret_npz = npz;
    return true;
}

void npz_dispose(struct npz *npz)
{
    for (size_t i = 0; i < npz->count; i++) {
        free(npz->arrays[i].name);
        tensor_dispose(&npz->arrays[i].tensor);
    }
    free(npz->arrays);
    *npz = (struct npz){.arrays = NULL};
}
