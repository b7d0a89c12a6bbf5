#include "regress/suite/place.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* Behind the string that begins at `at`. */
static const char *skip_string(const char *at)
{
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1])
            at++;
    return *at ? at + 1 : at;
}

/* Behind the value that begins at `at`. */
static const char *skip_value(const char *at)
{
    size_t depth = 0;
    do {
        if (*at == '"') {
            at = skip_string(at);
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            depth--;
            at++;
        } else {
            at += strcspn(at, "\"{}[],");
            if (*at == ',' && depth > 0)
                at++;
        }
    } while (depth > 0 && *at);
    return at;
}

/* Is the string at `at` KEY, a part of a pointer of so many bytes? Those with escapes are not
 * found.
 */
static bool is_key(const char *at, const char *key, size_t key_size)
{
    for (at++; key_size > 0; at++, key++, key_size--) {
        char wanted = *key;
        if (wanted == '~' && key_size > 1) {
            wanted = key[1] == '0' ? '~' : '/';
            key++;
            key_size--;
        }
        if (*at != wanted)
            return false;
    }
    return *at == '"';
}

/* The member of the object or array at `at` that a part of a pointer names, its key where it has
 * one; NULL: there is none. */
static const char *find_member(const char *at, const char *key, size_t key_size)
{
    bool is_object = *at == '{';
    size_t wanted = strtoul(key, NULL, 10);
    if (!is_object && *at != '[')
        return NULL;
    at = skip_space(at + 1);
    for (size_t i = 0; *at && *at != '}' && *at != ']'; i++) {
        if (is_object ? is_key(at, key, key_size) : i == wanted)
            return at;
        if (is_object) {
            at = skip_space(skip_string(at));
            at = skip_space(at + (*at == ':'));
        }
        at = skip_space(skip_value(at));
        at = skip_space(at + (*at == ','));
    }
    return NULL;
}

size_t place_line(const char *text, const char *pointer)
{
    const char *found = skip_space(text);
    const char *value = found;
    while (*pointer == '/') {
        size_t key_size = strcspn(pointer + 1, "/");
        bool in_object = *value == '{';
        const char *member = find_member(value, pointer + 1, key_size);
        if (!member)
            break;
        found = member;
        value = member;
        if (in_object) {
            value = skip_space(skip_string(member));
            value = skip_space(value + (*value == ':'));
        }
        pointer += 1 + key_size;
    }
    size_t line = 1;
    for (const char *at = text; at < found; at++)
        line += *at == '\n';
    return line;
}

void place_append(char *buffer, size_t buffer_size_bytes, const char *key)
{
    enum { LONGEST = 2 };
    size_t used = strlen(buffer);
    if (used + 1 < buffer_size_bytes)
        buffer[used++] = '/';
    for (; *key && used + LONGEST < buffer_size_bytes; key++) {
        bool escaped = *key == '~' || *key == '/';
        if (escaped)
            buffer[used++] = '~';
        buffer[used++] = (char)(!escaped ? *key : *key == '~' ? '0' : '1');
    }
    buffer[used] = '\0';
}
