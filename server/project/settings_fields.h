/* The fields of struct settings as a table: settings.c and settings_json.c go through it. */
#ifndef MICROTVM_QEMU_PROJECT_SETTINGS_FIELDS_H
#define MICROTVM_QEMU_PROJECT_SETTINGS_FIELDS_H

#include "project/settings.h"

#include <stddef.h>
#include <stdint.h>

enum { SETTINGS_FIELD_COUNT = 22, SETTINGS_LIST_MAX_ITEMS = 1000 };

enum field_type { FIELD_TEXT, FIELD_LIST, FIELD_NUMBER, FIELD_FLAG };

struct field {
    const char *key;
    enum field_type type;
    size_t offset;
    int64_t unset; /* numbers only; need not be between least and most */
    int64_t least;
    int64_t most;
};

extern const struct field SETTINGS_FIELDS[SETTINGS_FIELD_COUNT];

static inline void *field_at(const struct field *field, struct settings *settings)
{
    return (char *)settings + field->offset;
}

static inline const void *field_of(const struct field *field, const struct settings *settings)
{
    return (const char *)settings + field->offset;
}

static inline bool field_is_definitions(const struct field *field)
{
    return field->offset == offsetof(struct settings, compile_definitions);
}

/* "-DNAME=1" is taken for "NAME=1": other project API servers hand it to
 * target_compile_definitions, which does the same. */
const char *settings_without_dash_d(const char *definition);

void settings_free_list(char **list);

#endif
