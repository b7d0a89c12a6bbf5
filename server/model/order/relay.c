#include "model/order/relay.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIGNATURE_MAX_BYTES = 1024 * 1024 };

static const size_t TEXT_MAX_BYTES = 1024UL * 1024 * 1024;

/* One that is too long for any model is none: each input is looked for in it. */
static char *first_line(const char *text)
{
    const char *start = strstr(text, "def @main(");
    size_t length = start ? strcspn(start, "\n") : 0;
    return length <= SIGNATURE_MAX_BYTES ? strndup(start ? start : "", length) : strdup("");
}

bool relay_signature_load(const char *dir, const char *model_name, char **ret_signature,
                          char **ret_place, struct error *err)
{
    static const char OLD_PLACE[] = "src/relay.txt";
    cleanup_free char *place = file_path("src/%s.relay", model_name);
    cleanup_free char *path = place ? file_path("%s/%s", dir, place) : NULL;
    cleanup_free char *old_path = file_path("%s/%s", dir, OLD_PLACE);
    cleanup_free char *text = NULL;
    if (!path || !old_path)
        return error_no_memory(err, "a path", strlen(dir));
    bool is_old = access(path, F_OK) != 0;
    const char *there = is_old ? old_path : path;
    if (access(there, F_OK) == 0 && !file_read(there, TEXT_MAX_BYTES, &text, NULL, err))
        return false;
    cleanup_free char *signature = first_line(text ? text : "");
    char *old_place = is_old ? strdup(OLD_PLACE) : NULL;
    if (!signature || (is_old && !old_place))
        return error_no_memory(err, "the model's text", 0);
    *ret_signature = steal_pointer(signature);
    *ret_place = is_old ? old_place : steal_pointer(place);
    return true;
}

/* Relay lets a printed name begin with a letter alone. */
const char *relay_find_input(const char *signature, const char *name)
{
    bool is_plain = isalpha((unsigned char)name[0]);
    cleanup_free char *start = file_path("%%%s%s: ", is_plain ? "" : "v", name);
    for (const char *at = start ? strstr(signature, start) : NULL; at; at = strstr(at + 1, start))
        if (at[-1] == '(' || at[-1] == ' ') /* a signature begins otherwise */
            return at + strlen(start);
    return NULL;
}

/* ---- inputs ---- */

struct found {
    const char *at;
    const char *name;
};

static int compare_places(const void *a, const void *b)
{
    const char *left = ((const struct found *)a)->at;
    const char *right = ((const struct found *)b)->at;
    return (left > right) - (left < right);
}

static bool read_inputs(const char *signature, const char *place, const struct model *model,
                        struct claim *claim, struct error *err)
{
    size_t count = model->inputs_count;
    cleanup_free struct found *found = calloc(count + 1, sizeof(*found));
    if (!found)
        return error_no_memory(err, "inputs", count * sizeof(*found));
    for (size_t i = 0; i < count; i++) {
        const char *name = model->inputs[i].name;
        found[i] = (struct found){relay_find_input(signature, name), name};
        if (!found[i].at)
            return true;
    }
    qsort(found, count, sizeof(*found), compare_places);
    bool good = claim_begin(claim, place, err);
    for (size_t i = 0; good && i < count; i++)
        good = claim_add(claim, found[i].name, strlen(found[i].name), err);
    return good;
}

/* ---- outputs ---- */

/* Behind a string, which begins at `at`; at the text's end when it is not finished. */
static const char *skip_string(const char *at)
{
    at++;
    while (*at && *at != '"')
        at += *at == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : at;
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
        claim_drop(claim); /* it breaks off */
    return true;
}

bool relay_read(const char *signature, const char *place, const struct model *model,
                struct claims *claims, struct error *err)
{
    static const char KEY[] = "output_tensor_names=[";
    struct claim *outputs = &claims->outputs[CLAIM_RELAY];
    size_t length = strlen(signature);
    const char *names = strstr(signature, KEY);
    bool is_whole = length > 0 && signature[length - 1] == '{';
    if (!read_inputs(signature, place, model, &claims->inputs[CLAIM_RELAY], err) ||
        ((names || is_whole) && !claim_begin(outputs, place, err)))
        return false;
    return !names || read_strings(names + strlen(KEY), outputs, err);
}
