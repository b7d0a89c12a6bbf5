#include "api/json_scan.h"
#include "api/json_text.h"

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

/* A text that is read, and what was found in it so far. */
struct parse {
    struct json_scan scan;
    int depth;
    bool is_plain_number; /* the value read last had neither point nor exponent, or is no number */
    struct json_text found;
};

static cJSON *new_value(struct parse *parse, int type)
{
    struct json_block *block = parse->found.blocks;
    if (!block || block->used == BLOCK_VALUES) {
        block = malloc(sizeof(*block));
        if (!block) {
            error_no_memory(parse->scan.err, "a request", sizeof(*block));
            return NULL;
        }
        block->next = parse->found.blocks;
        block->used = 0;
        parse->found.blocks = block;
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

static bool scan_number(struct parse *parse, cJSON *value)
{
    struct json_scan *scan = &parse->scan;
    const char *first = scan->at;
    bool is_negative = json_scan_take(scan, '-');
    parse->is_plain_number = false;
    if (take_word(scan, "Infinity"))
        return set_number(value, is_negative ? -HUGE_VAL : HUGE_VAL);
    if (!json_scan_take(scan, '0') && !take_digits(scan))
        return json_scan_wrong(scan, "a digit");
    parse->is_plain_number = true;
    if (json_scan_take(scan, '.')) {
        parse->is_plain_number = false;
        if (!take_digits(scan))
            return json_scan_wrong(scan, "a digit");
    }
    if (json_scan_take(scan, 'e') || json_scan_take(scan, 'E')) {
        parse->is_plain_number = false;
        if (!json_scan_take(scan, '+'))
            json_scan_take(scan, '-');
        if (!take_digits(scan))
            return json_scan_wrong(scan, "a digit");
    }
    return set_number(value, strtod(first, NULL)); /* it stops where we did, if not at the NUL */
}

static bool scan_word(struct parse *parse, cJSON *value)
{
    struct json_scan *scan = &parse->scan;
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
        parse->is_plain_number = false;
    } else
        return json_scan_wrong(scan, "a value");
    return true;
}

/* In the outermost object, \u0000 does no harm. */
static bool take_string(struct parse *parse, char **ret_text)
{
    parse->scan.has_nul = false;
    if (!json_scan_string(&parse->scan, ret_text))
        return false;
    parse->found.has_nul = parse->found.has_nul || (parse->scan.has_nul && parse->depth > 1);
    return true;
}

/* is_kept: the text of a string must stay as it is; it then has no value. */
static bool scan_value(struct parse *parse, bool is_kept, cJSON **ret_value);

static bool scan_array(struct parse *parse, cJSON *array)
{
    struct json_scan *scan = &parse->scan;
    scan->at++;
    skip_space(scan);
    if (json_scan_take(scan, ']'))
        return true;
    for (;;) {
        cJSON *value = NULL;
        if (!scan_value(parse, false, &value))
            return false;
        append(array, value);
        if (json_scan_take(scan, ']'))
            return true;
        if (!json_scan_take(scan, ','))
            return json_scan_wrong(scan, "',' or ']'");
    }
}

static void note_id(struct parse *parse, const char *text)
{
    const char *end = parse->scan.at;
    while (is_space(end[-1])) /* a value has a last character that is none */
        end--;
    parse->found.id = text;
    parse->found.id_size_bytes = (size_t)(end - text);
    parse->found.id_is_float = !parse->is_plain_number;
}

static bool scan_member(struct parse *parse, cJSON *object)
{
    struct json_scan *scan = &parse->scan;
    char *name = NULL;
    cJSON *value = NULL;
    skip_space(scan);
    if (!take_string(parse, &name))
        return false;
    skip_space(scan);
    if (!json_scan_take(scan, ':'))
        return json_scan_wrong(scan, "':'");
    skip_space(scan);
    bool is_id = parse->depth == 1 && strcmp(name, "id") == 0;
    const char *text = scan->at;
    if (!scan_value(parse, is_id, &value))
        return false;
    value->string = name;
    append(object, value);
    if (is_id)
        note_id(parse, text);
    return true;
}

static bool scan_object(struct parse *parse, cJSON *object)
{
    struct json_scan *scan = &parse->scan;
    scan->at++;
    skip_space(scan);
    if (json_scan_take(scan, '}'))
        return true;
    for (;;) {
        if (!scan_member(parse, object))
            return false;
        if (json_scan_take(scan, '}'))
            return true;
        if (!json_scan_take(scan, ','))
            return json_scan_wrong(scan, "',' or '}'");
    }
}

static bool scan_container(struct parse *parse, bool is_object, cJSON *value)
{
    if (++parse->depth > JSON_MAX_DEPTH)
        return json_scan_wrong(&parse->scan, "less nesting");
    value->type = is_object ? cJSON_Object : cJSON_Array;
    bool good = is_object ? scan_object(parse, value) : scan_array(parse, value);
    parse->depth--;
    parse->is_plain_number = true; /* it is no number */
    return good;
}

static bool scan_one(struct parse *parse, bool is_kept, cJSON *value)
{
    static char no_text[] = "";
    int first = json_scan_peek(&parse->scan);
    parse->is_plain_number = true;
    if (first == '{' || first == '[')
        return scan_container(parse, first == '{', value);
    if (first == '"') {
        value->type = cJSON_String;
        value->valuestring = no_text;
        return take_string(parse, is_kept ? NULL : &value->valuestring);
    }
    if (first == '-' || first == 'I' || isdigit(first))
        return scan_number(parse, value);
    return scan_word(parse, value);
}

/* One value and the space around it. */
static bool scan_value(struct parse *parse, bool is_kept, cJSON **ret_value)
{
    skip_space(&parse->scan);
    cJSON *value = new_value(parse, cJSON_Invalid);
    if (!value || !scan_one(parse, is_kept, value))
        return false;
    skip_space(&parse->scan);
    *ret_value = value;
    return true;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written to through parse.scan */
bool json_text_parse(char *text, size_t size_bytes, struct json_text *ret_json, struct error *err)
{
    struct parse parse = {
        .scan = {.begin = text, .at = text, .end = text + size_bytes, .err = err}};
    struct json_scan *scan = &parse.scan;
    cJSON *root = NULL;
    bool good = scan_value(&parse, false, &root) &&
                (scan->at == scan->end || json_scan_wrong(scan, "nothing more"));
    if (!good) {
        json_text_dispose(&parse.found);
        return false;
    }
    parse.found.root = root;
    *ret_json = parse.found;
    return true;
}
