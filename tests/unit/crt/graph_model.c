#include "unit/crt/graph_model.h"

#include <string.h>
#include <tvm/runtime/c_runtime_api.h>

struct graph_model graph_model;

const float graph_model_linked[GRAPH_FLOATS] = {10, 20, 30, 40, 50, 60};

/* Attributes, spaces and order as TVM writes them. The reshape has a storage of its own, so that
 * "__nop" has something to copy. */
const char graph_model_json[] =
    "{\n  \"nodes\": [\n"
    "    {\"op\": \"null\", \"name\": \"x\", \"inputs\": []}, \n"
    "    {\"op\": \"null\", \"name\": \"p\", \"inputs\": []}, \n"
    "    {\"op\": \"tvm_op\", \"name\": \"fused_add\", \"attrs\": {\"num_outputs\": \"1\", "
    "\"num_inputs\": \"2\", \"flatten_data\": \"0\", \"func_name\": \"fused_add\", "
    "\"hash\": \"62fe41a7ce20e433\"}, \"inputs\": [[0, 0, 0], [1, 0, 0]]}, \n"
    "    {\"op\": \"tvm_op\", \"name\": \"reshape_nop\", \"attrs\": {\"num_outputs\": \"1\", "
    "\"num_inputs\": \"1\", \"flatten_data\": \"0\", \"func_name\": \"__nop\"}, "
    "\"inputs\": [[2, 0, 0]]}, \n"
    "    {\"op\": \"tvm_op\", \"name\": \"fused_scale\", \"attrs\": {\"num_outputs\": \"2\", "
    "\"num_inputs\": \"1\", \"flatten_data\": \"0\", \"func_name\": \"fused_scale\"}, "
    "\"inputs\": [[2, 0, 0]]}\n  ], \n"
    "  \"arg_nodes\": [0, 1], \n"
    "  \"heads\": [[3, 0, 0], [4, 0, 0]], \n"
    "  \"attrs\": {\n"
    "    \"dltype\": [\"list_str\", [\"float32\", \"float32\", \"float32\", \"float32\", "
    "\"float32\", \"float32\"]], \n"
    "    \"device_index\": [\"list_int\", [1, 1, 1, 1, 1, 1]], \n"
    "    \"storage_id\": [\"list_int\", [0, 1, 2, 3, 4, 0]], \n"
    "    \"shape\": [\"list_shape\", [[2, 3], [2, 3], [2, 3], [6], [2, 3], [2, 3]]]\n  }, \n"
    "  \"node_row_ptr\": [0, 1, 2, 3, 4, 6]\n}";

const char graph_model_small[] =
    "{\"nodes\":[{\"op\":\"null\",\"name\":\"a\",\"inputs\":[]},{\"op\":\"tvm_op\",\"name\":\"s\","
    "\"attrs\":{\"func_name\":\"fused_scale\",\"num_inputs\":\"1\",\"num_outputs\":\"2\","
    "\"flatten_data\":\"0\"},\"inputs\":[[0,0,0]]}],\"arg_nodes\":[0],\"heads\":[[1,0,0]],"
    "\"attrs\":{\"dltype\":[\"list_str\",[\"float32\",\"float32\",\"float32\"]],"
    "\"storage_id\":[\"list_int\",[1,0,2]],\"shape\":[\"list_shape\",[[2,3],[2,3],[2,3]]]},"
    "\"node_row_ptr\":[0,1,3]}";

/* ---- the library ---- */

/* NOLINTBEGIN(readability-non-const-parameter): the signature is TVM's */

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
    graph_model.calls++

/* As generated code does: the shapes are compiled in, and others are an error. */
static float *floats(const TVMValue *args, const int *type_codes, int index)
{
    const DLTensor *tensor = args[index].v_handle;
    if (type_codes[index] != kTVMDLTensorHandle || tensor->ndim != 2 || tensor->shape[0] != 2 ||
        tensor->shape[1] != 3 || tensor->dtype.bits != 32)
        return NULL;
    return tensor->data;
}

FUNCTION(fused_add)
{
    UNUSED_ALL;
    if (graph_model.fails || num_args != 3)
        return -1;
    const float *a = floats(args, type_codes, 0);
    const float *b = floats(args, type_codes, 1);
    float *sum = floats(args, type_codes, 2);
    if (!a || !b || !sum)
        return -1;
    for (int i = 0; i < GRAPH_FLOATS; i++)
        sum[i] = a[i] + b[i];
    return 0;
}

FUNCTION(fused_scale)
{
    UNUSED_ALL;
    if (num_args != 3)
        return -1;
    const float *a = floats(args, type_codes, 0);
    float *doubled = floats(args, type_codes, 1);
    if (!a || !doubled)
        return -1;
    for (int i = 0; i < GRAPH_FLOATS; i++)
        doubled[i] = 2 * a[i];
    return 0;
}

FUNCTION(lookup_linked_param)
{
    UNUSED_ALL;
    if (args[0].v_int64 != 1) {
        *ret_type_code = kTVMNullptr;
        return 0;
    }
    ret_val->v_handle = (void *)graph_model_linked;
    *ret_type_code = kTVMOpaqueHandle;
    return 0;
}

/* NOLINTEND(readability-non-const-parameter) */

static const TVMBackendPackedCFunc functions[] = {fused_add, fused_scale, lookup_linked_param};
static const TVMFuncRegistry registry = {
    "\003\000fused_add\000fused_scale\000_lookup_linked_param\000",
    functions,
};
static const TVMFuncRegistry registry_unlinked = {
    "\002\000fused_add\000fused_scale\000",
    functions,
};
static const TVMFuncRegistry registry_0_8 = {
    "\002fused_add\000fused_scale\000",
    functions,
};

const TVMModule *TVMSystemLibEntryPoint(void)
{
    static TVMModule library;
    library.registry = graph_model.links ? &registry : &registry_unlinked;
    if (graph_model.old)
        library.registry = &registry_0_8;
    return &library;
}

/* ---- its parameters ---- */

struct blob {
    uint8_t *data;
    size_t size_bytes;
    size_t used;
};

static void put(struct blob *blob, const void *data, size_t size_bytes)
{
    if (blob->used + size_bytes <= blob->size_bytes)
        memcpy(blob->data + blob->used, data, size_bytes);
    blob->used += size_bytes;
}

static void put_u64(struct blob *blob, uint64_t value)
{
    put(blob, &value, sizeof(value));
}

static void put_name(struct blob *blob, const char *name)
{
    put_u64(blob, strlen(name));
    put(blob, name, strlen(name));
}

static void put_floats(struct blob *blob, const float *values)
{
    static const int32_t device_and_ndim[] = {kDLCPU, 0, 2};
    static const DLDataType type = {kDLFloat, 32, 1};
    static const int64_t shape[] = {2, 3};
    put_u64(blob, 0xdd5e40f096b4a13f);
    put_u64(blob, 0);
    put(blob, device_and_ndim, sizeof(device_and_ndim));
    put(blob, &type, sizeof(type));
    put(blob, shape, sizeof(shape));
    put_u64(blob, GRAPH_FLOATS * sizeof(float));
    put(blob, values, GRAPH_FLOATS * sizeof(float));
}

size_t graph_model_params(const float *values,
                          uint8_t *buffer, /* NOLINT(readability-non-const-parameter): written to */
                          size_t buffer_size_bytes)
{
    struct blob blob = {buffer, buffer_size_bytes, 0};
    put_u64(&blob, 0xf7e58d4f05049cb7);
    put_u64(&blob, 0);
    put_u64(&blob, 2);
    put_name(&blob, "unused");
    put_name(&blob, "p");
    put_u64(&blob, 2);
    put_floats(&blob, graph_model_linked);
    put_floats(&blob, values);
    return blob.used;
}
