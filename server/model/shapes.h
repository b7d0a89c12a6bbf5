/* Shapes of a model's tensors, where its Relay text tells them: metadata.json has sizes alone, and
 * a firmware without an executor knows no more. */
#ifndef MICROTVM_QEMU_MODEL_SHAPES_H
#define MICROTVM_QEMU_MODEL_SHAPES_H

#include "model/model.h"

/* Out of relay.h's signature. A shape that does not fit the tensor's type and size is not taken;
 * importers of TVM write those of outputs, too, hand-made models do not say them. */
void model_shapes_read(const char *signature, struct model *model);

#endif
