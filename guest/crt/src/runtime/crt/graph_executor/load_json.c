#include <string.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/graph_executor/load_json.h>

enum { DEPTH_MAX = 16, KEY_SIZE = 32 };

struct json_reader json_open(const char *text, size_t size_bytes)
{
    return (struct json_reader){text, text, text + size_bytes};
}

int json_error(const struct json_reader *reader, const char *problem)
{
    return crt_error(kTvmErrorFunctionCallInvalidArg, "graph, byte %lu: %s",
                     (unsigned long)(reader->next - reader->text), problem);
}

/* ---- characters ---- */

/* The next byte, or NUL at the end. */
static char here(const struct json_reader *reader)
{
    if (reader->next == reader->end)
        return '\0';
    return *reader->next;
}

static char after_space(struct json_reader *reader)
{
    while (here(reader) && strchr(" \t\r\n", here(reader)))
        reader->next++;
    return here(reader);
}

static int expect(struct json_reader *reader, char wanted)
{
    char problem[] = "wanted ' '";
    if (after_space(reader) == wanted) {
        reader->next++;
        return 0;
    }
    problem[sizeof(problem) - 3] = wanted;
    return json_error(reader, problem);
}

/* ---- strings ---- */

struct text_buffer {
    char *data;
    size_t size_bytes;
    size_t length;
};

static void append(struct text_buffer *buffer, unsigned byte)
{
    if (buffer->length + 1 < buffer->size_bytes)
        buffer->data[buffer->length] = (char)byte;
    buffer->length++;
}

static void append_utf8(struct text_buffer *buffer, unsigned code)
{
    if (code < 0x80) {
        append(buffer, code);
    } else if (code < 0x800) {
        append(buffer, 0xc0 | code >> 6);
        append(buffer, 0x80 | (code & 0x3f));
    } else {
        append(buffer, 0xe0 | code >> 12);
        append(buffer, 0x80 | (code >> 6 & 0x3f));
        append(buffer, 0x80 | (code & 0x3f));
    }
}

static int read_code(struct json_reader *reader, unsigned *ret_code)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    unsigned code = 0;
    for (int i = 0; i < 4; i++) {
        char digit = here(reader);
        const char *at = digit ? strchr(digits, digit) : NULL;
        if (!at)
            return json_error(reader, "wanted four hexadecimal digits");
        unsigned value = (unsigned)(at - digits);
        code = code << 4 | (value < 16 ? value : value - 6);
        reader->next++;
    }
    if (code == 0 || (code >= 0xd800 && code < 0xe000))
        return json_error(reader, "\\u0000 and surrogates are not supported");
    *ret_code = code;
    return 0;
}

/* What stands behind a backslash. */
static int read_escape(struct json_reader *reader, struct text_buffer *buffer)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    char name = here(reader);
    if (name == 'u') {
        unsigned code = 0;
        reader->next++;
        int status = read_code(reader, &code);
        if (status == 0)
            append_utf8(buffer, code);
        return status;
    }
    const char *at = name ? strchr(names, name) : NULL;
    if (!at)
        return json_error(reader, "no such escape");
    append(buffer, (unsigned char)values[at - names]);
    reader->next++;
    return 0;
}

int json_read_string(struct json_reader *reader,
                     char *buffer, /* NOLINT(readability-non-const-parameter): written to */
                     size_t buffer_size_bytes, size_t *ret_length)
{
    struct text_buffer text = {buffer, buffer_size_bytes, 0};
    int status = expect(reader, '"');
    while (status == 0 && here(reader) != '"') {
        unsigned char byte = (unsigned char)here(reader);
        if (byte < ' ')
            return json_error(reader, "a string without its end");
        reader->next++;
        if (byte == '\\')
            status = read_escape(reader, &text);
        else
            append(&text, byte);
    }
    if (status != 0)
        return status;
    reader->next++;
    if (text.size_bytes > 0)
        text.data[text.length < text.size_bytes ? text.length : text.size_bytes - 1] = '\0';
    *ret_length = text.length;
    return 0;
}

/* ---- numbers and words ---- */

int json_read_integer(struct json_reader *reader, int64_t *ret_value)
{
    int64_t value = 0;
    bool negative = after_space(reader) == '-';
    if (negative)
        reader->next++;
    if (here(reader) < '0' || here(reader) > '9')
        return json_error(reader, "wanted a whole number");
    for (; here(reader) >= '0' && here(reader) <= '9'; reader->next++) {
        int digit = here(reader) - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return json_error(reader, "a number that is too large");
    }
    if (here(reader) == '.' || here(reader) == 'e' || here(reader) == 'E')
        return json_error(reader, "wanted a whole number");
    /* Gathered below zero, where there is one more. */
    if (!negative && __builtin_sub_overflow(0, value, &value))
        return json_error(reader, "a number that is too large");
    *ret_value = value;
    return 0;
}

int json_read_uint32(struct json_reader *reader, uint32_t *ret_value)
{
    int64_t value = 0;
    int status = json_read_integer(reader, &value);
    if (status != 0)
        return status;
    if (value < 0 || value > UINT32_MAX)
        return json_error(reader, "a number that is out of range");
    *ret_value = (uint32_t)value;
    return 0;
}

/* A number of any kind: nobody wants its value. */
static int skip_number(struct json_reader *reader)
{
    const char *begin = reader->next;
    while (here(reader) && strchr("+-.0123456789eE", here(reader)))
        reader->next++;
    return reader->next > begin ? 0 : json_error(reader, "wanted a value");
}

static int skip_scalar(struct json_reader *reader)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t left_bytes = (size_t)(reader->end - reader->next);
    size_t length;
    if (here(reader) == '"')
        return json_read_string(reader, NULL, 0, &length);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        length = strlen(words[i]);
        if (left_bytes >= length && memcmp(reader->next, words[i], length) == 0) {
            reader->next += length;
            return 0;
        }
    }
    return skip_number(reader);
}

int json_end(struct json_reader *reader)
{
    (void)after_space(reader);
    return reader->next == reader->end ? 0 : json_error(reader, "something behind the end");
}

/* ---- arrays and objects ---- */

int json_begin(struct json_reader *reader, char bracket)
{
    return expect(reader, bracket);
}

/* A place is right behind the bracket or behind an element: the byte in front tells which. */
int json_next(struct json_reader *reader, char bracket, bool *ret_more)
{
    const char *before = reader->next - 1;
    bool first = *before == '[' || *before == '{';
    char next = after_space(reader);
    *ret_more = false;
    if (next == bracket) {
        reader->next++;
        return 0;
    }
    *ret_more = true;
    return first ? 0 : expect(reader, ',');
}

static int skip_to_depth(struct json_reader *reader, int depth)
{
    size_t length;
    bool more = true;
    char open = after_space(reader);
    char close = open == '[' ? ']' : '}';
    if (open != '[' && open != '{')
        return skip_scalar(reader);
    if (depth == 0)
        return json_error(reader, "nested too deep");
    int status = json_begin(reader, open);
    while (status == 0 && (status = json_next(reader, close, &more)) == 0 && more) {
        if (open == '{')
            status = json_read_string(reader, NULL, 0, &length);
        if (status == 0 && open == '{')
            status = expect(reader, ':');
        if (status == 0)
            status = skip_to_depth(reader, depth - 1);
    }
    return status;
}

int json_skip(struct json_reader *reader)
{
    return skip_to_depth(reader, DEPTH_MAX);
}

int json_count(struct json_reader *reader, uint32_t *ret_count)
{
    uint32_t count = 0;
    bool more = true;
    int status = json_begin(reader, '[');
    while (status == 0 && (status = json_next(reader, ']', &more)) == 0 && more) {
        status = json_skip(reader);
        count++;
    }
    *ret_count = count;
    return status;
}

int json_find(struct json_reader *reader, const char *const *names, struct json_reader *ret_values,
              size_t count)
{
    char key[KEY_SIZE];
    size_t length;
    bool more = true;
    int status = json_begin(reader, '{');
    for (size_t i = 0; i < count; i++)
        ret_values[i] = (struct json_reader){reader->text, NULL, reader->end};
    while (status == 0 && (status = json_next(reader, '}', &more)) == 0 && more) {
        status = json_read_string(reader, key, sizeof(key), &length);
        if (status == 0)
            status = expect(reader, ':');
        for (size_t i = 0; status == 0 && i < count; i++) {
            if (strcmp(key, names[i]) == 0)
                ret_values[i] = *reader;
        }
        if (status == 0)
            status = json_skip(reader);
    }
    return status;
}
