#include "regress/suite/reader.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "regress/suite/place.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct node node_member(const struct node *parent, const char *key)
{
    struct node node = {.json = cJSON_GetObjectItemCaseSensitive(parent->json, key)};
    memcpy(node.pointer, parent->pointer, sizeof(node.pointer));
    place_append(node.pointer, sizeof(node.pointer), key);
    if (cJSON_IsNull(node.json))
        node.json = NULL;
    return node;
}

struct node node_element(const struct node *parent, const cJSON *element, size_t index)
{
    char text[24];
    struct node node = {.json = element};
    snprintf(text, sizeof(text), "%zu", index);
    memcpy(node.pointer, parent->pointer, sizeof(node.pointer));
    place_append(node.pointer, sizeof(node.pointer), text);
    return node;
}

void *reader_keep(const struct reader *reader, void *memory)
{
    struct suite *suite = reader->suite;
    void **grown = realloc(suite->kept, (suite->kept_count + 1) * sizeof(*grown));
    if (grown)
        suite->kept = grown;
    if (!grown || !memory) {
        free(memory);
        reader->mistakes->no_memory = true;
        return NULL;
    }
    suite->kept[suite->kept_count++] = memory;
    return memory;
}

static bool is_among(const char *key, const char *const *keys)
{
    while (*keys && strcmp(*keys, key) != 0)
        keys++;
    return *keys != NULL;
}

static void refuse_key(const struct reader *reader, const struct node *node, const char *key,
                       const char *const *keys)
{
    char known[512] = "";
    size_t used = 0;
    for (; *keys && used < sizeof(known); keys++)
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", used > 0 ? ", " : "",
                                 *keys);
    const struct node at = node_member(node, key);
    mistakes_add(reader->mistakes, at.pointer, "\"%s\": no such key (have: %s)",
                 printable(key).text, known);
}

bool reader_object(const struct reader *reader, const struct node *node, const char *const *keys)
{
    const cJSON *item = NULL;
    if (!cJSON_IsObject(node->json)) {
        mistakes_add(reader->mistakes, node->pointer, "give an object, { ... }");
        return false;
    }
    cJSON_ArrayForEach(item, node->json)
    {
        const struct node at = node_member(node, item->string);
        if (keys && !is_among(item->string, keys))
            refuse_key(reader, node, item->string, keys);
        else if (cJSON_GetObjectItemCaseSensitive(node->json, item->string) != item)
            mistakes_add(reader->mistakes, at.pointer, "it is there twice");
    }
    return true;
}

void reader_text(const struct reader *reader, const struct node *node, const char **ret_text)
{
    if (!node->json)
        return;
    if (cJSON_IsString(node->json) && node->json->valuestring[0])
        *ret_text = node->json->valuestring;
    else
        mistakes_add(reader->mistakes, node->pointer, "give a text that is not empty");
}

void reader_number(const struct reader *reader, const struct node *node, double least, double most,
                   const char *expected, double *ret_number)
{
    if (!node->json)
        return;
    if (cJSON_IsNumber(node->json) && node->json->valuedouble >= least &&
        node->json->valuedouble <= fmin(most, DBL_MAX))
        *ret_number = node->json->valuedouble;
    else
        mistakes_add(reader->mistakes, node->pointer, "give %s", expected);
}

/* The value of the name at `at`, "{model}"; NULL: none is there. */
static const char *name_at(const char *at, const struct names *names, size_t *ret_size)
{
    static const char MODEL[] = "{model}";
    static const char BOARD[] = "{board}";
    bool is_model = names->model && strncmp(at, MODEL, strlen(MODEL)) == 0;
    bool is_board = names->board && strncmp(at, BOARD, strlen(BOARD)) == 0;
    *ret_size = is_model ? strlen(MODEL) : strlen(BOARD);
    return is_model ? names->model : is_board ? names->board : NULL;
}

const char *reader_fill(const struct reader *reader, const struct node *node, const char *text,
                        const struct names *names)
{
    cleanup_free char *filled = NULL;
    size_t size = 0;
    bool is_wrong = false;
    FILE *out = open_memstream(&filled, &size);
    if (!out)
        return reader_keep(reader, NULL);
    for (const char *at = text; *at;) {
        size_t name_size = 0;
        const char *value = name_at(at, names, &name_size);
        if (value) {
            fputs(value, out);
            at += name_size;
            continue;
        }
        is_wrong = is_wrong || *at == '{';
        fputc(*at++, out);
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        return reader_keep(reader, NULL);
    if (is_wrong) {
        mistakes_add(reader->mistakes, node->pointer, "\"%s\": a '{' begins {model} or {board}",
                     printable(text).text);
        return NULL;
    }
    return reader_keep(reader, steal_pointer(filled));
}

const char *reader_path(const struct reader *reader, const char *path)
{
    const char *dir = reader->suite->dir;
    while (strcmp(dir, ".") != 0 && strncmp(path, "./", 2) == 0)
        path += 2 + strspn(path + 2, "/");
    if (path[0] == '/' || strcmp(dir, ".") == 0)
        return reader_keep(reader, strdup(path));
    return reader_keep(reader, file_path("%s/%s", dir, path));
}

/* What is wrong with it for such a use; NULL: nothing. */
static const char *fault_of(const char *path, enum file_use use)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return use == FILE_WRITTEN && errno == ENOENT ? NULL : strerror(errno);
    if (use == FOLDER_READ && !S_ISDIR(status.st_mode))
        return strerror(ENOTDIR);
    if (use != FOLDER_READ && !S_ISREG(status.st_mode))
        return S_ISDIR(status.st_mode) ? strerror(EISDIR) : "not a regular file";
    return access(path, R_OK) != 0 ? strerror(errno) : NULL;
}

void reader_check(const struct reader *reader, const struct node *node, const char *path,
                  enum file_use use)
{
    const char *fault = fault_of(path, use);
    if (fault)
        mistakes_add(reader->mistakes, node->pointer, "%s: %s", printable(path).text, fault);
}

const char *reader_file(const struct reader *reader, const struct node *node,
                        const struct names *names, enum file_use use)
{
    const char *text = NULL;
    reader_text(reader, node, &text);
    const char *filled = text ? reader_fill(reader, node, text, names) : NULL;
    const char *path = filled ? reader_path(reader, filled) : NULL;
    if (path)
        reader_check(reader, node, path, use);
    return path;
}
