#include "buffer.h"

#include "api/internally_implemented.h"
#include "api/submitter_implemented.h"
#include "model_interface.h"
#include "standalone/characters.h"
#include "standalone/model.h"
#include "words.h"

#include <stdbool.h>
#include <string.h>

#define MEMBER(name, size, type, data, is_filled) uint8_t name[size];
struct inputs {
    MODEL_INPUTS(MEMBER)
};

enum { CAPACITY_BYTES = sizeof(struct inputs), ROW_BYTES = 8 };

static struct {
    uint8_t bytes[CAPACITY_BYTES > 0 ? CAPACITY_BYTES : 1];
    size_t expected_bytes; /* 0: db load was not called, or failed */
    size_t loaded_bytes;
} buffer;

size_t ee_get_buffer(uint8_t *data, size_t capacity_bytes)
{
    size_t size_bytes = buffer.loaded_bytes < capacity_bytes ? buffer.loaded_bytes : capacity_bytes;
    if (data)
        memcpy(data, buffer.bytes, size_bytes);
    return size_bytes;
}

uint8_t *ee_get_buffer_pointer(void)
{
    return buffer.bytes;
}

/* TVM's test of anomaly detection announces the number of its floats and sends the bytes of them.
 */
static unsigned long in_bytes(unsigned long announced)
{
    size_t elements = 0;
    for (size_t i = 0; i < MODEL_INPUT_COUNT; i++)
        elements += model_elements(&MODEL_INPUT_TENSORS[i]);
    return announced == elements ? CAPACITY_BYTES : announced;
}

static void load(void)
{
    const char *word = words_next();
    unsigned long size_bytes = 0;
    buffer.expected_bytes = 0;
    buffer.loaded_bytes = 0;
    if (!word) {
        ee_error("Command 'db load' requires the # of bytes");
    } else if (!words_parse_count(word, CAPACITY_BYTES, &size_bytes) || size_bytes == 0) {
        ee_error("Command 'db load' must be >0 bytes and at most %d, not %s", CAPACITY_BYTES, word);
    } else {
        buffer.expected_bytes = in_bytes(size_bytes);
        th_printf("m-[Expecting %lu bytes]\r\n", (unsigned long)buffer.expected_bytes);
    }
}

static bool check_digits(const char *digits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hex_value(digits[i]) < 0) {
            ee_error("Invalid hex digit '%c'", digits[i]);
            return false;
        }
    }
    if (count % 2 == 0)
        return true;
    ee_error("Insufficient number of hex digits");
    return false;
}

static void add(const char *digits)
{
    size_t count = strlen(digits);
    size_t room_bytes = buffer.expected_bytes - buffer.loaded_bytes;
    if (!check_digits(digits, count))
        return;
    if (buffer.expected_bytes == 0) {
        ee_error("No bytes are expected: use 'db load' first");
    } else if (count / 2 > room_bytes) {
        ee_error("%lu bytes, but only %lu of %lu are missing", (unsigned long)(count / 2),
                 (unsigned long)room_bytes, (unsigned long)buffer.expected_bytes);
    } else {
        for (size_t i = 0; i < count; i += 2)
            buffer.bytes[buffer.loaded_bytes++] =
                (uint8_t)(hex_value(digits[i]) * 16 + hex_value(digits[i + 1]));
        if (buffer.loaded_bytes == buffer.expected_bytes)
            th_printf("m-load-done\r\n");
    }
}

static void print_row(size_t at, size_t end)
{
    th_printf("m-buffer");
    for (; at < end; at++)
        th_printf("-%02x", buffer.bytes[at]);
    th_printf("\r\n");
}

static void print(void)
{
    unsigned long count = buffer.loaded_bytes;
    unsigned long at = 0;
    const char *count_word = words_next();
    const char *at_word = count_word ? words_next() : NULL;
    if ((count_word && !words_parse_count(count_word, buffer.loaded_bytes, &count)) ||
        (at_word && !words_parse_count(at_word, buffer.loaded_bytes - count, &at))) {
        ee_error("Command 'db print': not within the %lu bytes that are loaded",
                 (unsigned long)buffer.loaded_bytes);
        return;
    }
    for (size_t end = at + count; at < end; at += ROW_BYTES)
        print_row(at, end - at > ROW_BYTES ? at + ROW_BYTES : end);
}

void buffer_obey(void)
{
    const char *word = words_next();
    if (!word)
        ee_error("Command 'db' requires a subcommand");
    else if (strcmp(word, "load") == 0)
        load();
    else if (strcmp(word, "print") == 0)
        print();
    else
        add(word);
}
