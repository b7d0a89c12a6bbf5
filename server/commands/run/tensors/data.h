/* The tensors of one `run`: files matched with the model's inputs and outputs.
 *
 * They are checked as early as something is known: the files before anything is made, names, types
 * and sizes against the archive before the firmware is built, shapes against the device. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TENSORS_DATA_H
#define MICROTVM_QEMU_COMMANDS_RUN_TENSORS_DATA_H

#include "base/error.h"
#include "client/compare.h"
#include "client/device_model.h"
#include "client/tensor.h"
#include "commands/run/args.h"
#include "commands/run/tensors/files.h"
#include "commands/run/tensors/labels.h"
#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What came of an output's comparison. */
struct run_verdict {
    bool is_known; /* false: nothing was expected of it, or it was never written */
    struct comparison comparison;
};

struct run_data {
    struct run_tensor *inputs; /* as on the command line */
    size_t inputs_count;
    struct run_tensor *expects;
    size_t expects_count;
    struct labels labels;
    int64_t inferences;
    int64_t inferences_most; /* no more of them than this; 0: all */
    bool are_outputs_known;  /* a host_driven board need not send them */
    enum run_axis axis;      /* how the inferences are held: as the inputs' files have it */
    /* By the device's index, once it is known. */
    const struct run_tensor **input_of;  /* each one is there */
    const struct run_tensor **expect_of; /* NULL: nothing expected */
    struct tensor *outputs;       /* filled by the inferences; data NULL: it was never written */
    struct run_verdict *verdicts; /* of each output; filled by run_output_compare (output.h) */
    size_t outputs_count;
};

/* Read the files. Errors: those of run_files_load and labels_load. */
bool run_data_load(const struct run_args *args, struct run_data *ret_data, struct error *err);

/* Check against the archive, which outlives the data. Errors: those of run_files_settle;
 * ERROR_USAGE: an input that is missing (lists all), another type or size; ERROR_MODEL: something
 * is expected of an output that the model's code never writes, or labels are for it. */
bool run_data_check_archive(struct run_data *data, const struct model *model, struct error *err);

/* Check against the device, count the inferences and make room for the outputs.
 * Errors: ERROR_USAGE with both shapes or types; ERROR_INTERNAL. */
bool run_data_bind(struct run_data *data, const struct device_model *model, struct error *err);

/* What was given for a tensor of the archive: the first such, NULL for none. */
const struct run_tensor *run_data_find(const struct run_tensor *given, size_t given_count,
                                       const struct model_tensor *tensor);

/* The bytes of an input in one inference. */
const void *run_data_input(const struct run_data *data, size_t index, int64_t inference);
/* Where an output of one inference goes. */
void *run_data_output(const struct run_data *data, size_t index, int64_t inference);

/* One inference's shape becomes that of all of them together. Errors: ERROR_USAGE: it has too many
 * dimensions. */
bool run_data_add_axis(const struct run_data *data, struct tensor *output, const char *name,
                       struct error *err);

/* After the inferences: what lies in the outputs that the model's code never writes is no result.
 */
void run_data_drop_unwritten(struct run_data *data, const struct model *model);

/* The same inputs for another board, nothing expected; so many inferences at most. They are lent:
 * what is disposed of is what bind makes, with run_data_unbind. */
struct run_data run_data_again(const struct run_data *data, int64_t inferences);
void run_data_unbind(struct run_data *data);

/* Safe on a zeroed struct and twice. */
void run_data_dispose(struct run_data *data);

#endif
