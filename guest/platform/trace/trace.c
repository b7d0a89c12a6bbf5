#include "platform/trace/trace.h"
#include "platform/console.h"

#include <string.h>
#include <tvm/runtime/c_runtime_api.h>

enum { LINE_BYTES = 480, ROW_BYTES = 96, BITS_IN_BYTE = 8, OUTPUTS_MOST = 32 };

static const char PREFIX[] = "trace: ";

static char line[LINE_BYTES];
static size_t length;

static void add(const char *text)
{
    size_t size = strlen(text);
    if (size > sizeof line - 1 - length)
        size = sizeof line - 1 - length;
    memcpy(line + length, text, size);
    length += size;
    line[length] = '\0';
}

static void begin(const char *text)
{
    length = 0;
    add(PREFIX);
    add(text);
}

/* Without printf, which would be most of what the firmware is larger for. */
static void add_number(uint64_t number)
{
    char digits[24];
    size_t start = sizeof digits - 1;
    digits[start] = '\0';
    do
        digits[--start] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    add(" ");
    add(digits + start);
}

static void tell_bytes(const uint8_t *data, uint64_t size_bytes)
{
    static const char DIGITS[] = "0123456789abcdef";
    for (uint64_t done = 0; done < size_bytes; done += ROW_BYTES) {
        begin("");
        for (uint64_t i = done; i < done + ROW_BYTES && i < size_bytes; i++) {
            line[length++] = DIGITS[data[i] >> 4];
            line[length++] = DIGITS[data[i] & 15];
        }
        line[length] = '\0';
        console_line(line);
    }
}

void trace_operator(const char *name)
{
    begin("operator ");
    add(name);
    console_line(line);
}

void trace_tensor(const void *data, uint8_t code, uint32_t bits, int32_t ndim, const int64_t *shape)
{
    uint64_t elements = 1;
    begin("tensor");
    add_number(code);
    add_number(bits);
    for (int32_t i = 0; i < ndim; i++) {
        add_number((uint64_t)shape[i]);
        elements *= (uint64_t)shape[i];
    }
    console_line(line);
    tell_bytes(data, elements * ((bits + BITS_IN_BYTE - 1) / BITS_IN_BYTE));
}

void trace_packed(const char *name, uint32_t outputs, const void *args)
{
    trace_operator(name);
    for (uint32_t i = 0; i < OUTPUTS_MOST; i++) {
        if (!(outputs >> i & 1))
            continue;
        const DLTensor *tensor = ((const TVMValue *)args)[i].v_handle;
        trace_tensor((const uint8_t *)tensor->data + tensor->byte_offset, tensor->dtype.code,
                     (uint32_t)tensor->dtype.bits * tensor->dtype.lanes, tensor->ndim,
                     tensor->shape);
    }
}
