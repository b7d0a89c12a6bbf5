#include "regress/suite/load.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "regress/json.h"
#include "regress/suite/expand.h"
#include "regress/suite/fields.h"

#include <string.h>

static void check_header(const struct reader *reader, const struct node *root)
{
    const struct node format = node_member(root, "format");
    const struct node version = node_member(root, "version");
    const char *text = cJSON_GetStringValue(format.json);
    double number = 0;
    if (!text || strcmp(text, SUITE_FORMAT) != 0)
        mistakes_add(reader->mistakes, format.pointer, "give \"" SUITE_FORMAT "\"");
    if (!json_number_at(root->json, "version", &number) || number != 1)
        mistakes_add(reader->mistakes, version.pointer, "give 1");
}

/* The document's "baseline", or what the suite's name makes: "suite.json", "suite.baseline.json".
 */
static void find_baseline(const struct reader *reader, const struct node *root)
{
    static const char ENDING[] = ".json";
    const struct node node = node_member(root, "baseline");
    struct suite *suite = reader->suite;
    size_t length = strlen(suite->path);
    bool ends =
        length > strlen(ENDING) && strcmp(suite->path + length - strlen(ENDING), ENDING) == 0;
    if (node.json)
        suite->baseline = reader_file(reader, &node, &(struct names){.model = NULL}, FILE_WRITTEN);
    else
        suite->baseline = reader_keep(
            reader, file_path("%.*s.baseline.json", (int)(ends ? length - strlen(ENDING) : length),
                              suite->path));
}

static void read_root(struct reader *reader, const cJSON *json)
{
    static const char *const KEYS[] = {"$schema",  "format", "version", "baseline",
                                       "defaults", "cases",  NULL};
    const struct node root = {.json = json};
    if (!reader_object(reader, &root, KEYS))
        return;
    check_header(reader, &root);
    find_baseline(reader, &root);
    const struct node defaults = node_member(&root, "defaults");
    if (defaults.json &&
        reader_object(reader, &defaults, SUITE_CASE_KEYS + SUITE_KEYS_OF_CASES_ALONE))
        reader->defaults = defaults.json;
    expand_cases(reader, &root);
}

static size_t line_at(const char *document, const char *at)
{
    size_t line = 1;
    for (const char *byte = document; byte < at; byte++)
        line += *byte == '\n';
    return line;
}

/* How deep in objects and lists `at` is. */
static size_t depth_at(const char *document, const char *at)
{
    size_t depth = 0;
    bool in_text = false;
    for (const char *byte = document; byte < at; byte++) {
        if (*byte == '"')
            in_text = !in_text;
        else if (in_text)
            byte += *byte == '\\';
        else
            depth += (size_t)((*byte == '{' || *byte == '[') - (*byte == '}' || *byte == ']'));
    }
    return depth;
}

/* What cJSON would read as something else, or as less. True: there is none such. */
static bool check_characters(struct mistakes *mistakes, const char *document, size_t size_bytes)
{
    size_t size = 1;
    for (const char *at = document; at < document + size_bytes; at += size) {
        size = text_character_size(at);
        const char *wrong = NULL;
        if (size == 0 || *at == '\0')
            wrong = size == 0 ? "what begins here is not UTF-8, in which JSON is written"
                              : "a NUL is no part of JSON";
        else if (strncmp(at, "\\u0000", 6) == 0)
            wrong = "\\u0000 can't be in a text";
        else if (*at == '\\' && at[1] == '\\')
            size = 2;
        if (!wrong)
            continue;
        mistakes_add_at(mistakes, line_at(document, at), wrong);
        return false;
    }
    return true;
}

static void add_not_json(struct mistakes *mistakes, const char *document, const char *at)
{
    enum { SHOWN = 40 };
    char text[256];
    const char *shown = at + strspn(at, " \t\r\n");
    if (depth_at(document, at) >= CJSON_NESTING_LIMIT)
        snprintf(text, sizeof(text), "more than %d objects and lists are inside of each other here",
                 CJSON_NESTING_LIMIT);
    else if (*shown)
        snprintf(text, sizeof(text), "this is not JSON, from here: \"%.*s\"", SHOWN,
                 printable(shown).text);
    else
        snprintf(text, sizeof(text), "this is not JSON: it ends too early");
    mistakes_add_at(mistakes, line_at(document, at), text);
}

static void parse(struct reader *reader, const char *document, size_t size_bytes)
{
    const char *end = document;
    if (!check_characters(reader->mistakes, document, size_bytes))
        return;
    cleanup_json cJSON *json = cJSON_ParseWithOpts(document, &end, true);
    if (json)
        read_root(reader, json);
    else
        add_not_json(reader->mistakes, document, end);
}

bool suite_load(const char *path, const struct suite_checks *checks, struct suite *ret_suite,
                struct mistakes *ret_mistakes, char **ret_document, struct error *err)
{
    cleanup_free char *document = NULL;
    size_t size_bytes = 0;
    struct suite suite = {.path = path, .dir = file_folder(path)};
    struct mistakes mistakes = {.count = 0};
    struct reader reader = {.suite = &suite, .checks = checks, .mistakes = &mistakes};
    bool good = suite.dir ? file_read(path, REGRESS_JSON_MAX_BYTES, &document, &size_bytes, err)
                          : error_no_memory(err, "a path", strlen(path));
    if (!good)
        error_named_file(err);
    else
        parse(&reader, document, size_bytes);
    if (mistakes.no_memory)
        good = error_no_memory(err, "a suite", 0);
    else if (mistakes.count > 0)
        good = error_set(err, ERROR_USAGE, 0, "%s: %zu mistake%s", path, mistakes.count,
                         mistakes.count == 1 ? "" : "s");
    *ret_mistakes = mistakes;
    *ret_document = steal_pointer(document);
    if (good)
        *ret_suite = suite;
    else
        suite_dispose(&suite);
    return good;
}
