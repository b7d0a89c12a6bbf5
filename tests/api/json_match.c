#include "json_match.h"

#include <fnmatch.h>
#include <string.h>

static bool is_anything(const cJSON *pattern)
{
    return cJSON_IsString(pattern) && strcmp(pattern->valuestring, "...") == 0;
}

static bool objects_match(const cJSON *pattern, const cJSON *value)
{
    const cJSON *member = NULL;
    bool may_have_others = cJSON_GetObjectItemCaseSensitive(pattern, "...") != NULL;
    int matched = 0;
    cJSON_ArrayForEach(member, pattern)
    {
        if (strcmp(member->string, "...") == 0)
            continue;
        if (!json_matches(member, cJSON_GetObjectItemCaseSensitive(value, member->string)))
            return false;
        matched++;
    }
    return may_have_others || matched == cJSON_GetArraySize(value);
}

static bool arrays_match(const cJSON *pattern, const cJSON *value)
{
    const cJSON *wanted = pattern->child;
    const cJSON *is = value->child;
    for (; wanted && is && !(is_anything(wanted) && !wanted->next); wanted = wanted->next) {
        if (!json_matches(wanted, is))
            return false;
        is = is->next;
    }
    return wanted ? is_anything(wanted) && !wanted->next : !is;
}

bool json_matches(const cJSON *pattern, const cJSON *value)
{
    if (!value)
        return false;
    if (is_anything(pattern))
        return true;
    if (cJSON_IsObject(pattern))
        return cJSON_IsObject(value) && objects_match(pattern, value);
    if (cJSON_IsArray(pattern))
        return cJSON_IsArray(value) && arrays_match(pattern, value);
    if (cJSON_IsString(pattern))
        return cJSON_IsString(value) &&
               fnmatch(pattern->valuestring, value->valuestring, FNM_NOESCAPE) == 0;
    return cJSON_Compare(pattern, value, true);
}
