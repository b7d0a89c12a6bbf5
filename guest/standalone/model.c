#include "standalone/model.h"
#include "model_data.h"
#include "model_interface.h"

#include <string.h>

/* Enough for what the generated code asks of a tensor and of a pool. */
#define ALIGNED __attribute__((aligned(16)))

#define BUFFER(name, size) static ALIGNED uint8_t name[size];
MODEL_BUFFERS(BUFFER)

#define ROW(name, size, type, data, is_filled)                                                     \
    {#name, TYPE_##type, is_filled, size, (uint8_t *)(data)},
const struct model_tensor MODEL_INPUT_TENSORS[] = {MODEL_INPUTS(ROW){NULL, 0, false, 0, NULL}};
const struct model_tensor MODEL_OUTPUT_TENSORS[] = {MODEL_OUTPUTS(ROW){NULL, 0, false, 0, NULL}};
const size_t MODEL_INPUT_COUNT = sizeof MODEL_INPUT_TENSORS / sizeof MODEL_INPUT_TENSORS[0] - 1;
const size_t MODEL_OUTPUT_COUNT = sizeof MODEL_OUTPUT_TENSORS / sizeof MODEL_OUTPUT_TENSORS[0] - 1;

#if MODEL_POOLS_COUNT > 0
/* Sections as in code that TVM generates: link/firmware.ld. */
#define POOL(name, size)                                                                           \
    static ALIGNED __attribute__((section(".bss.noinit.tvm"))) uint8_t pool_##name[size];
#define CONSTANT_POOL(name, size, content)                                                         \
    static const ALIGNED __attribute__((section(".constants.pool")))                               \
    uint8_t pool_##name[size] = {content};
MODEL_POOLS(POOL)
MODEL_CONSTANT_POOLS(CONSTANT_POOL)

#define POOL_MEMBER(name, ...) .name = (void *)pool_##name,
static MODEL_STRUCT(workspace_pools) pools = {MODEL_POOLS(POOL_MEMBER)
                                                  MODEL_CONSTANT_POOLS(POOL_MEMBER)};
#endif

#if MODEL_MAPS_TENSORS
/* Inputs and outputs lie in a pool, where others take their place while the model runs. */
#define COPY_IN(name, size, type, data, is_filled) memcpy(inputs.name, data, size);
#define COPY_OUT(name, size, type, data, is_filled) memcpy(data, outputs.name, size);

int32_t model_run(void)
{
    MODEL_STRUCT(inputs) inputs = MODEL_MAP_INPUTS(&pools);
    MODEL_STRUCT(outputs) outputs = MODEL_MAP_OUTPUTS(&pools);
    MODEL_INPUTS(COPY_IN)
    int32_t status = MODEL_RUN(MODEL_ARGUMENTS);
    MODEL_OUTPUTS(COPY_OUT)
    return status;
}
#else
#define MEMBER(name, size, type, data, is_filled) .name = (data),

int32_t model_run(void)
{
    MODEL_STRUCT(inputs) inputs = {MODEL_INPUTS(MEMBER)};
    MODEL_STRUCT(outputs) outputs = {MODEL_OUTPUTS(MEMBER)};
    return MODEL_RUN(MODEL_ARGUMENTS);
}
#endif

bool model_is_filled(void)
{
    for (size_t i = 0; i < MODEL_INPUT_COUNT; i++)
        if (!MODEL_INPUT_TENSORS[i].is_filled)
            return false;
    return true;
}
