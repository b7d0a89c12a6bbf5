#include "e2e/memory/sized_model.h"
#include "hostile/make_archive.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_AXES = 64 };

/* Of a packed function, as TVM writes them. */
#define ARGUMENTS                                                                                  \
    "TVMValue* args, int* arg_type_ids, int num_args, TVMValue* out_value, int* out_type_code, "   \
    "void* resource_handle"

static const char METADATA[] =
    "{\"version\": 7, \"modules\": {\"default\": {\"model_name\": \"default\",\n"
    " \"executors\": [\"%s\"], \"style\": \"full-model\", \"target\": [\"c\"],\n"
    " \"memory\": {\"functions\": {\"operator_functions\": [], \"main\": [{\"device\": 1,\n"
    "  \"constants_size_bytes\": 0, \"io_size_bytes\": 999999999, \"workspace_size_bytes\": "
    "0,\n"
    "  \"inputs\": {\"x\": {\"dtype\": \"float32\", \"size\": %zu}},\n"
    "  \"outputs\": {\"output\": {\"dtype\": \"float32\", \"size\": %zu}}}]}}}}}\n";

static const char HEAD[] =
    "#include <stdint.h>\n"
    "#include <tvm/runtime/c_backend_api.h>\n"
    "#include <tvm/runtime/c_runtime_api.h>\n"
    "#include <tvm/runtime/crt/module.h>\n"
    "#include <tvm/runtime/metadata_types.h>\n"
    "#define TENSOR(index) (((DLTensor *)args[index].v_handle)->data)\n"
    "static uint32_t next(uint32_t i, uint32_t size) {\n"
    "    if (size <= (1U << 27) || i >= size - 4096)\n"
    "        return i + 1;\n"
    "    return size - 4096 - i > (1U << 26) ? i + (1U << 26) : size - 4096;\n"
    "}\n"
    "static void fill(uint8_t *memory, uint32_t size, uint8_t first) {\n"
    "    for (uint32_t i = 0; i < size; i = next(i, size))\n"
    "        ((volatile uint8_t *)memory)[i] = first + 7 * i + (i >> 20);\n"
    "}\n"
    "static int is_filled(const uint8_t *memory, uint32_t size, uint8_t first) {\n"
    "    uint32_t i = 0;\n"
    "    while (i < size && ((const volatile uint8_t *)memory)[i] ==\n"
    "                           (uint8_t)(first + 7 * i + (i >> 20)))\n"
    "        i = next(i, size);\n"
    "    return i == size;\n"
    "}\n";

/* No floating point: where software does that, it would be the model's. */
static const char NOTHING[] = "int32_t tvmgen_default___tvm_main__(" ARGUMENTS ") {\n"
                              "    *(uint32_t *)TENSOR(1) = *(const uint32_t *)TENSOR(0);\n"
                              "    return 0;\n"
                              "}\n";
static const char NO_GRAPH[] = "int32_t tvmgen_default_first(" ARGUMENTS ") {\n"
                               "    *(uint32_t *)TENSOR(1) = *(const uint32_t *)TENSOR(0);\n"
                               "    return 0;\n"
                               "}\n"
                               "#define tvmgen_default_second tvmgen_default_first\n";

/* Each has the size where %zu stands, once or twice. */
static const char PLANNED[] =
    "__attribute__((section(\".bss.noinit.tvm\"), aligned(16)))\n"
    "static uint8_t global_workspace[%zu];\n"
    "int32_t tvmgen_default___tvm_main__(" ARGUMENTS ") {\n"
    "    float *x = TENSOR(0), *output = TENSOR(1);\n"
    "    fill(global_workspace, sizeof global_workspace, 3);\n"
    "    *output = *x + (is_filled(global_workspace, sizeof global_workspace, 3) ? 1 : 2);\n"
    "    return 0;\n"
    "}\n";
static const char HEAP[] =
    "int32_t tvmgen_default_fused_op(" ARGUMENTS ") {\n"
    "    float *x = TENSOR(0), *output = TENSOR(1);\n"
    "    void* pad_temp = TVMBackendAllocWorkspace(1, 0, (uint64_t)%zu, 2, 32);\n"
    "    if (pad_temp == NULL) {\n"
    "        return -1;\n"
    "    }\n"
    "    fill(pad_temp, %zu, 3);\n"
    "    *output = *x + (is_filled(pad_temp, %zu, 3) ? 1 : 2);\n"
    "    return TVMBackendFreeWorkspace(1, 0, pad_temp);\n"
    "}\n"
    "int32_t tvmgen_default___tvm_main__(" ARGUMENTS ") {\n"
    "    if (tvmgen_default_fused_op(args, arg_type_ids, num_args, out_value, out_type_code, "
    "resource_handle) != 0) return -1;\n"
    "    return 0;\n"
    "}\n";
static const char COMPUTED[] =
    "int32_t tvmgen_default_fused_op(" ARGUMENTS ") {\n"
    "    uint32_t num = %zu / 2;\n"
    "    float *x = TENSOR(0), *output = TENSOR(1);\n"
    "    void* pad_temp = TVMBackendAllocWorkspace(1, 0, (uint64_t)(2 * num), 2, 32);\n"
    "    if (pad_temp == NULL) {\n"
    "        return -1;\n"
    "    }\n"
    "    fill(pad_temp, 2 * num, 3);\n"
    "    *output = *x + (is_filled(pad_temp, 2 * num, 3) ? 1 : 2);\n"
    "    return TVMBackendFreeWorkspace(1, 0, pad_temp);\n"
    "}\n"
    "int32_t tvmgen_default___tvm_main__(" ARGUMENTS ") {\n"
    "    if (tvmgen_default_fused_op(args, arg_type_ids, num_args, out_value, out_type_code, "
    "resource_handle) != 0) return -1;\n"
    "    return 0;\n"
    "}\n";
static const char MEMORY[] =
    "__attribute__((section(\".bss.noinit.tvm\"), aligned(16)))\n"
    "static uint8_t global_workspace[%zu];\n"
    "int32_t tvmgen_default___tvm_main__(" ARGUMENTS ") {\n"
    "    uint8_t frame[sizeof global_workspace];\n"
    "    float *x = TENSOR(0), *output = TENSOR(1);\n"
    "    void* pad_temp = TVMBackendAllocWorkspace(1, 0, (uint64_t)%zu, 2, 32);\n"
    "    if (pad_temp == NULL) {\n"
    "        return -1;\n"
    "    }\n"
    "    fill(pad_temp, %zu, 3);\n"
    "    fill(global_workspace, sizeof global_workspace, 5);\n"
    "    fill(frame, sizeof frame, 7);\n"
    "    *output = *x + (is_filled(pad_temp, sizeof frame, 3) &&\n"
    "                    is_filled(global_workspace, sizeof frame, 5) &&\n"
    "                    is_filled(frame, sizeof frame, 7) ? 1 : 2);\n"
    "    return TVMBackendFreeWorkspace(1, 0, pad_temp);\n"
    "}\n";
static const char C_INTERFACE[] =
    "#include <tvmgen_default.h>\n"
    "int32_t tvmgen_default___tvm_main__(float* x, float* output) {\n"
    "    void* sid_1 = TVMBackendAllocWorkspace(1, 0, (uint64_t)%zu, 0, 8);\n"
    "    if (sid_1 == NULL) {\n"
    "        return -1;\n"
    "    }\n"
    "    fill(sid_1, %zu, 3);\n"
    "    *output = *x + (is_filled(sid_1, %zu, 3) ? 1 : 2);\n"
    "    return TVMBackendFreeWorkspace(1, 0, sid_1);\n"
    "}\n"
    "int32_t tvmgen_default_run(struct tvmgen_default_inputs* inputs,"
    "struct tvmgen_default_outputs* outputs) {\n"
    "    return tvmgen_default___tvm_main__(inputs->x, outputs->output);\n"
    "}\n";
static const char C_HEADER[] =
    "#include <stdint.h>\n"
    "struct tvmgen_default_inputs {\n  void* x;\n};\n"
    "struct tvmgen_default_outputs {\n  void* output;\n};\n"
    "int32_t tvmgen_default_run(\n  struct tvmgen_default_inputs* inputs,\n"
    "  struct tvmgen_default_outputs* outputs\n);\n";
static const char CONSTANTS[] = "static const uint8_t __attribute__((section(\".rodata.tvm\"), "
                                "aligned(16))) constant[%zu] = {\n"
                                "    1, };\n"
                                "int32_t tvmgen_default___tvm_main__(" ARGUMENTS ") {\n"
                                "    float *x = TENSOR(0), *output = TENSOR(1);\n"
                                "    float sum = 0;\n"
                                "    for (uint32_t i = 0; i < sizeof constant; i++)\n"
                                "        sum += ((const volatile uint8_t *)constant)[i];\n"
                                "    *output = *x + sum;\n"
                                "    return 0;\n"
                                "}\n";
static const char BOTH[] =
    "__attribute__((section(\".bss.noinit.tvm\"), aligned(16)))\n"
    "static uint8_t global_workspace[%zu];\n"
    "static const uint8_t __attribute__((section(\".rodata.tvm\"), aligned(16))) "
    "constant[%zu] = {[0] = 3, [sizeof constant - 1] = 5};\n"
    "int32_t tvmgen_default___tvm_main__(" ARGUMENTS ") {\n"
    "    float *x = TENSOR(0), *output = TENSOR(1);\n"
    "    const volatile uint8_t *values = constant;\n"
    "    fill(global_workspace, sizeof global_workspace, 3);\n"
    "    int is_good = is_filled(global_workspace, sizeof global_workspace, 3) &&\n"
    "                  values[0] == 3 && values[sizeof constant / 2] == 0 &&\n"
    "                  values[sizeof constant - 1] == 5;\n"
    "    *output = *x + (is_good ? 1 : 2);\n"
    "    return 0;\n"
    "}\n";
static const char TENSORS[] = "int32_t tvmgen_default___tvm_main__(" ARGUMENTS ") {\n"
                              "    float *x = TENSOR(0), *output = TENSOR(1);\n"
                              "    for (uint32_t i = 0; i < %zu; i++)\n"
                              "        output[i] = x[i] + 1;\n"
                              "    return 0;\n"
                              "}\n";
static const char GRAPH[] =
    "int32_t tvmgen_default_first(" ARGUMENTS ") {\n"
    "    fill(TENSOR(1), %zu, (uint8_t)*(float *)TENSOR(0));\n"
    "    return 0;\n"
    "}\n"
    "int32_t tvmgen_default_second(" ARGUMENTS ") {\n"
    "    uint8_t *between = TENSOR(0);\n"
    "    *(float *)TENSOR(1) = *between + (is_filled(between, %zu, *between) ? 1 : 2);\n"
    "    return 0;\n"
    "}\n";
/* Of all, the last adds 1. */
static const char NODES[] = "int32_t tvmgen_default_first(" ARGUMENTS ") {\n"
                            "    *(float *)TENSOR(1) = *(float *)TENSOR(0);\n"
                            "    return 0;\n"
                            "}\n"
                            "int32_t tvmgen_default_second(" ARGUMENTS ") {\n"
                            "    *(float *)TENSOR(1) = *(float *)TENSOR(0) + 1;\n"
                            "    return 0;\n"
                            "}\n";

static const char *const BODIES[] = {NOTHING, PLANNED,   HEAP, COMPUTED, C_INTERFACE,
                                     MEMORY,  CONSTANTS, BOTH, TENSORS,  NO_GRAPH,
                                     GRAPH,   NODES,     NODES};

/* What TVM generates for an AOT model with packed functions, of SIZE elements. */
static const char AOT_TAIL[] =
    "int32_t tvmgen_default_run(" ARGUMENTS ") {\n"
    "    return tvmgen_default___tvm_main__(args, arg_type_ids, num_args, out_value, "
    "out_type_code, "
    "resource_handle);\n"
    "}\n"
    "static const int64_t kTvmgenMetadata_inputs_0_shape[1] = {\n%zuL};\n"
    "static const struct TVMTensorInfo kTvmgenMetadata_inputs[1] = {\n{\n"
    "\"x\" /* name*/,\nkTvmgenMetadata_inputs_0_shape,\n1L,\n{2, 32, 1} /* dtype*/}\n};\n"
    "static const int64_t kTvmgenMetadata_outputs_0_shape[1] = {\n%zuL};\n"
    "static const struct TVMTensorInfo kTvmgenMetadata_outputs[1] = {\n{\n"
    "\"output\" /* name*/,\nkTvmgenMetadata_outputs_0_shape,\n1L,\n{2, 32, 1} /* dtype*/}\n};\n"
    "static const struct TVMMetadata kTvmgenMetadata[1] = {\n{\n"
    "1L, kTvmgenMetadata_inputs, 1L, kTvmgenMetadata_outputs, 1L, 0, 0L, 0, 0L, "
    "\"tvmgen_default\"}\n};\n"
    "int32_t tvmgen_default_get_c_metadata(" ARGUMENTS ") {\n"
    "    out_value->v_handle = (void *)kTvmgenMetadata;\n"
    "    *out_type_code = kTVMOpaqueHandle;\n"
    "    return 0;\n"
    "}\n"
    "static TVMBackendPackedCFunc _tvm_func_array[] = {\n"
    "    (TVMBackendPackedCFunc)tvmgen_default_run,\n"
    "    (TVMBackendPackedCFunc)tvmgen_default_get_c_metadata,\n"
    "};\n"
    "static const TVMFuncRegistry _tvm_func_registry = {\n"
    "    \"\\002\\000tvmgen_default_run\\000tvmgen_default_get_c_metadata\\000\", "
    "_tvm_func_array,\n};\n";
static const char GRAPH_TAIL[] = "static TVMBackendPackedCFunc _tvm_func_array[] = {\n"
                                 "    (TVMBackendPackedCFunc)tvmgen_default_first,\n"
                                 "    (TVMBackendPackedCFunc)tvmgen_default_second,\n"
                                 "};\n"
                                 "static const TVMFuncRegistry _tvm_func_registry = {\n"
                                 "    \"\\002\\000tvmgen_default_first\\000tvmgen_default_second"
                                 "\\000\", _tvm_func_array,\n};\n";
static const char TABLE[] =
    "static const TVMModule _tvm_system_lib = {\n    &_tvm_func_registry,\n};\n"
    "const TVMModule *TVMSystemLibEntryPoint(void) {\n    return &_tvm_system_lib;\n}\n";

static void print_source(FILE *out, enum sized_kind kind, size_t size, size_t constants_bytes)
{
    size_t elements = kind == SIZED_TENSORS ? size : 1;
    fputs(HEAD, out);
    fprintf(out, BODIES[kind], size, kind == SIZED_BOTH ? constants_bytes : size, size);
    if (kind == SIZED_C)
        return;
    if (kind >= SIZED_NO_GRAPH)
        fputs(GRAPH_TAIL, out);
    else
        fprintf(out, AOT_TAIL, elements, elements);
    fputs(TABLE, out);
}

/* A list "[first, middle, ..., last]" for the input and so many operators. */
static void print_list(FILE *out, size_t operators, const char *first, const char *middle,
                       const char *last)
{
    fprintf(out, "[%s", first);
    for (size_t i = 1; i < operators; i++)
        fprintf(out, ", %s", middle);
    fprintf(out, ", %s]", last);
}

static void print_graph(FILE *out, enum sized_kind kind, size_t size, size_t constants_bytes)
{
    (void)constants_bytes;
    size_t operators = kind == SIZED_NODES ? size : 2;
    char shape[MOST_AXES * 3 + 32] = "[1]";
    if (kind == SIZED_GRAPH)
        snprintf(shape, sizeof(shape), "[%zu]", size);
    for (size_t i = 1; kind == SIZED_AXES && i < size && i < MOST_AXES; i++)
        memcpy(shape + strlen(shape) - 1, ",1]", sizeof(",1]"));
    const char *ends = kind == SIZED_AXES ? shape : "[1]";
    fputs("{\"nodes\": [{\"op\": \"null\", \"name\": \"x\", \"inputs\": []}", out);
    for (size_t i = 0; i < operators; i++)
        fprintf(out,
                ", {\"op\": \"tvm_op\", \"name\": \"op%zu\", \"attrs\": {\"func_name\": "
                "\"tvmgen_default_%s\", \"num_inputs\": \"1\", \"num_outputs\": \"1\", "
                "\"flatten_data\": \"0\"}, \"inputs\": [[%zu, 0, 0]]}",
                i, i + 1 < operators ? "first" : "second", i);
    fprintf(out,
            "], \"arg_nodes\": [0], \"heads\": [[%zu, 0, 0]], \"attrs\": {\"dltype\": "
            "[\"list_str\", ",
            operators);
    print_list(out, operators, "\"float32\"", kind == SIZED_GRAPH ? "\"uint8\"" : "\"float32\"",
               "\"float32\"");
    fputs("], \"storage_id\": [\"list_int\", [0", out);
    for (size_t i = 0; i < operators; i++)
        fprintf(out, ", %zu", 1 + i % 2);
    fputs("]], \"shape\": [\"list_shape\", ", out);
    print_list(out, operators, ends, shape, ends);
    fputs("]}, \"node_row_ptr\": [0", out);
    for (size_t i = 0; i <= operators; i++)
        fprintf(out, ", %zu", i + 1);
    fputs("]}\n", out);
}

static void add_printed(FILE *tar, const char *name, enum sized_kind kind, size_t size,
                        size_t constants_bytes,
                        void (*print)(FILE *, enum sized_kind, size_t, size_t))
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    ck_assert_ptr_nonnull(out);
    print(out, kind, size, constants_bytes);
    ck_assert_int_eq(fclose(out), 0);
    tar_add(tar, TAR_FILE, name, text, length);
    free(text);
}

static void write_model(const char *path, enum sized_kind kind, size_t size, size_t constants_bytes)
{
    char metadata[sizeof(METADATA) + 100];
    size_t bytes = sizeof(float) * (kind == SIZED_TENSORS ? size : 1);
    snprintf(metadata, sizeof(metadata), METADATA, kind >= SIZED_NO_GRAPH ? "graph" : "aot", bytes,
             bytes);
    FILE *tar = tar_create(path);
    tar_text(tar, "metadata.json", metadata);
    add_printed(tar, "codegen/host/src/default_lib0.c", kind, size, constants_bytes, print_source);
    if (kind == SIZED_C)
        tar_text(tar, "codegen/host/include/tvmgen_default.h", C_HEADER);
    if (kind >= SIZED_NO_GRAPH)
        add_printed(tar, "executor-config/graph/default.graph", kind, size, constants_bytes,
                    print_graph);
    tar_end(tar);
}

void sized_model(const char *path, enum sized_kind kind, size_t size)
{
    write_model(path, kind, size, 0);
}

void sized_model_of_both(const char *path, size_t workspace_bytes, size_t constants_bytes)
{
    write_model(path, SIZED_BOTH, workspace_bytes, constants_bytes);
}
