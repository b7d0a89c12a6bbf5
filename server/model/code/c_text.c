#include "model/code/c_text.h"

#include "base/cleanup.h"
#include "model/unpack.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Of GNU C, and what the headers that TVM's code includes make of other words. */
static const char *const TAKEN[] = {
    "DLTensor", "INFINITY", "NAN",      "NULL",     "TVMValue", "asm",     "auto",   "bool",
    "break",    "case",     "char",     "const",    "continue", "default", "do",     "double",
    "else",     "enum",     "extern",   "false",    "float",    "for",     "goto",   "if",
    "inline",   "int",      "long",     "register", "restrict", "return",  "short",  "signed",
    "sizeof",   "static",   "struct",   "switch",   "true",     "typedef", "typeof", "union",
    "unsigned", "void",     "volatile", "while",
};

static bool is_blank(char character)
{
    return isspace((unsigned char)character);
}

static bool is_word(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

bool c_text_line(struct span *text, struct span *ret_line)
{
    if (text->length == 0)
        return false;
    struct span line = *text;
    const char *end = memchr(line.text, '\n', line.length);
    if (end)
        line.length = (size_t)(end - line.text);
    size_t taken = line.length + (end ? 1 : 0);
    text->text += taken;
    text->length -= taken;
    while (line.length && is_blank(line.text[line.length - 1]))
        line.length--;
    while (line.length && is_blank(*line.text)) {
        line.text++;
        line.length--;
    }
    *ret_line = line;
    return true;
}

bool c_text_word(struct span *text, struct span *ret_word)
{
    while (text->length && !is_word(*text->text)) {
        text->text++;
        text->length--;
    }
    struct span word = {.text = text->text};
    while (text->length && is_word(*text->text)) {
        text->text++;
        text->length--;
        word.length++;
    }
    *ret_word = word;
    return word.length > 0;
}

bool c_text_begins(struct span text, const char *start)
{
    size_t length = strlen(start);
    return text.length >= length && memcmp(text.text, start, length) == 0;
}

bool c_text_equal(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

const char *c_text_find(struct span text, const char *word)
{
    return text.length ? memmem(text.text, text.length, word, strlen(word)) : NULL;
}

static bool is_name(struct span name)
{
    bool good = name.length > 0 && !isdigit((unsigned char)*name.text);
    for (size_t i = 0; good && i < name.length; i++)
        good = is_word(name.text[i]);
    for (size_t i = 0; good && i < sizeof(TAKEN) / sizeof(TAKEN[0]); i++)
        good = !c_text_equal(name, (struct span){TAKEN[i], strlen(TAKEN[i])});
    return good;
}

bool c_text_check_name(struct span name, struct span shown, const char *place, struct error *err)
{
    char text[UNPACK_NAME_TEXT_SIZE];
    if (is_name(name))
        return true;
    cleanup_free char *copy = strndup(shown.text, shown.length);
    if (!copy)
        return error_no_memory(err, "a name", shown.length);
    return error_set(
        err, ERROR_MODEL, 0,
        "%s: TVM wrote the name of an input or output into C as %s, which is no name there: the "
        "code does not compile. Call it by letters, digits and '_', and by no word of C "
        "(relay.var, output_tensor_names, or in the model's file), and export the model again",
        place, unpack_name_text(copy, text));
}
