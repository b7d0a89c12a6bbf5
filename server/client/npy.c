#include "client/npy.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum {
    PREAMBLE_SIZE = 8,     /* magic, major, minor */
    HEADER_ALIGNMENT = 64, /* the data begins at a multiple of this many bytes */
};

/* More than any board holds; keeps a damaged file from taking all memory. */
static const size_t NPY_MAX_BYTES = (size_t)1 << 30;

static const char MAGIC[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

struct cursor {
    const char *at;
    const char *end;
};

static void skip_space(struct cursor *cursor)
{
    while (cursor->at < cursor->end && isspace((unsigned char)*cursor->at))
        cursor->at++;
}

static bool take(struct cursor *cursor, char wanted)
{
    skip_space(cursor);
    if (cursor->at == cursor->end || *cursor->at != wanted)
        return false;
    cursor->at++;
    return true;
}

static bool take_word(struct cursor *cursor, const char *word)
{
    size_t length = strlen(word);
    skip_space(cursor);
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0)
        return false;
    cursor->at += length;
    return true;
}

/* A quoted Python string without escapes. */
static bool take_string(struct cursor *cursor, char *text, size_t size)
{
    skip_space(cursor);
    if (cursor->at == cursor->end || (*cursor->at != '\'' && *cursor->at != '"'))
        return false;
    char quote = *cursor->at++;
    const char *close = memchr(cursor->at, quote, (size_t)(cursor->end - cursor->at));
    if (!close || (size_t)(close - cursor->at) >= size)
        return false;
    size_t length = (size_t)(close - cursor->at);
    memcpy(text, cursor->at, length);
    text[length] = '\0';
    cursor->at = close + 1;
    return true;
}

static bool take_number(struct cursor *cursor, int64_t *ret_value)
{
    int64_t value = 0;
    skip_space(cursor);
    const char *start = cursor->at;
    while (cursor->at < cursor->end && isdigit((unsigned char)*cursor->at)) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *cursor->at - '0', &value))
            return false;
        cursor->at++;
    }
    *ret_value = value;
    return cursor->at > start;
}

static bool parse_descr(const char *descr, struct tensor *tensor, struct error *err)
{
    static const struct {
        char letter;
        uint8_t code;
        const char *sizes; /* of one element, in bytes */
    } KINDS[] = {
        {'f', TENSOR_FLOAT, "248"},
        {'i', TENSOR_INT, "1248"},
        {'u', TENSOR_UINT, "1248"},
        {'b', TENSOR_BOOL, "1"},
    };

    if (strlen(descr) == 3 && descr[0] == '>' && descr[2] != '1')
        return error_set(err, ERROR_USAGE, 0,
                         "type %s is big-endian: save it as little-endian, "
                         "array.astype(array.dtype.newbyteorder(\"<\"))",
                         printable(descr).text);
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strlen(descr) == 3 && strchr("<|>", descr[0]) && descr[1] == KINDS[i].letter &&
            strchr(KINDS[i].sizes, descr[2])) {
            tensor->code = KINDS[i].code;
            tensor->bits = (uint8_t)((descr[2] - '0') * 8);
            return true;
        }
    }
    return error_set(err, ERROR_USAGE, 0,
                     "type \"%s\" is not supported (int, uint and float of 8 to 64 bits and bool "
                     "are)",
                     printable(descr).text);
}

static bool parse_shape(struct cursor *cursor, struct tensor *tensor, struct error *err)
{
    if (!take(cursor, '('))
        return error_set(err, ERROR_USAGE, 0, "header: shape is not a tuple");
    tensor->ndim = 0;
    while (!take(cursor, ')')) {
        int64_t dim;
        if (tensor->ndim == TENSOR_MAX_NDIM)
            return error_set(err, ERROR_USAGE, 0, "more than %d dimensions", TENSOR_MAX_NDIM);
        if (!take_number(cursor, &dim))
            return error_set(err, ERROR_USAGE, 0, "header: dimension %d of shape is no number",
                             tensor->ndim);
        tensor->shape[tensor->ndim++] = dim;
        if (!take(cursor, ',') && (cursor->at == cursor->end || *cursor->at != ')'))
            return error_set(err, ERROR_USAGE, 0, "header: shape is not a tuple of numbers");
    }
    return true;
}

static bool parse_item(struct cursor *cursor, struct tensor *tensor, bool *fortran, unsigned *seen,
                       struct error *err)
{
    char key[16];
    char descr[32];
    if (!take_string(cursor, key, sizeof(key)) || !take(cursor, ':'))
        return error_set(err, ERROR_USAGE, 0, "header is not a Python dictionary");
    if (strcmp(key, "descr") == 0) {
        *seen |= 1;
        if (!take_string(cursor, descr, sizeof(descr)))
            return error_set(err, ERROR_USAGE, 0, "structured types are not supported");
        return parse_descr(descr, tensor, err);
    }
    if (strcmp(key, "fortran_order") == 0) {
        *seen |= 2;
        *fortran = take_word(cursor, "True");
        if (*fortran || take_word(cursor, "False"))
            return true;
        return error_set(err, ERROR_USAGE, 0, "header: fortran_order is neither True nor False");
    }
    if (strcmp(key, "shape") == 0) {
        *seen |= 4;
        return parse_shape(cursor, tensor, err);
    }
    return error_set(err, ERROR_USAGE, 0, "header: unknown key \"%s\"", key);
}

static bool parse_header(struct cursor cursor, struct tensor *tensor, struct error *err)
{
    bool fortran = false;
    unsigned seen = 0;
    if (!take(&cursor, '{'))
        return error_set(err, ERROR_USAGE, 0, "header is not a Python dictionary");
    while (!take(&cursor, '}')) {
        if (!parse_item(&cursor, tensor, &fortran, &seen, err))
            return false;
        if (!take(&cursor, ',') && (cursor.at == cursor.end || *cursor.at != '}'))
            return error_set(err, ERROR_USAGE, 0, "header is not a Python dictionary");
    }
    if (seen != 7)
        return error_set(err, ERROR_USAGE, 0, "header lacks one of descr, fortran_order, shape");
    if (fortran && tensor->ndim > 1)
        return error_set(err, ERROR_USAGE, 0,
                         "stored in Fortran order: save numpy.ascontiguousarray(array)");
    return true;
}

/* Bytes that the shape asks for; false when that is no sensible number. */
static bool needed_bytes(const struct tensor *tensor, size_t *ret_size_bytes)
{
    size_t size_bytes = tensor->bits / 8U;
    for (int i = 0; i < tensor->ndim; i++)
        if (__builtin_mul_overflow(size_bytes, (size_t)tensor->shape[i], &size_bytes))
            return false;
    *ret_size_bytes = size_bytes;
    return true;
}

static bool parse_file(const char *file, size_t file_size_bytes, struct tensor *tensor,
                       struct error *err)
{
    const uint8_t *bytes = (const uint8_t *)file;
    if (file_size_bytes < PREAMBLE_SIZE + 4 || memcmp(file, MAGIC, sizeof(MAGIC)) != 0)
        return error_set(err, ERROR_USAGE, 0, "not a NumPy .npy file");
    if (bytes[6] != 1 && bytes[6] != 2)
        return error_set(err, ERROR_USAGE, 0,
                         ".npy format %u.%u is not supported (1.0 and 2.0 are)", bytes[6],
                         bytes[7]);
    size_t header_at = bytes[6] == 1 ? PREAMBLE_SIZE + 2 : PREAMBLE_SIZE + 4;
    size_t header_size = bytes[8] | (size_t)bytes[9] << 8;
    if (bytes[6] == 2)
        header_size |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (header_size > file_size_bytes - header_at)
        return error_set(err, ERROR_USAGE, 0, "truncated in its header");

    struct cursor cursor = {file + header_at, file + header_at + header_size};
    if (!parse_header(cursor, tensor, err))
        return false;
    size_t have = file_size_bytes - header_at - header_size;
    if (!needed_bytes(tensor, &tensor->size_bytes) || tensor->size_bytes != have) {
        char shape[192];
        return error_set(err, ERROR_USAGE, 0,
                         "%zu bytes of data do not match shape %s with %u-byte elements: "
                         "truncated or damaged",
                         have, tensor_shape_text(tensor, shape, sizeof(shape)), tensor->bits / 8);
    }
    tensor->data = malloc(have ? have : 1);
    if (!tensor->data)
        return error_no_memory(err, "an array", have);
    memcpy(tensor->data, file + header_at + header_size, have);
    return true;
}

bool npy_parse(const char *file, size_t file_size_bytes, struct tensor *ret_tensor,
               struct error *err)
{
    struct tensor tensor = {.data = NULL};
    if (!parse_file(file, file_size_bytes, &tensor, err))
        return false;
    *ret_tensor = tensor;
    return true;
}

bool npy_load(const char *path, struct tensor *ret_tensor, struct error *err)
{
    cleanup_free char *file = NULL;
    size_t file_size_bytes;
    if (!file_read(path, NPY_MAX_BYTES, &file, &file_size_bytes, err))
        return false;
    return npy_parse(file, file_size_bytes, ret_tensor, err) || error_wrap(err, "%s", path);
}

bool npy_save(const char *path, const struct tensor *tensor, struct error *err)
{
    static const char LETTERS[] = {
        [TENSOR_INT] = 'i', [TENSOR_UINT] = 'u', [TENSOR_FLOAT] = 'f', [TENSOR_BOOL] = 'b'};
    char shape[TENSOR_SHAPE_TEXT_SIZE];
    char header[TENSOR_SHAPE_TEXT_SIZE + 64];
    int length = snprintf(header, sizeof(header),
                          "{'descr': '%c%c%u', 'fortran_order': False, 'shape': %s, }",
                          tensor->bits == 8 ? '|' : '<', LETTERS[tensor->code], tensor->bits / 8U,
                          tensor_shape_text(tensor, shape, sizeof(shape)));
    /* The header ends in a newline and is padded so that the data is aligned. */
    size_t unpadded = PREAMBLE_SIZE + 2 + (size_t)length + 1;
    size_t data_at = (unpadded + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    size_t header_size = data_at - PREAMBLE_SIZE - 2;

    uint8_t *file = malloc(data_at + tensor->size_bytes);
    if (!file)
        return error_no_memory(err, path, data_at + tensor->size_bytes);
    memcpy(file, MAGIC, sizeof(MAGIC));
    file[6] = 1;
    file[7] = 0;
    file[8] = (uint8_t)header_size;
    file[9] = (uint8_t)(header_size >> 8);
    memset(file + PREAMBLE_SIZE + 2, ' ', header_size);
    memcpy(file + PREAMBLE_SIZE + 2, header, (size_t)length);
    file[data_at - 1] = '\n';
    if (tensor->size_bytes > 0)
        memcpy(file + data_at, tensor->data, tensor->size_bytes);
    bool saved = file_write(path, file, data_at + tensor->size_bytes, 0644, err);
    free(file);
    return saved;
}
