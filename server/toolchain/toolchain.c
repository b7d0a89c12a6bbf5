#include "toolchain/toolchain.h"

#include "base/child.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/program.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_TIMEOUT_MS = 20 * 1000, /* of a compiler on a cold disk */
    PATH_TEXT_BYTES = 128,
    VALUE_TEXT_BYTES = 80,
};

/* ---- reading ---- */

static bool is_list_of_texts(const cJSON *value)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, value)
    {
        if (!cJSON_IsString(item))
            return false;
    }
    return cJSON_IsArray(value);
}

static bool wrong(const char *path, const cJSON *value, const char *wanted, struct error *err)
{
    char *shown = value ? cJSON_PrintUnformatted(value) : NULL;
    if (value)
        error_set(err, ERROR_USAGE, 0, "\"%s\" is %.*s, but must be %s", path, VALUE_TEXT_BYTES,
                  shown ? shown : "?", wanted);
    else
        error_set(err, ERROR_USAGE, 0, "\"%s\" is missing; it must be %s", path, wanted);
    free(shown);
    return false;
}

/* path: of the object, "toolchain[1]". */
static bool check(const char *path, const cJSON *object, struct error *err)
{
    const cJSON *item = NULL;
    char below[PATH_TEXT_BYTES];
    if (!cJSON_IsObject(object))
        return wrong(path, object, "an object with \"prefix\", or a list of such", err);
    cJSON_ArrayForEach(item, object)
    {
        snprintf(below, sizeof(below), "%s.%s", path, item->string);
        bool is_prefix = strcmp(item->string, "prefix") == 0;
        if (!is_prefix && strcmp(item->string, "packages") != 0 &&
            strcmp(item->string, "flags") != 0)
            return error_set(err, ERROR_USAGE, 0, "\"%s\": no such field", below);
        if (!is_prefix && !is_list_of_texts(item))
            return wrong(below, item, "a list of texts", err);
    }
    const cJSON *prefix = cJSON_GetObjectItemCaseSensitive(object, "prefix");
    if (cJSON_IsString(prefix) && prefix->valuestring[0])
        return true;
    snprintf(below, sizeof(below), "%s.prefix", path);
    return wrong(below, prefix, "a text", err);
}

static bool keep(const cJSON *object, struct toolchain *toolchain, struct error *err)
{
    const cJSON *packages = cJSON_GetObjectItemCaseSensitive(object, "packages");
    const cJSON *package = packages ? packages->child : NULL;
    toolchain->prefix =
        strdup(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "prefix")));
    toolchain->packages =
        calloc((size_t)cJSON_GetArraySize(packages) + 1, sizeof(*toolchain->packages));
    bool good = toolchain->prefix && toolchain->packages;
    for (size_t i = 0; good && package; package = package->next, i++) {
        toolchain->packages[i] = strdup(package->valuestring);
        good = toolchain->packages[i] != NULL;
    }
    return good || error_no_memory(err, "a toolchain", sizeof(*toolchain));
}

static bool read_list(const cJSON *value, struct toolchain_list *list, struct error *err)
{
    bool is_list = cJSON_IsArray(value) && value->child;
    const cJSON *object = is_list ? value->child : value;
    char path[PATH_TEXT_BYTES] = "toolchain";
    list->items = calloc(is_list ? (size_t)cJSON_GetArraySize(value) : 1, sizeof(*list->items));
    if (!list->items)
        return error_no_memory(err, "toolchains", sizeof(*list->items));
    do {
        if (is_list)
            snprintf(path, sizeof(path), "toolchain[%zu]", list->count);
        if (!check(path, object, err) || !keep(object, &list->items[list->count++], err))
            return false;
        object = object->next;
    } while (is_list && object);
    return true;
}

bool toolchain_list_read(const char *file, const cJSON *definition, struct toolchain_list *ret_list,
                         struct error *err)
{
    *ret_list = (struct toolchain_list){.count = 0};
    return read_list(cJSON_GetObjectItemCaseSensitive(definition, "toolchain"), ret_list, err) ||
           error_wrap(err, "%s", file);
}

/* ---- choosing ---- */

static char *find_gcc(const struct toolchain *toolchain)
{
    cleanup_free char *gcc = file_path("%sgcc", toolchain->prefix);
    return gcc ? program_find(gcc) : NULL;
}

/* gcc prints the whole path of a file that it has, and the mere name of any other. */
static bool has_c_library(const char *gcc)
{
    const char *const argv[] = {gcc, "-print-file-name=picolibc.specs", NULL};
    const struct child_options options = {
        .argv = argv, .stdin_fd = -1, .parent_death_signal = SIGKILL};
    struct child_first_line line = {.text = ""};
    int status = 1;
    struct error ignored; /* told when it is to compile */
    return child_run(&options, deadline_in_ms(ANSWER_TIMEOUT_MS), NULL, child_keep_first_line,
                     &line, &status, &ignored) &&
           status == 0 && line.text[0] == '/';
}

const struct toolchain *toolchain_choose(const struct toolchain_list *list)
{
    const struct toolchain *first = NULL;
    size_t found = 0;
    for (size_t i = 0; i < list->count; i++) {
        cleanup_free char *gcc = find_gcc(&list->items[i]);
        if (gcc && found++ == 0)
            first = &list->items[i];
    }
    for (size_t i = 0; found > 1 && i < list->count; i++) {
        cleanup_free char *gcc = find_gcc(&list->items[i]);
        if (gcc && has_c_library(gcc))
            return &list->items[i];
    }
    return first ? first : &list->items[0];
}

char *toolchain_remedy(const struct toolchain_list *list)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    for (size_t i = 0; stream && i < list->count; i++) {
        fputs(i == 0 ? "apt-get install --no-install-recommends"
                     : " (or, where the distribution has not all of these:",
              stream);
        for (char **package = list->items[i].packages; *package; package++)
            fprintf(stream, " %s", *package);
        fputs(i == 0 ? "" : ")", stream);
    }
    if (stream && fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

void toolchain_list_dispose(struct toolchain_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].prefix);
        for (char **package = list->items[i].packages; package && *package; package++)
            free(*package);
        free(list->items[i].packages);
    }
    free(list->items);
    *list = (struct toolchain_list){.count = 0};
}
