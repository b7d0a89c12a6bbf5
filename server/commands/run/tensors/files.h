/* The arguments of --input and --expect: "NAME=FILE.npy", or "FILE.npy".
 *
 * Names of tensors and paths may hold a '=' of their own ("x=1", "runs/lr=0.1/x.npy"). Which one
 * separates the two is settled by the files that are there, and where that leaves a choice, by the
 * model's names. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_TENSORS_FILES_H
#define MICROTVM_QEMU_COMMANDS_RUN_TENSORS_FILES_H

#include "base/error.h"
#include "client/tensor.h"
#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>

/* How a file holds the model's tensor. */
enum run_axis {
    RUN_ONE,     /* of one inference */
    RUN_ROWS,    /* of several: its first axis, of length 1 in the model's, is longer */
    RUN_STACKED, /* of several: one more axis in front */
};

/* One --input or --expect. */
struct run_tensor {
    const char *text; /* of the command line; not owned */
    const char *path; /* in text; NULL: not settled yet */
    char *name;       /* owned; NULL: none, it goes by its place */
    size_t place;     /* among those without a name */
    struct tensor tensor;
    /* Known once the archive is. */
    const struct model_tensor *of; /* NULL: the archive names none; not owned */
    size_t namesakes; /* how many in front of it differ only in what C does not allow */
    /* Known once the device is. */
    enum run_axis axis;
};

/* Read one file. Errors: ERROR_USAGE with option and path, ERROR_SYSTEM, ERROR_INTERNAL. */
bool run_file_load(const char *path, const char *option, struct tensor *ret_tensor,
                   struct error *err);

/* Take the arguments (an archive FILE.npz without a name stands for each array in it) and read the
 * files of those that can be split in one way alone. Errors: ERROR_USAGE with the path,
 * ERROR_SYSTEM, ERROR_INTERNAL. The caller disposes of *ret_files. */
bool run_files_load(const char *const *texts, size_t count, const char *option,
                    struct run_tensor **ret_files, size_t *ret_files_count, struct error *err);

/* A model's inputs or outputs. */
struct run_side {
    const struct model_tensor *tensors;
    size_t count;
    const char *note;   /* struct model's: why some go by their number; NULL: none does */
    const char *option; /* "input" or "expect" */
};

/* Settle the others, and which tensor of the model each is for (none, where the model names none):
 * a name is looked for as it is, then as it would be in C, and then may be a number, "1" or "#1".
 * Errors: likewise; ERROR_USAGE when there is no such tensor (the text lists them), or when more
 * than one way is possible. */
bool run_files_settle(struct run_tensor *files, size_t files_count, const struct run_side *side,
                      struct error *err);

/* Add the model's tensors to a message, a line each. Returns false. */
bool run_files_list(const struct run_side *side, struct error *err);

/* NULL is fine. */
void run_files_dispose(struct run_tensor *files, size_t count);

#endif
