/* A model in a firmware of its own, without an executor and an RPC server: it is called through its
 * C interface. Talks in text; commands end with '%', answers with a newline:
 *
 *   init%              wakeup
 *   infer%             time_us:<microseconds>
 *                      result:<index of the first output's largest element>:<milliseconds>
 *   input:<n>:<hex>%   input:<n>:<bytes>                set input n, all of it
 *   output:<n>%        output:<n>:<hex>                 of the last infer
 *   anything else      error:<what is wrong>
 *
 * init, infer and the lines wakeup and result are those of TVM's own demo of this name. Inputs that
 * were compiled in (include/tvm/input_data.h for the first one, input_data_<name>.h for any) need
 * no host: with all of them there, the firmware infers once when it starts. */
#include "standalone/characters.h"
#include "standalone/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/platform.h>

enum { WORD_BYTES = 16, END = '%' };

static void skip_command(char last)
{
    while (last != END)
        last = read_character();
}

/* Up to ':' or '%', which is returned. Longer words than any command are cut. Line ends are for
 * people who type. */
static char read_word(char word[WORD_BYTES])
{
    size_t length = 0;
    for (;;) {
        char character = read_character();
        if (character == ':' || character == END) {
            word[length] = '\0';
            return character;
        }
        if (length < WORD_BYTES - 1 && character != '\n' && character != '\r')
            word[length++] = character;
    }
}

/* The tensor that a number names; NULL: there is none, and that was said. */
static const struct model_tensor *find(const char *number, const struct model_tensor *tensors,
                                       size_t count, const char *what)
{
    char *end;
    unsigned long index = strtoul(number, &end, 10);
    if (end != number && *end == '\0' && index < count)
        return &tensors[index];
    printf("error:%s \"%s\": the model has %lu\n", what, number, (unsigned long)count);
    return NULL;
}

/* A byte, or -1 at END and at what is no byte; *ret_last is the last character that was read. */
static int read_byte(char *ret_last)
{
    *ret_last = read_character();
    int high = hex_value(*ret_last);
    if (high < 0)
        return -1;
    *ret_last = read_character();
    int low = hex_value(*ret_last);
    return low < 0 ? -1 : high * 16 + low;
}

static void set_input(char mark)
{
    char number[WORD_BYTES] = "";
    if (mark == ':')
        mark = read_word(number);
    const struct model_tensor *tensor =
        find(number, MODEL_INPUT_TENSORS, MODEL_INPUT_COUNT, "input");
    if (!tensor) {
        skip_command(mark);
        return;
    }
    size_t size_bytes = 0;
    int byte = -1;
    while (mark != END && (byte = read_byte(&mark)) >= 0 && size_bytes < tensor->size_bytes)
        tensor->data[size_bytes++] = (uint8_t)byte;
    if (mark == END && size_bytes == tensor->size_bytes)
        printf("input:%s:%lu\n", number, (unsigned long)size_bytes);
    else
        printf("error:input \"%s\": not %lu bytes of two hex digits\n", number,
               (unsigned long)tensor->size_bytes);
    skip_command(mark);
}

static void show_output(char mark)
{
    char number[WORD_BYTES] = "";
    if (mark == ':')
        mark = read_word(number);
    skip_command(mark);
    const struct model_tensor *tensor =
        find(number, MODEL_OUTPUT_TENSORS, MODEL_OUTPUT_COUNT, "output");
    if (!tensor)
        return;
    printf("output:%s:", number);
    for (size_t i = 0; i < tensor->size_bytes; i++)
        printf("%02x", tensor->data[i]);
    printf("\n");
}

static void infer(void)
{
    double seconds = 0;
    TVMPlatformTimerStart();
    int32_t status = model_run();
    TVMPlatformTimerStop(&seconds);
    if (status != 0) {
        printf("error:the model returned %ld\n", (long)status);
        TVMPlatformAbort(kTvmErrorPlatformCheckFailure);
    }
    long largest = MODEL_OUTPUT_COUNT > 0 ? model_largest(&MODEL_OUTPUT_TENSORS[0]) : -1;
    unsigned long long microseconds = (unsigned long long)(seconds * 1e6 + 0.5);
    if (microseconds == 0)
        microseconds = 1; /* it did take time */
    printf("time_us:%llu\nresult:%ld:%llu\n", microseconds, largest, microseconds / 1000);
}

static void obey(void)
{
    char word[WORD_BYTES];
    char mark = read_word(word);
    if (strcmp(word, "input") == 0) {
        set_input(mark);
        return;
    }
    if (strcmp(word, "output") == 0) {
        show_output(mark);
        return;
    }
    skip_command(mark);
    if (strcmp(word, "init") == 0)
        printf("wakeup\n");
    else if (strcmp(word, "infer") == 0)
        infer();
    else
        printf("error:no command \"%s\"\n", word);
}

int main(void)
{
    printf("wakeup\n");
    if (model_is_filled())
        infer();
    for (;;)
        obey();
}
