#include "regress/baseline.h"

#include "base/file.h"
#include "regress/json.h"
#include "regress/verdict.h"

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

bool baseline_load(const char *path, cJSON **ret_baseline, struct error *err)
{
    cJSON *baseline = NULL;
    if (access(path, F_OK) != 0)
        return make_empty(ret_baseline, err);
    if (!json_load(path, BASELINE_FORMAT, &baseline, err))
        return false;
    if (!cJSON_IsObject(json_at(baseline, "cases"))) {
        cJSON_Delete(baseline);
        return error_set(err, ERROR_USAGE, 0, "%s: \"cases\" is no object", path);
    }
    *ret_baseline = baseline;
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
        if (verdict_measure(run, (enum measure)i, &value))
            good = cJSON_AddNumberToObject(entry, measure_key((enum measure)i), value) != NULL;
    }
    if (good && add_operators(entry, run))
        return entry;
    cJSON_Delete(entry);
    return NULL;
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
