#include "regress/suite/fields.h"

#include "base/file.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double COUNT_MOST = 9007199254740992.0; /* what a double counts to */
static const double SECONDS_MOST = 1e6;

const char *const SUITE_CASE_KEYS[] = {
    "name",    "model",     "boards",     "inputs",       "expected",
    "labels",  "tolerance", "accuracy",   "project_type", "crt_dir",
    "options", "timeout_s", "deadline_s", "limits",       NULL,
};

struct node fields_find(const struct reader *reader, const struct node *entry, const char *key)
{
    const struct node own = node_member(entry, key);
    if (own.json || !reader->defaults)
        return own;
    const struct node defaults = {.json = reader->defaults, .pointer = "/defaults"};
    return node_member(&defaults, key);
}

static void add_file(const struct reader *reader, const struct node *node, const char *name,
                     const struct names *names, enum file_use use, struct suite_files *files)
{
    const char *path = reader_file(reader, node, names, use);
    if (path)
        files->items[files->count++] = (struct suite_file){.name = name, .path = path};
}

/* "FILE", ["FILE", ...] or {"NAME": "FILE", ...} */
static void read_files(const struct reader *reader, const struct node *node,
                       const struct names *names, enum file_use use, struct suite_files *files)
{
    const cJSON *item = NULL;
    size_t index = 0;
    if (!node->json)
        return;
    files->items = reader_keep(
        reader, calloc((size_t)cJSON_GetArraySize(node->json) + 1, sizeof(*files->items)));
    if (!files->items)
        return;
    if (!cJSON_IsArray(node->json) && !cJSON_IsObject(node->json)) {
        add_file(reader, node, NULL, names, use, files);
        return;
    }
    if (cJSON_IsObject(node->json))
        reader_object(reader, node, NULL);
    cJSON_ArrayForEach(item, node->json)
    {
        const struct node at = cJSON_IsObject(node->json) ? node_member(node, item->string)
                                                          : node_element(node, item, index);
        const char *name = item->string ? reader_keep(reader, strdup(item->string)) : NULL;
        if (name && !name[0])
            mistakes_add(reader->mistakes, at.pointer, "no tensor's name is empty");
        else if (at.json)
            add_file(reader, &at, name, names, use, files);
        else
            mistakes_add(reader->mistakes, at.pointer, "no file is named");
        index++;
    }
}

static void read_share(const struct reader *reader, const struct node *node, double *ret_share)
{
    reader_number(reader, node, 0, 1, "a number from 0 to 1", ret_share);
}

static void read_tolerance(const struct reader *reader, const struct node *node,
                           struct suite_tolerance *tolerance)
{
    static const char *const KEYS[] = {"rtol", "atol", "cosine", "top_1_agreement", NULL};
    static const char EXPECTED[] = "a number of at least 0";
    if (!node->json)
        return;
    if (cJSON_IsString(node->json)) {
        tolerance->rule = RULE_EXACT;
        if (strcmp(node->json->valuestring, "exact") != 0)
            mistakes_add(reader->mistakes, node->pointer, "\"%s\": the only such word is \"exact\"",
                         printable(node->json->valuestring).text);
        return;
    }
    if (!reader_object(reader, node, KEYS))
        return;
    const struct node cosine = node_member(node, "cosine");
    const struct node top_1 = node_member(node, "top_1_agreement");
    const struct node rtol = node_member(node, "rtol");
    const struct node atol = node_member(node, "atol");
    bool is_bounds = rtol.json || atol.json;
    if (is_bounds + (cosine.json != NULL) + (top_1.json != NULL) != 1)
        mistakes_add(reader->mistakes, node->pointer,
                     "give rtol and atol (or one of them), or cosine, or top_1_agreement");
    tolerance->rule = cosine.json ? RULE_COSINE : top_1.json ? RULE_TOP_1 : RULE_BOUNDS;
    reader_number(reader, &rtol, 0, HUGE_VAL, EXPECTED, &tolerance->rtol);
    reader_number(reader, &atol, 0, HUGE_VAL, EXPECTED, &tolerance->atol);
    read_share(reader, &cosine, &tolerance->least);
    read_share(reader, &top_1, &tolerance->least);
}

/* Bytes are whole; instructions are the mean of several inferences. */
static void read_most(const struct reader *reader, const struct node *node, bool is_whole,
                      double *ret_most)
{
    const char *expected = is_whole ? "a whole number of at least 0" : "a number of at least 0";
    double most = *ret_most;
    reader_number(reader, node, 0, COUNT_MOST, expected, &most);
    if (is_whole && most != floor(most))
        mistakes_add(reader->mistakes, node->pointer, "give %s", expected);
    *ret_most = most;
}

/* A number for all measures, or one for each in an object. */
static void read_growth(const struct reader *reader, const struct node *node,
                        struct suite_limits *limits)
{
    static const char EXPECTED[] = "a number of at least 0, in %";
    const char *keys[MEASURE_COUNT + 1] = {NULL};
    if (!node->json)
        return;
    bool is_object = cJSON_IsObject(node->json);
    for (int i = 0; i < MEASURE_COUNT; i++) {
        keys[i] = measure_key((enum measure)i);
        const struct node at = is_object ? node_member(node, keys[i]) : *node;
        reader_number(reader, &at, 0, HUGE_VAL, EXPECTED, &limits->growth_percent[i]);
    }
    if (is_object)
        reader_object(reader, node, keys);
}

/* Those of the defaults first, so that a case changes single ones. */
static void read_limits(const struct reader *reader, const struct node *node,
                        struct suite_limits *limits)
{
    const char *keys[MEASURE_COUNT + 2] = {[MEASURE_COUNT] = "growth_percent"};
    for (int i = 0; i < MEASURE_COUNT; i++)
        keys[i] = measure_key((enum measure)i);
    if (!node->json || !reader_object(reader, node, keys))
        return;
    for (int i = 0; i < MEASURE_COUNT; i++) {
        const struct node at = node_member(node, keys[i]);
        read_most(reader, &at, i != MEASURE_INSTRUCTIONS, &limits->most[i]);
    }
    const struct node growth = node_member(node, keys[MEASURE_COUNT]);
    read_growth(reader, &growth, limits);
}

/* NAME=VALUE of one option; NULL: it has no such value, which is noted. */
static const char *option_text(const struct reader *reader, const struct node *node,
                               const char *name)
{
    struct error err;
    char *text = NULL;
    if (cJSON_IsBool(node->json))
        text = file_path("%s=%s", name, cJSON_IsTrue(node->json) ? "true" : "false");
    else if (cJSON_IsNumber(node->json))
        text = file_path("%s=%.17g", name, node->json->valuedouble);
    else if (cJSON_IsString(node->json))
        text = file_path("%s=%s", name, node->json->valuestring);
    else
        mistakes_add(reader->mistakes, node->pointer, "give a text, a number, true or false");
    if (!text)
        return NULL;
    if (!reader->checks->option(text, &err))
        mistakes_add(reader->mistakes, node->pointer, "%s", err.text);
    return reader_keep(reader, text);
}

static size_t add_options(const struct reader *reader, const struct node *node,
                          const cJSON *overridden, const char **options, size_t count)
{
    const cJSON *item = NULL;
    if (!node->json || !reader_object(reader, node, NULL))
        return count;
    cJSON_ArrayForEach(item, node->json)
    {
        struct node at = node_member(node, item->string);
        at.json = item;
        const char *text = option_text(reader, &at, item->string);
        if (text && !cJSON_GetObjectItemCaseSensitive(overridden, item->string))
            options[count++] = text;
    }
    return count;
}

/* The case's, and those of the defaults that it does not change. */
static void read_options(const struct reader *reader, const struct node *own,
                         const struct node *defaults, struct suite_case *item)
{
    size_t most =
        (size_t)cJSON_GetArraySize(own->json) + (size_t)cJSON_GetArraySize(defaults->json) + 1;
    item->options = reader_keep(reader, calloc(most, sizeof(*item->options)));
    if (!item->options)
        return;
    size_t count = add_options(reader, defaults, own->json, item->options, 0);
    add_options(reader, own, NULL, item->options, count);
}

static void read_seconds(const struct reader *reader, const struct node *entry, const char *key,
                         double *ret_seconds)
{
    const struct node node = fields_find(reader, entry, key);
    reader_number(reader, &node, 0.001, SECONDS_MOST, "0.001 to 1000000 seconds", ret_seconds);
}

static void init_limits(struct suite_limits *limits)
{
    for (int i = 0; i < MEASURE_COUNT; i++)
        limits->most[i] = limits->growth_percent[i] = -1;
}

static const char *read_path(const struct reader *reader, const struct node *entry, const char *key,
                             const struct names *names, enum file_use use)
{
    const struct node node = fields_find(reader, entry, key);
    return reader_file(reader, &node, names, use);
}

static void read_type(const struct reader *reader, const struct node *node, const char **ret_type)
{
    struct error err;
    const char *type = NULL;
    reader_text(reader, node, &type);
    const char *option = type ? reader_keep(reader, file_path("project_type=%s", type)) : NULL;
    if (!option)
        return;
    if (!reader->checks->option(option, &err))
        mistakes_add(reader->mistakes, node->pointer, "%s", err.text);
    *ret_type = strchr(option, '=') + 1;
}

void fields_read(const struct reader *reader, const struct node *entry, const struct names *names,
                 struct suite_case *item)
{
    const struct node root = {.json = reader->defaults, .pointer = "/defaults"};
    const struct node inputs = fields_find(reader, entry, "inputs");
    const struct node expected = fields_find(reader, entry, "expected");
    const struct node tolerance = fields_find(reader, entry, "tolerance");
    const struct node accuracy = fields_find(reader, entry, "accuracy");
    const struct node type = fields_find(reader, entry, "project_type");
    const struct node options = node_member(entry, "options");
    const struct node limits = node_member(entry, "limits");
    const struct node default_options = node_member(&root, "options");
    const struct node default_limits = node_member(&root, "limits");
    init_limits(&item->limits);
    item->tolerance = (struct suite_tolerance){.rule = RULE_BOUNDS, .rtol = -1, .atol = -1};
    item->least_accuracy = -1;
    item->deadline_s = SUITE_DEADLINE_S;
    read_files(reader, &inputs, names, FILE_READ, &item->inputs);
    read_files(reader, &expected, names, reader->checks->writes_expected ? FILE_WRITTEN : FILE_READ,
               &item->expected);
    read_tolerance(reader, &tolerance, &item->tolerance);
    read_share(reader, &accuracy, &item->least_accuracy);
    read_type(reader, &type, &item->project_type);
    item->labels = read_path(reader, entry, "labels", names, FILE_READ);
    item->crt_dir = read_path(reader, entry, "crt_dir", names, FOLDER_READ);
    if (item->least_accuracy >= 0 && !item->labels)
        mistakes_add(reader->mistakes, accuracy.pointer, "there are no labels to measure it by");
    read_seconds(reader, entry, "timeout_s", &item->timeout_s);
    read_seconds(reader, entry, "deadline_s", &item->deadline_s);
    read_options(reader, &options, &default_options, item);
    read_limits(reader, &default_limits, &item->limits);
    read_limits(reader, &limits, &item->limits);
}
