/* Project options that were chosen: making, checking and keeping them. What was chosen at generate
 * time is remembered in the manifest (project.json, "options"); later calls override single fields.
 */
#ifndef MICROTVM_QEMU_PROJECT_SETTINGS_H
#define MICROTVM_QEMU_PROJECT_SETTINGS_H

#include "base/error.h"
#include "project/settings_fields.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* All unset: NULL, 0, icount -1, a build's limits as above. */
void settings_init(struct settings *settings);
void settings_dispose(struct settings *settings);

/* Is every value one that the firmware's build can take? Errors: ERROR_USAGE with the option's name
 * and value, and what it may be. */
bool settings_check(const struct settings *settings, struct error *err);

/* To and from the manifest's "options" object (keys are the field names; unset ones are left
 * out). settings_from_json overrides only fields that are there; on an error none of them. Both
 * check the values. Errors: ERROR_USAGE with key and value, ERROR_INTERNAL (memory). The caller
 * deletes *ret_json. */
bool settings_to_json(const struct settings *settings, cJSON **ret_json, struct error *err);
bool settings_from_json(const cJSON *json, struct settings *settings, struct error *err);

#endif
