/* The project type mlperftiny: what the option compile_definitions says of the benchmark's task.
 * guest/apps/mlperftiny/main.c describes the definitions. */
#ifndef MICROTVM_QEMU_PROJECT_TYPES_MLPERFTINY_H
#define MICROTVM_QEMU_PROJECT_TYPES_MLPERFTINY_H

#include "base/error.h"
#include "model/model.h"
#include "project/settings.h"

#include <stdbool.h>

#define MLPERFTINY_TYPE "mlperftiny"

enum mlperftiny_task {
    MLPERFTINY_NO_TASK = 0, /* no TARGET_MODEL: any model, bytes as they are */
    MLPERFTINY_KEYWORD_SPOTTING = 1,
    MLPERFTINY_VISUAL_WAKE_WORDS = 2,
    MLPERFTINY_ANOMALY_DETECTION = 3,
    MLPERFTINY_IMAGE_CLASSIFICATION = 4,
};

struct mlperftiny {
    enum mlperftiny_task task;
    /* Of outputs that are integers: a result is (output - zero) * scale. */
    double scale;
    double zero;
};

/* Errors: ERROR_USAGE with the definition and what it may be. */
bool mlperftiny_read(const struct settings *settings, struct mlperftiny *ret_benchmark,
                     struct error *err);

/* The same, and: is this a model for the task? Errors: those, and ERROR_MODEL with what the task's
 * model has. */
bool mlperftiny_check(const struct settings *settings, const struct model *model,
                      struct error *err);

/* Do the task's inputs travel as 0..255 where the model has -128..127? */
bool mlperftiny_takes_pictures(const struct mlperftiny *benchmark);

#endif
