/* The part of `run` that happens on the board when its firmware is an MLPerf Tiny benchmark. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TEXT_MLPERFTINY_H
#define MICROTVM_QEMU_COMMANDS_RUN_TEXT_MLPERFTINY_H

#include "base/error.h"
#include "client/compare.h"
#include "client/report.h"
#include "commands/board_stream.h"
#include "commands/run/tensors/data.h"
#include "model/model.h"
#include "project/types/mlperftiny.h"

#include <stdbool.h>

/* How its inferences are measured. */
struct run_benchmark {
    struct mlperftiny task;
    unsigned iterations; /* inferences of each input that are timed; at least 1 */
    unsigned warmups;    /* before them */
    int icount;          /* the project option: instructions are counted; -1: they are not */
    struct model_tensor picture; /* of run_mlperftiny_show */
};

/* The model as the protocol shows it: of anomaly detection it tells no output, but an error; and a
 * picture of int8 may also be given as it travels, in uint8. What *ret_shown points to stays
 * model's, or is benchmark's. */
void run_mlperftiny_show(struct run_benchmark *benchmark, const struct run_data *data,
                         const struct model *model, struct model *ret_shown);

/* Can the outputs of a shown model be told from results of three decimals? Errors: ERROR_USAGE,
 * ERROR_MODEL. */
bool run_mlperftiny_check(const struct run_benchmark *benchmark, const struct model *shown,
                          struct error *err);

/* Three decimals are exact to half of the last one: real outputs match within that, too, unless the
 * user asked otherwise. */
void run_mlperftiny_widen(struct tolerance *tolerance);

/* As run_on_device; names and types are what run_ports_describe finds. */
bool run_on_mlperftiny(struct board_stream *stream, int64_t timeout_ms,
                       const struct run_benchmark *benchmark, const struct model *shown,
                       struct report *report, struct run_data *data, struct device_model *ret_model,
                       struct error *err);

#endif
