#include "bench/line/upload.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "bench/device.h"
#include "client/device_model.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

/* The output is the input plus 1 where the parameter is whole. */
static const char METADATA[] =
    "{\"version\": 7, \"modules\": {\"default\": {\"model_name\": \"default\",\n"
    " \"executors\": [\"graph\"], \"style\": \"full-model\", \"target\": [\"c\"],\n"
    " \"memory\": {\"functions\": {\"operator_functions\": [], \"main\": [{\"device\": 1,\n"
    "  \"constants_size_bytes\": 0, \"io_size_bytes\": 8, \"workspace_size_bytes\": 0,\n"
    "  \"inputs\": {\"x\": {\"dtype\": \"float32\", \"size\": 4}},\n"
    "  \"outputs\": {\"output\": {\"dtype\": \"float32\", \"size\": 4}}}]}}}}}\n";

static const char SOURCE[] =
    "#include <stdint.h>\n"
    "#include <tvm/runtime/c_backend_api.h>\n"
    "#include <tvm/runtime/c_runtime_api.h>\n"
    "#include <tvm/runtime/crt/module.h>\n"
    "#define TENSOR(index) (((DLTensor *)args[index].v_handle)->data)\n"
    "int32_t tvmgen_default_check(TVMValue* args, int* arg_type_ids, int num_args, "
    "TVMValue* out_value, int* out_type_code, void* resource_handle) {\n"
    "    const uint32_t *p = TENSOR(1);\n"
    "    uint32_t i = 0;\n"
    "    while (i < %zu && p[i] == i * 2654435761u)\n"
    "        i++;\n"
    "    *(float *)TENSOR(2) = *(float *)TENSOR(0) + (i == %zu ? 1 : 2);\n"
    "    return 0;\n"
    "}\n"
    "static TVMBackendPackedCFunc _tvm_func_array[] = {\n"
    "    (TVMBackendPackedCFunc)tvmgen_default_check,\n};\n"
    "static const TVMFuncRegistry _tvm_func_registry = {\n"
    "    \"\\001\\000tvmgen_default_check\\000\", _tvm_func_array,\n};\n"
    "static const TVMModule _tvm_system_lib = {\n    &_tvm_func_registry,\n};\n"
    "const TVMModule *TVMSystemLibEntryPoint(void) {\n    return &_tvm_system_lib;\n}\n";

static const char GRAPH[] =
    "{\"nodes\": [{\"op\": \"null\", \"name\": \"x\", \"inputs\": []}, "
    "{\"op\": \"null\", \"name\": \"p\", \"inputs\": []}, "
    "{\"op\": \"tvm_op\", \"name\": \"check\", \"attrs\": {\"func_name\": "
    "\"tvmgen_default_check\", \"num_inputs\": \"2\", \"num_outputs\": \"1\", "
    "\"flatten_data\": \"0\"}, \"inputs\": [[0, 0, 0], [1, 0, 0]]}], "
    "\"arg_nodes\": [0, 1], \"heads\": [[2, 0, 0]], \"attrs\": {"
    "\"dltype\": [\"list_str\", [\"float32\", \"uint32\", \"float32\"]], "
    "\"storage_id\": [\"list_int\", [0, 1, 2]], "
    "\"shape\": [\"list_shape\", [[1], [%zu], [1]]]}, \"node_row_ptr\": [0, 1, 2, 3]}\n";

static const uint64_t LIST_MARK = 0xf7e58d4f05049cb7;
static const uint64_t TENSOR_MARK = 0xdd5e40f096b4a13f;

struct params {
    char *data;
    size_t size_bytes;
};

static void put(FILE *out, uint64_t number)
{
    fwrite(&number, sizeof number, 1, out);
}

/* As TVM's save_param_dict writes them. */
static bool make_params(size_t count, struct params *params, struct error *err)
{
    const uint32_t head[] = {1, 0, 1, 1 | 32 << 8 | 1 << 16}; /* CPU 0, one axis, uint32 */
    FILE *out = open_memstream(&params->data, &params->size_bytes);
    if (!out)
        return error_no_memory(err, "parameters", 4 * count);
    put(out, LIST_MARK);
    put(out, 0);
    put(out, 1); /* names */
    put(out, 1); /* characters */
    fputc('p', out);
    put(out, 1); /* tensors */
    put(out, TENSOR_MARK);
    put(out, 0);
    fwrite(head, sizeof head, 1, out);
    put(out, count);
    put(out, 4 * count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value = i * 2654435761U;
        fwrite(&value, sizeof value, 1, out);
    }
    return fclose(out) == 0 || error_no_memory(err, "parameters", 4 * count);
}

static bool add(struct archive *archive, const char *name, const void *data, size_t size_bytes)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return false;
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (int64_t)size_bytes);
    bool ok = archive_write_header(archive, entry) == ARCHIVE_OK &&
              archive_write_data(archive, data, size_bytes) == (ssize_t)size_bytes;
    archive_entry_free(entry);
    return ok;
}

static bool make_archive(const char *path, size_t count, const struct params *params,
                         struct error *err)
{
    char source[sizeof SOURCE + 40];
    char graph[sizeof GRAPH + 20];
    snprintf(source, sizeof source, SOURCE, count, count);
    snprintf(graph, sizeof graph, GRAPH, count);
    struct archive *archive = archive_write_new();
    if (!archive)
        return error_no_memory(err, "an archive", 0);
    bool ok = archive_write_set_format_ustar(archive) == ARCHIVE_OK &&
              archive_write_open_filename(archive, path) == ARCHIVE_OK &&
              add(archive, "metadata.json", METADATA, strlen(METADATA)) &&
              add(archive, "codegen/host/src/default_lib0.c", source, strlen(source)) &&
              add(archive, "executor-config/graph/default.graph", graph, strlen(graph)) &&
              add(archive, "parameters/default.params", params->data, params->size_bytes) &&
              archive_write_close(archive) == ARCHIVE_OK;
    if (!ok)
        error_set(err, ERROR_SYSTEM, archive_errno(archive), "%s", path);
    archive_write_free(archive);
    return ok;
}

static bool check_model(struct device_model *model, struct error *err)
{
    const float input = 41;
    float output = 0;
    if (!device_model_set_input(model, 0, &input, err) || !device_model_run(model, err) ||
        !device_model_get_output(model, 0, &output, err))
        return false;
    return output == 42 || error_set(err, ERROR_DEVICE, 0, "the parameter is damaged there");
}

static bool measure(struct bench_device *device, size_t count, const struct params *params,
                    int64_t *ret_ns, struct error *err)
{
    char text[sizeof GRAPH + 20];
    snprintf(text, sizeof text, GRAPH, count);
    const struct graph_source graph = {text, params->data, params->size_bytes};
    static const char *const inputs[] = {"x"};
    struct model_names names = {
        .module = "default", .inputs = inputs, .inputs_count = 1, .graph = &graph};
    struct device_model model __attribute__((cleanup(device_model_dispose))) = {0};
    struct bench_session session = {0};
    bool ok = board_flash(device->board, device->elf_path, err) && board_open(device->board, err) &&
              bench_session_open(device, &session, err);
    int64_t start_ns = clock_now_ns();
    ok = ok && device_model_open(&session.client, &names, &model, err);
    *ret_ns = clock_now_ns() - start_ns;
    ok = ok && check_model(&model, err);
    bench_session_close(&session);
    return ok;
}

bool upload_measure(const char *board_name, uint64_t ram_size_bytes, int64_t packet_size_bytes,
                    size_t size_bytes, bool *ret_fits, int64_t *ret_ns, struct error *err)
{
    struct params params = {0};
    struct bench_device device = {0};
    char dir[] = "/tmp/microtvm-qemu-upload-XXXXXX";
    *ret_fits = ram_size_bytes >= size_bytes + size_bytes / 4; /* the rest of the firmware's */
    if (!*ret_fits)
        return true;
    if (!mkdtemp(dir))
        return error_set(err, ERROR_SYSTEM, errno, "%s", dir);
    cleanup_free char *archive = file_path("%s/model.tar", dir);
    struct bench_project project = {
        .board_name = board_name, .archive = archive, .packet_size_bytes = packet_size_bytes};
    bool ok = make_params(size_bytes / 4, &params, err) &&
              make_archive(archive, size_bytes / 4, &params, err) &&
              bench_device_open(&device, &project, err) &&
              measure(&device, size_bytes / 4, &params, ret_ns, err);
    bench_device_close(&device);
    struct error ignored;
    file_remove_tree(dir, &ignored);
    free(params.data);
    return ok;
}
