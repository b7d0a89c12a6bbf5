#include "unit/crt/crt_model.h"

#include "unit/crt/crt_platform.h"

#include <stdlib.h>
#include <string.h>

struct crt_model crt_model;

/* ---- the model ---- */

static const int64_t shape_x[] = {2, 3};
static const int64_t shape_k[] = {MODEL_BYTES};
static const int64_t shape_pool[] = {16};

static const struct TVMTensorInfo inputs[] = {
    {"x", shape_x, 2, {kDLFloat, 32, 1}},
    {"k", shape_k, 1, {kDLInt, 8, 1}},
};
static const struct TVMTensorInfo outputs[] = {
    {"doubled", shape_x, 2, {kDLFloat, 32, 1}},
    {"negated", shape_k, 1, {kDLInt, 8, 1}},
};
static const struct TVMTensorInfo pools[] = {{"pool", shape_pool, 1, {kDLUInt, 8, 1}}};

static const struct TVMMetadata metadata = {
    1, inputs, 2, outputs, 2, pools, 1, NULL, 0, "tvmgen_default",
};

/* Signature and arguments as generated code has them. */
#define FUNCTION(name)                                                                             \
    static int name(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,              \
                    int *ret_type_code, void *resource_handle)

#define UNUSED_ALL                                                                                 \
    (void)args;                                                                                    \
    (void)type_codes;                                                                              \
    (void)num_args;                                                                                \
    (void)ret_val;                                                                                 \
    (void)ret_type_code;                                                                           \
    (void)resource_handle;                                                                         \
    crt_model.calls++

static void run_model(const TVMValue *args)
{
    const DLTensor *tensors[4];
    for (int i = 0; i < 4; i++)
        tensors[i] = args[i].v_handle;
    for (int i = 0; i < MODEL_FLOATS; i++)
        ((float *)tensors[2]->data)[i] = 2 * ((const float *)tensors[0]->data)[i];
    for (int i = 0; i < MODEL_BYTES; i++)
        ((int8_t *)tensors[3]->data)[i] = (int8_t) - ((const int8_t *)tensors[1]->data)[i];
}

/* NOLINTBEGIN(readability-non-const-parameter): the signature is TVM's */

FUNCTION(run)
{
    UNUSED_ALL;
    if (num_args != 4)
        return -1;
    run_model(args);
    return 0;
}

/* What 0.11 generates: the caller brings the pool. */
FUNCTION(main_0_11)
{
    UNUSED_ALL;
    if (num_args != 5)
        return -1;
    memset(((const DLTensor *)args[4].v_handle)->data, 1, 16);
    run_model(args);
    return 0;
}

FUNCTION(get_c_metadata)
{
    UNUSED_ALL;
    ret_val->v_handle = (void *)&metadata;
    *ret_type_code = kTVMOpaqueHandle;
    return 0;
}

/* ---- functions for the tests ---- */

FUNCTION(echo)
{
    UNUSED_ALL;
    if (num_args != 1)
        return -1;
    *ret_val = args[0];
    *ret_type_code = type_codes[0];
    if (type_codes[0] != kTVMBytes)
        return 0;
    /* Returned bytes belong to the caller: a copy. */
    const TVMByteArray *bytes = args[0].v_handle;
    TVMByteArray *copy;
    const DLDevice cpu = {kDLCPU, 0};
    if (TVMPlatformMemoryAllocate(sizeof(*copy), cpu, (void **)&copy) != 0)
        return -1;
    copy->size = bytes->size;
    if (TVMPlatformMemoryAllocate(bytes->size + 1, cpu, (void **)&copy->data) != 0)
        return -1;
    memcpy((void *)copy->data, bytes->data, bytes->size);
    ret_val->v_handle = copy;
    return 0;
}

FUNCTION(sum)
{
    UNUSED_ALL;
    const DLTensor *tensor = args[0].v_handle;
    int64_t total = 0;
    if (num_args != 1 || type_codes[0] != kTVMDLTensorHandle)
        return -1;
    const uint8_t *data = (const uint8_t *)tensor->data + tensor->byte_offset;
    for (int64_t i = 0; i < tensor->shape[0]; i++) {
        int32_t element;
        memcpy(&element, data + i * (int64_t)sizeof(element), sizeof(element));
        total += element;
    }
    ret_val->v_int64 = total;
    *ret_type_code = kTVMArgInt;
    return 0;
}

FUNCTION(count)
{
    UNUSED_ALL;
    crt_platform.seconds += crt_model.seconds_per_call;
    if (crt_model.fail_call > 0 && --crt_model.fail_call == 0) {
        TVMAPISetLastError("count was told to fail");
        return -1;
    }
    return 0;
}

FUNCTION(fail_text)
{
    UNUSED_ALL;
    TVMAPISetLastError("the tensor is too blue");
    return -1;
}

FUNCTION(fail_silently)
{
    UNUSED_ALL;
    return -3;
}

FUNCTION(constant)
{
    static const int32_t numbers[] = {1, 2, 3, 4};
    UNUSED_ALL;
    ret_val->v_handle = (void *)numbers;
    *ret_type_code = kTVMOpaqueHandle;
    return 0;
}

FUNCTION(odd_type)
{
    UNUSED_ALL;
    *ret_type_code = 99;
    return 0;
}

/* NOLINTEND(readability-non-const-parameter) */

static const TVMBackendPackedCFunc functions[] = {
    run, get_c_metadata, echo, sum, count, fail_text, fail_silently, constant, odd_type,
};
static const TVMFuncRegistry registry = {
    "\011\000tvmgen_default_run\000tvmgen_default_get_c_metadata\000echo\000sum\000count\000"
    "fail_text\000fail_silently\000constant\000odd_type\000",
    functions,
};
static const TVMModule system_library = {&registry};

const TVMModule *TVMSystemLibEntryPoint(void)
{
    return &system_library;
}

static const TVMBackendPackedCFunc functions_0_11[] = {main_0_11, get_c_metadata};
static const TVMFuncRegistry registry_0_11 = {
    "\002\000tvmgen_default___tvm_main__\000tvmgen_default_get_c_metadata\000",
    functions_0_11,
};
const TVMModule crt_model_0_11 = {&registry_0_11};

static const TVMFuncRegistry registry_0_8 = {"\001\000tvmgen_default_run\000", functions};
const TVMModule crt_model_0_8 = {&registry_0_8};
