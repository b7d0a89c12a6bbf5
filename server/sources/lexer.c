#include "sources/lexer.h"

#include <ctype.h>
#include <string.h>

struct c_lexer c_lexer_start(const char *text, size_t length)
{
    return (struct c_lexer){.at = text, .end = text + length};
}

static bool is_name_start(char character)
{
    return isalpha((unsigned char)character) || character == '_';
}

static bool is_name_part(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

static bool looks_at(const struct c_lexer *lexer, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(lexer->end - lexer->at) >= length && memcmp(lexer->at, text, length) == 0;
}

/* To behind the next `text`, or to the end. */
static void skip_past(struct c_lexer *lexer, const char *text)
{
    const char *found = memmem(lexer->at, (size_t)(lexer->end - lexer->at), text, strlen(text));
    lexer->at = found ? found + strlen(text) : lexer->end;
}

/* An unfinished one ends with its line. */
static void skip_quoted(struct c_lexer *lexer)
{
    char quote = *lexer->at++;
    while (lexer->at < lexer->end && *lexer->at != quote && *lexer->at != '\n')
        lexer->at += *lexer->at == '\\' && lexer->end - lexer->at > 1 ? 2 : 1;
    if (lexer->at < lexer->end)
        lexer->at++;
}

/* Blanks and comments. */
static void skip_space(struct c_lexer *lexer)
{
    while (lexer->at < lexer->end) {
        if (*lexer->at == '\n')
            lexer->in_line = false;
        if (isspace((unsigned char)*lexer->at) || looks_at(lexer, "\\\n"))
            lexer->at++;
        else if (looks_at(lexer, "/*")) {
            lexer->at += 2;
            skip_past(lexer, "*/");
        } else if (looks_at(lexer, "//"))
            while (lexer->at < lexer->end && *lexer->at != '\n')
                lexer->at++;
        else
            return;
    }
}

static void take_directive(struct c_lexer *lexer, struct c_token *token)
{
    token->kind = C_DIRECTIVE;
    token->text = ++lexer->at;
    while (lexer->at < lexer->end && *lexer->at != '\n') {
        if (looks_at(lexer, "/*")) {
            lexer->at += 2;
            skip_past(lexer, "*/");
        } else if (*lexer->at == '\\' && lexer->end - lexer->at > 1) {
            lexer->at += looks_at(lexer, "\\\r\n") ? 3 : 2;
        } else {
            lexer->at++;
        }
    }
    token->length = (size_t)(lexer->at - token->text);
}

static void take_name(struct c_lexer *lexer, struct c_token *token)
{
    token->kind = C_NAME;
    token->text = lexer->at;
    while (lexer->at < lexer->end && is_name_part(*lexer->at))
        lexer->at++;
    token->length = (size_t)(lexer->at - token->text);
}

static void take_number(struct c_lexer *lexer, struct c_token *token)
{
    token->kind = C_NUMBER;
    token->text = lexer->at;
    while (lexer->at < lexer->end && (is_name_part(*lexer->at) || *lexer->at == '.'))
        lexer->at++;
    token->length = (size_t)(lexer->at - token->text);
}

bool c_lexer_next(struct c_lexer *lexer, struct c_token *ret_token)
{
    for (;;) {
        skip_space(lexer);
        if (lexer->at == lexer->end)
            return false;
        bool begins_line = !lexer->in_line;
        lexer->in_line = true;
        if (*lexer->at == '#' && begins_line) {
            take_directive(lexer, ret_token);
            return true;
        }
        if (is_name_start(*lexer->at)) {
            take_name(lexer, ret_token);
            return true;
        }
        if (isdigit((unsigned char)*lexer->at)) {
            take_number(lexer, ret_token);
            return true;
        }
        if (*lexer->at != '"' && *lexer->at != '\'') {
            *ret_token = (struct c_token){.kind = C_PUNCTUATION, .text = lexer->at++, .length = 1};
            return true;
        }
        skip_quoted(lexer);
    }
}

bool c_token_is(const struct c_token *token, const char *text)
{
    return token->length == strlen(text) && memcmp(token->text, text, token->length) == 0;
}
