#include "project/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL: memory ran out. */
static cJSON *list_to_json(const struct settings_field *field, char *const *list)
{
    cJSON *array = cJSON_CreateArray();
    for (; array && *list; list++) {
        cJSON *item = cJSON_CreateString(
            settings_field_is_definitions(field) ? settings_without_dash_d(*list) : *list);
        if (!item || !cJSON_AddItemToArray(array, item)) {
            cJSON_Delete(item);
            cJSON_Delete(array);
            return NULL;
        }
    }
    return array;
}

static bool add_field(const struct settings_field *field, const struct settings *settings,
                      cJSON *json)
{
    const void *at = settings_field_of(field, settings);
    cJSON *list = NULL;
    switch (field->type) {
    case FIELD_TEXT:
        return !*(const char *const *)at ||
               cJSON_AddStringToObject(json, field->key, *(const char *const *)at);
    case FIELD_NUMBER:
        return *(const int64_t *)at == field->unset ||
               cJSON_AddNumberToObject(json, field->key, (double)*(const int64_t *)at);
    case FIELD_FLAG:
        return !*(const bool *)at || cJSON_AddTrueToObject(json, field->key);
    case FIELD_LIST:
        if (!*(char *const *const *)at)
            return true;
        list = list_to_json(field, *(char *const *const *)at);
        if (list && cJSON_AddItemToObject(json, field->key, list))
            return true;
        cJSON_Delete(list);
        return false;
    }
    return false;
}

bool settings_to_json(const struct settings *settings, cJSON **ret_json, struct error *err)
{
    if (!settings_check(settings, err))
        return false;
    cJSON *json = cJSON_CreateObject();
    bool added = json != NULL;
    for (int i = 0; added && i < SETTINGS_FIELD_COUNT; i++)
        added = add_field(&SETTINGS_FIELDS[i], settings, json);
    if (!added) {
        cJSON_Delete(json);
        return error_no_memory(err, "the options", sizeof(*settings));
    }
    *ret_json = json;
    return true;
}

static bool read_text(const cJSON *item, char **text, struct error *err)
{
    if (!cJSON_IsString(item))
        return error_set(err, ERROR_USAGE, 0, "option %s: not a string", item->string);
    char *copy = strdup(item->valuestring);
    if (!copy)
        return error_no_memory(err, item->string, strlen(item->valuestring));
    free(*text);
    *text = copy;
    return true;
}

static bool read_list(const cJSON *item, char ***list, struct error *err)
{
    int count = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : -1;
    const cJSON *element = NULL;
    int filled = 0;
    if (count < 0 || count > SETTINGS_LIST_MAX_ITEMS)
        return error_set(err, ERROR_USAGE, 0, "option %s: not a list of at most %d strings",
                         item->string, SETTINGS_LIST_MAX_ITEMS);
    char **copy = calloc((size_t)count + 1, sizeof(*copy));
    if (!copy)
        return error_no_memory(err, item->string, ((size_t)count + 1) * sizeof(*copy));
    cJSON_ArrayForEach(element, item)
    {
        if (!cJSON_IsString(element)) {
            settings_free_list(copy);
            return error_set(err, ERROR_USAGE, 0, "option %s: item %d is not a string",
                             item->string, filled);
        }
        copy[filled] = strdup(element->valuestring);
        if (!copy[filled++]) {
            settings_free_list(copy);
            return error_no_memory(err, item->string, strlen(element->valuestring));
        }
    }
    settings_free_list(*list);
    *list = copy;
    return true;
}

static bool is_whole_from(const cJSON *item, int64_t least, int64_t most)
{
    return cJSON_IsNumber(item) && item->valuedouble >= (double)least &&
           item->valuedouble <= (double)most &&
           item->valuedouble == (double)(int64_t)item->valuedouble;
}

static bool refuse_number(const struct settings_field *field, const cJSON *item, struct error *err)
{
    char got[48] = "";
    if (cJSON_IsNumber(item))
        snprintf(got, sizeof(got), ", got %.17g", item->valuedouble);
    return error_set(err, ERROR_USAGE, 0, "option %s: not a whole number from %lld to %lld%s",
                     field->key, (long long)field->least, (long long)field->most, got);
}

static bool read_field(const struct settings_field *field, const cJSON *item,
                       struct settings *settings, struct error *err)
{
    void *at = settings_field_at(field, settings);
    switch (field->type) {
    case FIELD_TEXT:
        return read_text(item, at, err);
    case FIELD_LIST:
        return read_list(item, at, err);
    case FIELD_FLAG:
        if (!cJSON_IsBool(item))
            return error_set(err, ERROR_USAGE, 0, "option %s: neither true nor false", field->key);
        *(bool *)at = cJSON_IsTrue(item);
        return true;
    case FIELD_NUMBER:
        if (!is_whole_from(item, field->least, field->most))
            return refuse_number(field, item, err);
        *(int64_t *)at = (int64_t)item->valuedouble;
        return true;
    }
    return error_set(err, ERROR_INTERNAL, 0, "option %s: of no type", field->key);
}

/* Which field is this? Unset ones may be null. */
static bool read_item(const cJSON *item, struct settings *settings, bool ret_given[],
                      struct error *err)
{
    for (int i = 0; i < SETTINGS_FIELD_COUNT; i++)
        if (strcmp(item->string, SETTINGS_FIELDS[i].key) == 0) {
            ret_given[i] = !cJSON_IsNull(item);
            return !ret_given[i] || read_field(&SETTINGS_FIELDS[i], item, settings, err);
        }
    return error_set(err, ERROR_USAGE, 0, "option %s: there is none of this name", item->string);
}

/* Swapped, so that the caller's dispose of `from` frees what `to` had. */
static void swap_field(const struct settings_field *field, struct settings *from,
                       struct settings *to)
{
    static const size_t SIZES[] = {
        [FIELD_TEXT] = sizeof(char *),
        [FIELD_LIST] = sizeof(char **),
        [FIELD_NUMBER] = sizeof(int64_t),
        [FIELD_FLAG] = sizeof(bool),
    };
    char kept[sizeof(int64_t)];
    memcpy(kept, settings_field_at(field, to), SIZES[field->type]);
    memcpy(settings_field_at(field, to), settings_field_at(field, from), SIZES[field->type]);
    memcpy(settings_field_at(field, from), kept, SIZES[field->type]);
}

bool settings_from_json(const cJSON *json, struct settings *settings, struct error *err)
{
    struct settings read;
    bool given[SETTINGS_FIELD_COUNT] = {false};
    const cJSON *item = NULL;
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_USAGE, 0, "options: not an object");
    settings_init(&read);
    bool good = true;
    cJSON_ArrayForEach(item, json)
    {
        good = read_item(item, &read, given, err);
        if (!good)
            break;
    }
    good = good && settings_check(&read, err);
    for (int i = 0; good && i < SETTINGS_FIELD_COUNT; i++)
        if (given[i])
            swap_field(&SETTINGS_FIELDS[i], &read, settings);
    settings_dispose(&read);
    return good;
}
