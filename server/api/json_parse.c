#include "api/json_scan.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Values come in blocks: one block is enough for most requests. */
enum { BLOCK_VALUES = 12 };

struct json_block {
    struct json_block *next;
    size_t used;
    cJSON values[BLOCK_VALUES];
};

bool json_scan_wrong(struct json_scan *scan, const char *wanted)
{
    return error_set(scan->err, ERROR_PARSE, 0, "not JSON: want %s at byte %zu", wanted,
                     (size_t)(scan->at - scan->begin));
}

static cJSON *new_value(struct json_scan *scan, int type)
{
    struct json_block *block = scan->found.blocks;
    if (!block || block->used == BLOCK_VALUES) {
        block = malloc(sizeof(*block));
        if (!block) {
            error_no_memory(scan->err, "a request", sizeof(*block));
            return NULL;
        }
        block->next = scan->found.blocks;
        block->used = 0;
        scan->found.blocks = block;
    }
    cJSON *value = &block->values[block->used++];
    *value = (cJSON){.type = type};
    return value;
}

void json_text_dispose(struct json_text *json)
{
    while (json->blocks) {
        struct json_block *next = json->blocks->next;
        free(json->blocks);
        json->blocks = next;
    }
    *json = (struct json_text){0};
}

/* cJSON's first child has the last one as its `prev`. */
static void append(cJSON *parent, cJSON *value)
{
    if (!parent->child) {
        parent->child = value;
        value->prev = value;
        return;
    }
    cJSON *last = parent->child->prev;
    last->next = value;
    value->prev = last;
    parent->child->prev = value;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct json_scan *scan)
{
    while (scan->at < scan->end && is_space(*scan->at))
        scan->at++;
}

static bool take_digits(struct json_scan *scan)
{
    const char *first = scan->at;
    while (isdigit(json_scan_peek(scan)))
        scan->at++;
    return scan->at > first;
}

static bool take_word(struct json_scan *scan, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(scan->end - scan->at) < size || memcmp(scan->at, word, size) != 0)
        return false;
    scan->at += size;
    return true;
}

static bool set_number(cJSON *value, double number)
{
    value->type = cJSON_Number;
    value->valuedouble = number;
    value->valueint = number >= INT_MAX ? INT_MAX : number <= INT_MIN ? INT_MIN : (int)number;
    return true;
}

static bool scan_number(struct json_scan *scan, cJSON *value)
{
    const char *first = scan->at;
    bool is_negative = json_scan_take(scan, '-');
    scan->is_plain_number = false;
    if (take_word(scan, "Infinity"))
        return set_number(value, is_negative ? -HUGE_VAL : HUGE_VAL);
    if (!json_scan_take(scan, '0') && !take_digits(scan))
        return json_scan_wrong(scan, "a digit");
    scan->is_plain_number = true;
    if (json_scan_take(scan, '.')) {
        scan->is_plain_number = false;
        if (!take_digits(scan))
            return json_scan_wrong(scan, "a digit");
    }
    if (json_scan_take(scan, 'e') || json_scan_take(scan, 'E')) {
        scan->is_plain_number = false;
        if (!json_scan_take(scan, '+'))
            json_scan_take(scan, '-');
        if (!take_digits(scan))
            return json_scan_wrong(scan, "a digit");
    }
    return set_number(value, strtod(first, NULL)); /* it stops where we did, if not at the NUL */
}

static bool scan_word(struct json_scan *scan, cJSON *value)
{
    static char not_a_number[] = "NaN";
    if (take_word(scan, "true"))
        value->type = cJSON_True;
    else if (take_word(scan, "false"))
        value->type = cJSON_False;
    else if (take_word(scan, "null"))
        value->type = cJSON_NULL;
    else if (take_word(scan, not_a_number)) {
        value->type = cJSON_Raw;
        value->valuestring = not_a_number;
        scan->is_plain_number = false;
    } else
        return json_scan_wrong(scan, "a value");
    return true;
}

/* is_kept: the text of a string must stay as it is; it then has no value. */
static bool scan_value(struct json_scan *scan, bool is_kept, cJSON **ret_value);

static bool scan_array(struct json_scan *scan, cJSON *array)
{
    scan->at++;
    skip_space(scan);
    if (json_scan_take(scan, ']'))
        return true;
    for (;;) {
        cJSON *value = NULL;
        if (!scan_value(scan, false, &value))
            return false;
        append(array, value);
        if (json_scan_take(scan, ']'))
            return true;
        if (!json_scan_take(scan, ','))
            return json_scan_wrong(scan, "',' or ']'");
    }
}

static void note_id(struct json_scan *scan, const char *text)
{
    const char *end = scan->at;
    while (is_space(end[-1])) /* a value has a last character that is none */
        end--;
    scan->found.id = text;
    scan->found.id_size_bytes = (size_t)(end - text);
    scan->found.id_is_float = !scan->is_plain_number;
}

static bool scan_member(struct json_scan *scan, cJSON *object)
{
    char *name = NULL;
    cJSON *value = NULL;
    skip_space(scan);
    if (!json_scan_string(scan, &name))
        return false;
    skip_space(scan);
    if (!json_scan_take(scan, ':'))
        return json_scan_wrong(scan, "':'");
    skip_space(scan);
    bool is_id = scan->depth == 1 && strcmp(name, "id") == 0;
    const char *text = scan->at;
    if (!scan_value(scan, is_id, &value))
        return false;
    value->string = name;
    append(object, value);
    if (is_id)
        note_id(scan, text);
    return true;
}

static bool scan_object(struct json_scan *scan, cJSON *object)
{
    scan->at++;
    skip_space(scan);
    if (json_scan_take(scan, '}'))
        return true;
    for (;;) {
        if (!scan_member(scan, object))
            return false;
        if (json_scan_take(scan, '}'))
            return true;
        if (!json_scan_take(scan, ','))
            return json_scan_wrong(scan, "',' or '}'");
    }
}

static bool scan_container(struct json_scan *scan, bool is_object, cJSON *value)
{
    if (++scan->depth > JSON_MAX_DEPTH)
        return json_scan_wrong(scan, "less nesting");
    value->type = is_object ? cJSON_Object : cJSON_Array;
    bool good = is_object ? scan_object(scan, value) : scan_array(scan, value);
    scan->depth--;
    scan->is_plain_number = true; /* it is no number */
    return good;
}

static bool scan_one(struct json_scan *scan, bool is_kept, cJSON *value)
{
    static char no_text[] = "";
    int first = json_scan_peek(scan);
    scan->is_plain_number = true;
    if (first == '{' || first == '[')
        return scan_container(scan, first == '{', value);
    if (first == '"') {
        value->type = cJSON_String;
        value->valuestring = no_text;
        return json_scan_string(scan, is_kept ? NULL : &value->valuestring);
    }
    if (first == '-' || first == 'I' || isdigit(first))
        return scan_number(scan, value);
    return scan_word(scan, value);
}

/* One value and the space around it. */
static bool scan_value(struct json_scan *scan, bool is_kept, cJSON **ret_value)
{
    skip_space(scan);
    cJSON *value = new_value(scan, cJSON_Invalid);
    if (!value || !scan_one(scan, is_kept, value))
        return false;
    skip_space(scan);
    *ret_value = value;
    return true;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written to through scan.at */
bool json_text_parse(char *text, size_t size_bytes, struct json_text *ret_json, struct error *err)
{
    struct json_scan scan = {.begin = text, .at = text, .end = text + size_bytes, .err = err};
    cJSON *root = NULL;
    bool good = scan_value(&scan, false, &root) &&
                (scan.at == scan.end || json_scan_wrong(&scan, "nothing more"));
    if (!good) {
        json_text_dispose(&scan.found);
        return false;
    }
    scan.found.root = root;
    *ret_json = scan.found;
    return true;
}
