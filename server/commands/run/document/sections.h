/* The document's sections that every run has. Each is a new value, NULL when memory ran out. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_DOCUMENT_SECTIONS_H
#define MICROTVM_QEMU_COMMANDS_RUN_DOCUMENT_SECTIONS_H

#include "base/error.h"
#include "board/machine.h"
#include "client/report.h"
#include "commands/exit_code.h"
#include "commands/run/args.h"
#include "commands/run/memory.h"
#include "commands/run/tensors/data.h"
#include "commands/run/tensors/labels.h"
#include "project/manifest.h"

#include <cjson/cJSON.h>

/* "model": manifest's model has no name where no project was generated; device has no tensors where
 * the run did not come so far. */
cJSON *section_model(const char *path, const struct manifest *manifest,
                     const struct device_model *device);

/* "board": machine's name is NULL where it was not read; name is what was asked for. */
cJSON *section_board(const char *name, const struct machine *machine);

/* "versions": each of these may be NULL. */
struct section_versions {
    const char *qemu;
    const char *compiler;
    const char *crt;
};
cJSON *section_versions(const struct section_versions *versions);

/* "options": the project options that were given, by their names. */
cJSON *section_options(const struct run_args *args);

/* "steps": those that ended. */
cJSON *section_steps(const struct report *report);

/* "outputs": dir is where they were written; NULL: nowhere. */
cJSON *section_outputs(const struct run_data *data, const struct device_model *model,
                       const char *dir);

/* "labels" */
cJSON *section_labels(const struct labels *labels, const struct labels_score *score);

/* "memory" */
cJSON *section_memory(const struct run_memory *memory, const struct machine *machine);

/* "status" */
cJSON *section_status(enum exit_code code, const struct run_data *data);

/* "failure": step is the one that was under way; NULL: none. */
cJSON *section_failure(const struct error *err, enum exit_code code, const char *step);

#endif
