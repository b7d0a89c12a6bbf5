#include "regress/baseline.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "regress/json.h"
#include "regress/suite/measure.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool make_empty(cJSON **ret_baseline, struct error *err)
{
    cJSON *baseline = cJSON_CreateObject();
    if (cJSON_AddStringToObject(baseline, "format", BASELINE_FORMAT) &&
        cJSON_AddNumberToObject(baseline, "version", 1) &&
        cJSON_AddObjectToObject(baseline, "cases")) {
        *ret_baseline = baseline;
        return true;
    }
    cJSON_Delete(baseline);
    return error_no_memory(err, "a baseline", 0);
}

/* What a number may hang on, beside the model; the same keys in both documents. */
static const char *const VERSIONS[] = {"compiler", "qemu"};
enum { VERSIONS_COUNT = sizeof(VERSIONS) / sizeof(VERSIONS[0]) };

/* Is it a number of at least 0, or of operators an object of such? */
static bool is_measure(const cJSON *item, bool may_be_object)
{
    const cJSON *each = NULL;
    bool good = cJSON_IsObject(item);
    if (!good || !may_be_object)
        return cJSON_IsNumber(item) && item->valuedouble >= 0;
    cJSON_ArrayForEach(each, item)
    {
        good = good && is_measure(each, false);
    }
    return good;
}

static bool is_version(const char *key)
{
    for (size_t i = 0; i < VERSIONS_COUNT; i++)
        if (strcmp(key, VERSIONS[i]) == 0)
            return true;
    return false;
}

/* As --update writes it; a slip of a hand, or of a merge, is not to pass for "not measured". */
static bool check_cases(const cJSON *cases, const char *path, struct error *err)
{
    const cJSON *entry = NULL;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(entry, cases)
    {
        bool good = cJSON_IsObject(entry);
        const char *key = "it";
        for (item = good ? entry->child : NULL; good && item; item = item->next) {
            key = item->string;
            good = is_version(key) ? cJSON_IsString(item)
                                   : is_measure(item, strcmp(key, "operators") == 0);
        }
        if (!good)
            return error_set(
                err, ERROR_USAGE, 0,
                "%s: case \"%s\": %s is not what a case took: mend it, or take the case "
                "out of the file, and --update",
                path, printable(entry->string).text, printable(key).text);
    }
    return true;
}

bool baseline_load(const char *path, cJSON **ret_baseline, struct error *err)
{
    cleanup_json cJSON *baseline = NULL;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return make_empty(ret_baseline, err);
    if (!json_load(path, BASELINE_FORMAT, &baseline, err))
        return false;
    if (!cJSON_IsObject(json_at(baseline, "cases")))
        return error_set(err, ERROR_USAGE, 0, "%s: \"cases\" is no object", path);
    if (!check_cases(json_at(baseline, "cases"), path, err))
        return false;
    *ret_baseline = steal_pointer(baseline);
    return true;
}

const cJSON *baseline_find(const cJSON *baseline, const char *case_name)
{
    return cJSON_GetObjectItemCaseSensitive(json_at(baseline, "cases"), case_name);
}

static bool add_operators(cJSON *entry, const cJSON *run)
{
    const cJSON *found = json_at(run, "counts.operators");
    const cJSON *item = NULL;
    if (!found)
        return true;
    cJSON *operators = cJSON_AddObjectToObject(entry, "operators");
    bool good = operators != NULL;
    cJSON_ArrayForEach(item, found)
    {
        double instructions = 0;
        const char *name = json_text_at(item, "name");
        if (good && name && json_number_at(item, "instructions", &instructions))
            good = cJSON_AddNumberToObject(operators, name, instructions) != NULL;
    }
    return good;
}

cJSON *baseline_entry(const cJSON *run)
{
    cJSON *entry = cJSON_CreateObject();
    bool good = entry != NULL;
    for (int i = 0; good && i < MEASURE_COUNT; i++) {
        double value = 0;
        if (measure_of_run(run, (enum measure)i, &value))
            good = cJSON_AddNumberToObject(entry, measure_key((enum measure)i), value) != NULL;
    }
    for (size_t i = 0; good && i < VERSIONS_COUNT; i++) {
        const char *text = json_text_at(json_at(run, "versions"), VERSIONS[i]);
        good = !text || cJSON_AddStringToObject(entry, VERSIONS[i], text);
    }
    if (good && add_operators(entry, run))
        return entry;
    cJSON_Delete(entry);
    return NULL;
}

const char *baseline_worst_operator(const cJSON *run, const cJSON *entry, char *buffer, size_t size)
{
    const cJSON *item = NULL;
    double most = 0;
    buffer[0] = '\0';
    if (!json_at(entry, "operators"))
        return buffer;
    cJSON_ArrayForEach(item, json_at(run, "counts.operators"))
    {
        const char *name = json_text_at(item, "name");
        double now = 0;
        const cJSON *before = cJSON_GetObjectItemCaseSensitive(json_at(entry, "operators"), name);
        double was = cJSON_IsNumber(before) ? before->valuedouble : 0;
        if (!json_number_at(item, "instructions", &now) || now - was <= most)
            continue;
        most = now - was;
        snprintf(buffer, size, ", most in operator \"%s\" (%.15g, was %.15g)", printable(name).text,
                 now, was);
    }
    return buffer;
}

const char *baseline_other_versions(const cJSON *run, const cJSON *entry, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < VERSIONS_COUNT; i++) {
        const char *was = json_text_at(entry, VERSIONS[i]);
        const char *is = json_text_at(json_at(run, "versions"), VERSIONS[i]);
        if (was && is && strcmp(was, is) != 0 && used < size)
            used += (size_t)snprintf(buffer + used, size - used,
                                     "; the baseline is of %s %s, this is %s", VERSIONS[i],
                                     printable(was).text, printable(is).text);
    }
    return buffer;
}

bool baseline_set(cJSON *baseline, const char *case_name, cJSON *entry)
{
    cJSON *cases = cJSON_GetObjectItemCaseSensitive(baseline, "cases");
    if (!entry)
        return false;
    if (cJSON_GetObjectItemCaseSensitive(cases, case_name))
        return cJSON_ReplaceItemInObjectCaseSensitive(cases, case_name, entry);
    if (cJSON_AddItemToObject(cases, case_name, entry))
        return true;
    cJSON_Delete(entry);
    return false;
}
