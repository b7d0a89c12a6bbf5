#include "sources/symbols.h"

#include "base/cleanup.h"
#include "sources/lexer.h"
#include "sources/symbols_table.h"

#include <stdlib.h>
#include <string.h>

enum { CONDITIONS_MOST = 64 };

/* Reading one text. Of a declaration at file level, names in front of a parameter list are defined
 * by a '{' behind them, names of variables by '=' or ';'. */
struct reading {
    struct symbols *symbols;
    bool in_units;    /* a header: each definition is a unit */
    size_t unit;      /* where names go that are used */
    int braces;       /* open ones */
    int parentheses;  /* open ones, of a declaration at file level */
    bool is_function; /* the declaration had a parenthesis and is no variable */
    bool is_extern_c; /* so far there was only `extern` */
    size_t last_name;
    size_t defined[8];
    int defined_count;
    int condition_braces[CONDITIONS_MOST]; /* open ones at the #if */
    int conditions;
};

static bool begin_declaration(struct reading *reading, struct error *err)
{
    reading->defined_count = 0;
    reading->parentheses = 0;
    reading->is_function = false;
    reading->is_extern_c = false;
    return !reading->in_units || symbols_table_unit(reading->symbols, &reading->unit, err);
}

/* The name before a mark may be what is defined; "__attribute__" and its like are not. */
static void take_candidate(struct reading *reading, const struct c_token *name)
{
    enum { MOST = sizeof(reading->defined) / sizeof(reading->defined[0]) };
    bool reserved = name->length > 2 && name->text[0] == '_' && name->text[1] == '_';
    if (name->length > 0 && !reserved && reading->defined_count < MOST)
        reading->defined[reading->defined_count++] = reading->last_name;
}

static void take_variable(struct reading *reading, const struct c_token *name)
{
    if (name->length == 0)
        return;
    reading->is_function = false;
    reading->defined_count = 0;
    take_candidate(reading, name);
}

static bool define_candidates(struct reading *reading, struct error *err)
{
    for (int i = 0; i < reading->defined_count; i++)
        if (!symbols_table_define(reading->symbols, reading->defined[i], reading->unit, err))
            return false;
    reading->defined_count = 0;
    return true;
}

/* #define NAME ... : a unit of its own in a header, which uses what stands behind the name. */
static bool read_macro(struct reading *reading, struct c_lexer *line, struct error *err)
{
    struct c_token token;
    size_t unit = reading->unit;
    size_t name;
    if (!c_lexer_next(line, &token) || token.kind != C_NAME)
        return true;
    if (!symbols_table_name(reading->symbols, token.text, token.length, &name, err) ||
        (reading->in_units && !symbols_table_unit(reading->symbols, &unit, err)) ||
        !symbols_table_define(reading->symbols, name, unit, err))
        return false;
    while (c_lexer_next(line, &token))
        if (token.kind == C_NAME &&
            (!symbols_table_name(reading->symbols, token.text, token.length, &name, err) ||
             !symbols_table_use(reading->symbols, unit, name, err)))
            return false;
    return true;
}

/* Branches of an #if may each open the brace that is closed once behind them. */
static bool read_directive(struct reading *reading, const struct c_token *directive,
                           struct error *err)
{
    struct c_lexer line = c_lexer_start(directive->text, directive->length);
    struct c_token word;
    line.in_line = true; /* "##" and "#" in it are operators */
    if (!c_lexer_next(&line, &word))
        return true;
    if (c_token_is(&word, "define"))
        return read_macro(reading, &line, err);
    int innermost = reading->conditions - 1;
    if (c_token_is(&word, "if") || c_token_is(&word, "ifdef") || c_token_is(&word, "ifndef")) {
        if (reading->conditions < CONDITIONS_MOST)
            reading->condition_braces[reading->conditions] = reading->braces;
        reading->conditions++;
    } else if (c_token_is(&word, "else") || c_token_is(&word, "elif")) {
        if (innermost >= 0 && innermost < CONDITIONS_MOST)
            reading->braces = reading->condition_braces[innermost];
    } else if (c_token_is(&word, "endif") && innermost >= 0) {
        reading->conditions--;
    }
    return true;
}

static bool read_brace(struct reading *reading, bool opens, struct error *err)
{
    if (opens && reading->braces == 0 && reading->is_extern_c)
        return begin_declaration(reading, err); /* its closing brace is one too many, below */
    if (opens)
        return reading->braces++ > 0 || define_candidates(reading, err);
    if (reading->braces > 0)
        reading->braces--;
    return true;
}

/* At file level, outside of parentheses. previous: the name before the mark, of length 0 when there
 * is none. */
static bool read_mark(struct reading *reading, char mark, const struct c_token *previous,
                      bool *ret_ends, struct error *err)
{
    switch (mark) {
    case '(':
        reading->is_function = true;
        take_candidate(reading, previous);
        return true;
    case '[':
        take_variable(reading, previous);
        return true;
    case '=':
        take_variable(reading, previous);
        return define_candidates(reading, err);
    case ';':
        *ret_ends = true;
        if (reading->is_function)
            return true; /* declared only */
        take_variable(reading, previous);
        return define_candidates(reading, err);
    default:
        return true;
    }
}

static bool read_punctuation(struct reading *reading, char mark, const struct c_token *previous,
                             bool *ret_ends, struct error *err)
{
    bool good = reading->parentheses > 0 || read_mark(reading, mark, previous, ret_ends, err);
    if (mark == '(')
        reading->parentheses++;
    if (mark == ')' && reading->parentheses > 0)
        reading->parentheses--;
    return good;
}

static bool read_token(struct reading *reading, const struct c_token *token,
                       struct c_token *previous, struct error *err)
{
    bool ends = false;
    size_t name;
    if (token->kind == C_NUMBER)
        return true;
    if (token->kind == C_DIRECTIVE)
        return read_directive(reading, token, err);
    if (token->kind == C_NAME) {
        if (!symbols_table_name(reading->symbols, token->text, token->length, &name, err) ||
            !symbols_table_use(reading->symbols, reading->unit, name, err))
            return false;
        reading->is_extern_c = c_token_is(token, "extern");
        reading->last_name = name;
        *previous = *token;
        return true;
    }
    char mark = *token->text;
    bool good = true;
    if (mark == '{' || mark == '}') {
        good = read_brace(reading, mark == '{', err);
        ends = mark == '}' && reading->braces == 0;
    } else if (reading->braces == 0) {
        good = read_punctuation(reading, mark, previous, &ends, err);
    }
    reading->is_extern_c = false;
    previous->length = 0;
    return good && (!ends || begin_declaration(reading, err));
}

static bool read_text(struct reading *reading, const char *text, size_t length, struct error *err)
{
    struct c_lexer lexer = c_lexer_start(text, length);
    struct c_token token;
    struct c_token previous = {.text = text};
    while (c_lexer_next(&lexer, &token))
        if (!read_token(reading, &token, &previous, err))
            return false;
    return true;
}

bool symbols_add_source(struct symbols *symbols, const char *text, size_t length, size_t *ret_unit,
                        struct error *err)
{
    struct reading reading = {.symbols = symbols};
    if (!symbols_table_unit(symbols, &reading.unit, err) || !read_text(&reading, text, length, err))
        return false;
    *ret_unit = reading.unit;
    return true;
}

bool symbols_add_names(struct symbols *symbols, size_t unit, const char *text, size_t length,
                       struct error *err)
{
    struct reading reading = {.symbols = symbols, .unit = unit};
    return read_text(&reading, text, length, err);
}

bool symbols_add_header(struct symbols *symbols, const char *text, size_t length, struct error *err)
{
    struct reading reading = {.symbols = symbols, .in_units = true};
    return symbols_table_unit(symbols, &reading.unit, err) &&
           read_text(&reading, text, length, err);
}
