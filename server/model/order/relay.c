#include "model/order/relay.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <string.h>

static const char NAMES_KEY[] = "output_tensor_names=[";

/* Relay lets a printed name begin with a letter alone. */
bool relay_names_match(const char *printed, const char *name)
{
    if (!isalpha((unsigned char)*name) && *printed++ != 'v')
        return false;
    return strcmp(printed, name) == 0;
}

/* Behind a string, which begins at `at`; at the text's end when it is not finished. */
static const char *skip_string(const char *at)
{
    at++;
    while (*at && *at != '"')
        at += *at == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : at;
}

static const char *skip_comment(const char *at)
{
    const char *end = strstr(at + 2, "*/");
    return end ? end + 2 : at + strlen(at);
}

/* From inside a list in brackets to the ", " or the bracket that ends the element; NULL where the
 * text ends before. */
static const char *skip_element(const char *at)
{
    size_t depth = 0;
    while (*at) {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        if (at[0] == '/' && at[1] == '*') {
            at = skip_comment(at);
            continue;
        }
        if (depth == 0 && (*at == ',' || strchr(")]}", *at)))
            return at;
        if (strchr("([{", *at))
            depth++;
        else if (strchr(")]}", *at))
            depth--;
        at++;
    }
    return NULL;
}

static int hex_value(char digit)
{
    if (!isxdigit((unsigned char)digit))
        return -1;
    return isdigit((unsigned char)digit) ? digit - '0' : tolower(digit) - 'a' + 10;
}

/* One character of a string; *at moves behind it. */
static char read_character(const char **at)
{
    static const char ESCAPES[] = "n\nt\tr\r";
    const char *text = *at;
    if (text[0] != '\\' || !text[1]) {
        ++*at;
        return text[0];
    }
    if (text[1] == 'x' && hex_value(text[2]) >= 0 && hex_value(text[3]) >= 0) {
        *at += 4;
        return (char)(hex_value(text[2]) * 16 + hex_value(text[3]));
    }
    *at += 2;
    for (const char *escape = ESCAPES; *escape; escape += 2)
        if (text[1] == *escape)
            return escape[1];
    return text[1];
}

/* "a", "b"] */
static bool read_strings(const char *at, struct claim *claim, struct error *err)
{
    while (*at == '"') {
        const char *end = skip_string(at++);
        size_t length = 0;
        cleanup_free char *name = malloc((size_t)(end - at) + 1);
        if (!name)
            return error_no_memory(err, "a name", (unsigned long)(end - at));
        while (at < end && *at != '"')
            name[length++] = read_character(&at);
        if (!claim_add(claim, name, length, err))
            return false;
        at = end + strspn(end, ", ");
    }
    if (*at != ']')
        claim_drop(claim);
    return true;
}

/* %NAME: TYPE, or %NAME. A name may hold anything, ':' too. */
static size_t name_length(const char *name)
{
    size_t length = strcspn(name, ",(){}[] \"\n");
    return length > 0 && name[length] == ' ' && name[length - 1] == ':' ? length - 1 : length;
}

/* The list behind "@main(", to its ')'. */
static bool read_parameters(const char *at, const char *place, struct claims *claims,
                            struct error *err)
{
    struct claim *inputs = &claims->inputs[CLAIM_RELAY];
    struct claim *outputs = &claims->outputs[CLAIM_RELAY];
    if (!claim_begin(inputs, place, err) || !claim_begin(outputs, place, err))
        return false;
    while (at && *at && !strchr(")]}", *at)) {
        at += strspn(at, ", \n");
        if (*at == '%' && !claim_add(inputs, at + 1, name_length(at + 1), err))
            return false;
        if (strncmp(at, NAMES_KEY, strlen(NAMES_KEY)) == 0 && outputs->count == 0 &&
            !read_strings(at + strlen(NAMES_KEY), outputs, err))
            return false;
        at = skip_element(at);
    }
    if (!at || *at != ')') {
        claim_drop(inputs);
        claim_drop(outputs);
    }
    return true;
}

bool relay_read(const char *text, const char *place, struct claims *claims, struct error *err)
{
    static const char MAIN[] = "def @main(";
    const char *at = text;
    while ((at = strstr(at, MAIN)) && at > text && at[-1] != '\n')
        at++;
    return !at || read_parameters(at + strlen(MAIN), place, claims, err);
}
