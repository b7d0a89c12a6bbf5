/* What a user must know of a model, although it can be built and run. */
#ifndef MICROTVM_QEMU_MODEL_NOTES_H
#define MICROTVM_QEMU_MODEL_NOTES_H

#include "model/model.h"

#define MODEL_UNWRITTEN                                                                            \
    "the model returns one tensor twice, which TVM's AOT code writes once. Return it once, or "    \
    "export the model with Executor(\"graph\")"

/* Calls tell for each, with one line. */
void model_tell_notes(const struct model *model, void (*tell)(void *context, const char *line),
                      void *context);

#endif
