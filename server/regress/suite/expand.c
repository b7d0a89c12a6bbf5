#include "regress/suite/expand.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "regress/suite/fields.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file's name without its folder and the first of these endings, in buffer. endings is
 * NULL-terminated. */
static void stem_of(const char *path, const char *const *endings, char *buffer, size_t size)
{
    const char *slash = strrchr(path, '/');
    snprintf(buffer, size, "%s", slash ? slash + 1 : path);
    size_t length = strlen(buffer);
    for (; *endings; endings++) {
        size_t ending = strlen(*endings);
        if (length > ending && strcmp(buffer + length - ending, *endings) == 0) {
            buffer[length - ending] = '\0';
            return;
        }
    }
}

/* "models/digits.tar" -> "digits" */
static void model_stem(const char *path, char *buffer, size_t size)
{
    static const char *const ENDINGS[] = {".tar", ".tar.gz", ".tgz", NULL};
    stem_of(path, ENDINGS, buffer, size);
}

/* "boards/mine.json" -> "mine", "mps2_an385" as it is */
static void board_stem(const char *board, char *buffer, size_t size)
{
    static const char *const ENDINGS[] = {".json", NULL};
    stem_of(board, ENDINGS, buffer, size);
}

static void check_unique(const struct reader *reader, const struct node *entry,
                         const struct suite_case *item)
{
    const struct suite *suite = reader->suite;
    for (size_t i = 0; i < suite->count; i++)
        if (strcmp(suite->cases[i].name, item->name) == 0)
            mistakes_add(reader->mistakes, entry->pointer,
                         "a second case \"%s\": give it a name of its own (key \"name\", in which "
                         "{model} stands for the archive's)",
                         printable(item->name).text);
}

/* What is wrong in a single field has been told already. */
static void check_whole(const struct reader *reader, const struct node *entry,
                        const struct suite_case *item)
{
    struct error err;
    if (reader->mistakes->count == 0 && !reader->checks->run(item, &err))
        mistakes_add(reader->mistakes, entry->pointer, "%s", err.text);
}

static bool add_case(const struct reader *reader, const struct node *entry, const char *model,
                     const char *board)
{
    char stem[256];
    char board_name[256];
    struct suite *suite = reader->suite;
    model_stem(model, stem, sizeof(stem));
    board_stem(board, board_name, sizeof(board_name));
    const struct names names = {.model = stem, .board = board_name};
    const char *text = "{model}";
    const struct node name = node_member(entry, "name");
    reader_text(reader, &name, &text);
    const char *filled = reader_fill(reader, &name, text, &names);
    struct suite_case item = {.model = model, .board = board};
    item.name = reader_keep(reader, file_path("%s@%s", filled ? filled : text, names.board));
    struct suite_case *grown = realloc(suite->cases, (suite->count + 1) * sizeof(*grown));
    if (grown)
        suite->cases = grown;
    if (!grown || !item.name) {
        reader->mistakes->no_memory = true;
        return false;
    }
    check_unique(reader, entry, &item);
    fields_read(reader, entry, &names, &item);
    check_whole(reader, entry, &item);
    grown[suite->count++] = item;
    return true;
}

/* A board's definition, in a file of one's own, is told from the suite's folder. */
static const char *find_board(const struct reader *reader, const struct node *node)
{
    const char *name = NULL;
    reader_text(reader, node, &name);
    if (!name)
        return NULL;
    if (suite_board_is_file(name)) {
        const char *path = reader_file(reader, node, &(struct names){.model = NULL}, FILE_READ);
        bool is_bare = path && !strchr(path, '/');
        return is_bare ? reader_keep(reader, file_path("./%s", path)) : path;
    }
    for (char *const *known = reader->checks->boards; *known; known++)
        if (strcmp(*known, name) == 0)
            return reader_keep(reader, strdup(name));
    mistakes_add(reader->mistakes, node->pointer,
                 "\"%s\": no such board (`microtvm-qemu boards` lists them)", printable(name).text);
    return reader_keep(reader, strdup(name)); /* to see what else is wrong with its cases */
}

/* The same text before it in its list? */
static bool is_again(const struct reader *reader, const struct node *at)
{
    const char *name = cJSON_GetStringValue(at->json);
    for (const cJSON *item = at->json->prev; name && item->next; item = item->prev) {
        const char *other = cJSON_GetStringValue(item);
        if (other && strcmp(other, name) == 0) {
            mistakes_add(reader->mistakes, at->pointer, "\"%s\": it is there twice",
                         printable(name).text);
            return true;
        }
    }
    return false;
}

static void add_boards(const struct reader *reader, const struct node *entry, const char *model)
{
    const struct node boards = fields_find(reader, entry, "boards");
    const cJSON *item = NULL;
    size_t index = 0;
    if (!boards.json) {
        mistakes_add(reader->mistakes, entry->pointer, "no \"boards\", here or in the defaults");
        return;
    }
    if (!cJSON_IsArray(boards.json) || !boards.json->child) {
        mistakes_add(reader->mistakes, boards.pointer,
                     "give a list of boards, [\"mps2_an385\", ...]");
        return;
    }
    cJSON_ArrayForEach(item, boards.json)
    {
        const struct node at = node_element(&boards, item, index++);
        if (is_again(reader, &at))
            continue;
        const char *board = find_board(reader, &at);
        if (board && !add_case(reader, entry, model, board))
            return;
    }
}

/* The folder's own name holds no pattern. */
static char *whole_pattern(const char *dir, const char *pattern)
{
    cleanup_free char *escaped = malloc(2 * strlen(dir) + 1);
    char *end = escaped;
    if (pattern[0] == '/' || strcmp(dir, ".") == 0)
        return strdup(pattern);
    for (const char *at = dir; end && *at; at++) {
        if (strchr("*?[]\\", *at))
            *end++ = '\\';
        *end++ = *at;
    }
    if (end)
        *end = '\0';
    return escaped ? file_path("%s/%s", escaped, pattern) : NULL;
}

static void add_model(const struct reader *reader, const struct node *entry,
                      const struct node *node, const char *path)
{
    reader_check(reader, node, path, FILE_READ);
    add_boards(reader, entry, path);
}

/* named: the pattern as a path; NULL: no memory. */
static void add_missing(const struct reader *reader, const struct node *entry,
                        const struct node *node, const char *pattern, const char *named)
{
    mistakes_add(reader->mistakes, node->pointer, "%s: there is no such file",
                 printable(named ? named : pattern).text);
    if (named && !strpbrk(pattern, "*?[\\")) /* else what {model} is in other keys is not known */
        add_boards(reader, entry, named);
}

/* Each file that the pattern finds, sorted. One whose very name it is goes before them. */
static void add_models(const struct reader *reader, const struct node *entry,
                       const struct node *node, const char *pattern)
{
    glob_t found = {.gl_pathc = 0};
    const char *named = reader_path(reader, pattern);
    if (named && access(named, F_OK) == 0) {
        add_model(reader, entry, node, named);
        return;
    }
    cleanup_free char *whole = whole_pattern(reader->suite->dir, pattern);
    int result = whole ? glob(whole, 0, NULL, &found) : GLOB_NOSPACE;
    if (result == GLOB_NOSPACE)
        reader->mistakes->no_memory = true;
    else if (found.gl_pathc == 0)
        add_missing(reader, entry, node, pattern, named);
    for (size_t i = 0; result == 0 && i < found.gl_pathc; i++) {
        const char *path = reader_keep(reader, strdup(found.gl_pathv[i]));
        if (path)
            add_model(reader, entry, node, path);
    }
    globfree(&found);
}

static void read_case(const struct reader *reader, const struct node *entry)
{
    const char *model = NULL;
    if (!reader_object(reader, entry, SUITE_CASE_KEYS))
        return;
    const struct node node = node_member(entry, "model");
    reader_text(reader, &node, &model);
    if (model)
        add_models(reader, entry, &node, model);
    else if (!node.json)
        mistakes_add(reader->mistakes, entry->pointer, "no \"model\": name the archive");
}

void expand_cases(const struct reader *reader, const struct node *root)
{
    const struct node cases = node_member(root, "cases");
    const cJSON *item = NULL;
    size_t index = 0;
    if (!cJSON_IsArray(cases.json) || !cases.json->child)
        mistakes_add(reader->mistakes, cases.pointer, "give a list of cases, [{ ... }, ...]");
    if (!cJSON_IsArray(cases.json))
        return;
    cJSON_ArrayForEach(item, cases.json)
    {
        const struct node entry = node_element(&cases, item, index++);
        read_case(reader, &entry);
    }
}
