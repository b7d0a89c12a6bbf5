#include "memory/function.h"

#include "memory/heap_block.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_MAX = 10000 }; /* what comes later can only add */

/* A body as far as it has been read. */
struct body {
    struct scan *scan;
    struct generated_function *function;
    struct c_token before;   /* the token before this one */
    struct c_token assigned; /* what stood in front of the last '=' */
    int depth;               /* of braces */
    int conditional_depth;   /* from this depth on it is not sure to run; 0: it is */
    bool is_condition;       /* the next statement or block hangs on an if */
};

static bool add_event(struct body *body, enum workspace_event_kind kind, const struct c_token *name,
                      uint64_t size_bytes)
{
    struct generated_function *function = body->function;
    if (body->conditional_depth > 0 || function->events_count == EVENTS_MAX)
        return true;
    struct workspace_event *events =
        realloc(function->events, (function->events_count + 1) * sizeof(*events));
    if (!events)
        return error_no_memory(body->scan->err, "calls", sizeof(*events));
    function->events = events;
    events[function->events_count] = (struct workspace_event){
        .kind = kind, .name = strndup(name->text, name->length), .size_bytes = size_bytes};
    if (!events[function->events_count].name)
        return error_no_memory(body->scan->err, "a name", name->length);
    function->events_count++;
    return true;
}

/* The arguments behind the parenthesis: the last name, and the number of the third argument where
 * that is no more than a number, with a type in front: (uint64_t)1152. */
static void read_arguments(struct scan *scan, struct c_token *ret_name, uint64_t *ret_number)
{
    enum { THIRD = 2 };
    struct c_token token;
    int argument = 0;
    int numbers = 0;
    int operators = 0;
    for (int depth = 1; depth > 0 && c_lexer_next(&scan->lexer, &token);) {
        char mark = scan_mark(&token);
        depth += mark == '(' ? 1 : 0;
        depth -= mark == ')' ? 1 : 0;
        if (mark == ',' && depth == 1)
            argument++;
        else if (mark && mark != '(' && mark != ')' && argument == THIRD)
            operators++;
        if (token.kind == C_NAME)
            *ret_name = token;
        if (token.kind == C_NUMBER && argument == THIRD && numbers++ == 0)
            *ret_number = scan_number(&token);
    }
    if (numbers != 1 || operators > 0)
        *ret_number = 0;
}

static bool take_call(struct body *body, const struct c_token *name)
{
    struct c_token variable = body->assigned;
    uint64_t size_bytes = 0;
    if (c_token_is(name, "TVMBackendAllocWorkspace")) {
        struct c_token ignored = *name;
        read_arguments(body->scan, &ignored, &size_bytes);
        return add_event(body, WORKSPACE_ALLOCATE, &variable, size_bytes);
    }
    if (c_token_is(name, "TVMBackendFreeWorkspace")) {
        variable = *name;
        read_arguments(body->scan, &variable, &size_bytes);
        return add_event(body, WORKSPACE_FREE, &variable, 0);
    }
    return add_event(body, WORKSPACE_CALL, name, 0);
}

/* case N: of the function that finds a graph's parameters. */
static bool take_linked(struct body *body, const struct c_token *number)
{
    if (!c_token_is(&body->before, "case") ||
        strcmp(body->function->name, "_lookup_linked_param") != 0)
        return true;
    return generated_add_linked(body->scan->generated, scan_number(number), body->scan->err);
}

static void take_brace(struct body *body, bool opens)
{
    if (opens) {
        body->depth++;
        if (body->is_condition && body->conditional_depth == 0)
            body->conditional_depth = body->depth;
        body->is_condition = false;
        return;
    }
    if (body->conditional_depth == body->depth)
        body->conditional_depth = 0;
    body->depth--;
}

static bool is_conditional(const struct c_token *word)
{
    return c_token_is(word, "if") || c_token_is(word, "else") || c_token_is(word, "while") ||
           c_token_is(word, "switch");
}

static bool take_mark(struct body *body, char mark)
{
    const struct c_token before = body->before;
    if (mark == '{' || mark == '}')
        take_brace(body, mark == '{');
    else if (mark == ';')
        body->is_condition = false;
    else if (mark == '=' && before.kind == C_NAME)
        body->assigned = before;
    else if (mark == '(' && before.kind == C_NAME && !is_conditional(&before) &&
             !c_token_is(&before, "for"))
        return take_call(body, &before);
    return true;
}

static bool take_token(struct body *body, const struct c_token *token)
{
    bool good = true;
    if (token->kind == C_NAME && is_conditional(token))
        body->is_condition = true;
    else if (token->kind == C_NUMBER)
        good = take_linked(body, token);
    else if (token->kind == C_PUNCTUATION)
        good = take_mark(body, *token->text);
    body->before = *token;
    return good;
}

bool scan_function(struct scan *scan, const struct c_token *name)
{
    struct generated *generated = scan->generated;
    struct generated_function *functions =
        realloc(generated->functions, (generated->functions_count + 1) * sizeof(*functions));
    if (!functions)
        return error_no_memory(scan->err, "functions", sizeof(*functions));
    generated->functions = functions;
    struct generated_function *function = &functions[generated->functions_count];
    *function = (struct generated_function){.name = strndup(name->text, name->length)};
    if (!function->name)
        return error_no_memory(scan->err, "a name", name->length);
    generated->functions_count++;
    struct body body = {
        .scan = scan, .function = function, .before = *name, .assigned = *name, .depth = 1};
    struct c_token token;
    while (body.depth > 0 && c_lexer_next(&scan->lexer, &token))
        if (!take_token(&body, &token))
            return false;
    return true;
}
