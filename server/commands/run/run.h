/* All that one `run` owns: for the files of this folder. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_RUN_H
#define MICROTVM_QEMU_COMMANDS_RUN_RUN_H

#include "base/deadline.h"
#include "base/error.h"
#include "client/report.h"
#include "commands/doctor/probe.h"
#include "commands/pipeline.h"
#include "commands/run/args.h"
#include "commands/run/count/counts.h"
#include "commands/run/document/document.h"
#include "commands/run/memory.h"
#include "commands/run/tensors/data.h"
#include "commands/run/tensors/labels.h"
#include "commands/run/text/mlperftiny.h"
#include "commands/run/trace/records.h"
#include "commands/run/trace/trace.h"
#include "model/graph/files.h"

struct run {
    struct run_args args;
    struct report report;
    struct interrupt interrupt;
    struct settings settings;
    struct run_data data;
    struct run_benchmark benchmark; /* of project type mlperftiny */
    struct pipeline pipeline;
    struct run_memory memory; /* where it is asked for; without sizes: not known */
    struct graph_files graph; /* of a model for the graph executor */
    struct device_model model;
    struct run_document document;
    char compiler[PROBE_LINE_SIZE]; /* what it says it is; "": not asked */
    struct labels_score score;
    struct counts counts; /* with --count */
    struct trace trace;   /* with --trace or --expect-trace */
    struct trace_records
        *records;    /* lines of an operator's go there; NULL: the firmware has none */
    bool is_done;    /* outputs, and verdicts on them, are there */
    bool is_written; /* the files of --output are */
};

/* Was it the --deadline that ended the run? */
bool run_is_over(const struct run *run, const struct error *err);

/* Safe on one that holds nothing yet. */
void run_dispose(struct run *run);

#endif
