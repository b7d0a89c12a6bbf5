#include "commands/doctor/sample.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "board/board.h"
#include "project/build/build.h"
#include "project/build/folder.h"

#include <string.h>

static const char APP[] =
    "#include \"uart/uart.h\"\n"
    "#include <math.h>\n"
    "#include <stdio.h>\n"
    "#include <tvm/runtime/c_runtime_api.h>\n"
    "int sample_main(float *value);\n"
    "int sample_cxx(int number);\n"
    "int main(void)\n"
    "{\n"
    "    char text[64];\n"
    "    float value = 1;\n"
    "    int status = sample_main(&value);\n"
    "    int length = snprintf(text, sizeof text, \"%d %d %\" PRIu64, status,\n"
    "                          sample_cxx(2), (uint64_t)value);\n"
    "    uart_write((const uint8_t *)text, (size_t)length);\n"
    "    for (uint8_t byte;;)\n"
    "        uart_read(&byte, sizeof byte);\n"
    "}\n";

/* Types, casts and mixed pointers are those of code that TVM writes. */
static const char MODEL[] =
    "#include \"tvm/runtime/c_runtime_api.h\"\n"
    "#include \"tvm/runtime/c_backend_api.h\"\n"
    "#include <math.h>\n"
    "TVM_DLL int32_t sample_operator(void* args, int32_t* arg_type_ids, int32_t num_args,\n"
    "                                void* out_ret_value, int32_t* out_ret_tcode,\n"
    "                                void* resource_handle) {\n"
    "  void* data = (((DLTensor*)((TVMValue*)args)[0].v_handle)[0].data);\n"
    "  ((float*)data)[0] = expf(((float*)data)[0]);\n"
    "  return 0;\n"
    "}\n"
    "int sample_main(float* value) {\n"
    "  DLTensor tensor = {.data = value};\n"
    "  TVMValue stack_value[1];\n"
    "  int64_t stack_tcode[1];\n"
    "  stack_value[0].v_handle = &tensor;\n"
    "  ((int32_t*)stack_tcode)[0] = 7;\n"
    "  TVMValue ret_val;\n"
    "  int ret_type_code;\n"
    "  return sample_operator((TVMValue*) stack_value , (int*) stack_tcode, 1, &ret_val,\n"
    "                         &ret_type_code, NULL);\n"
    "}\n";

/* TVM's own runtime has its RPC server in C++. */
static const char CXX[] = "#include <memory>\n"
                          "extern \"C\" int sample_cxx(int number)\n"
                          "{\n"
                          "    std::unique_ptr<int> copy(new int(number));\n"
                          "    return *copy;\n"
                          "}\n";

static bool write_source(const struct sample *sample, const char *folder, const char *name,
                         const char *text, struct error *err)
{
    cleanup_free char *dir = file_path("%s/%s", sample->dir, folder);
    cleanup_free char *path = file_path("%s/%s/%s", sample->dir, folder, name);
    if (!dir || !path)
        return error_no_memory(err, "a path", strlen(sample->dir));
    return file_make_dirs(dir, err) && file_write(path, text, strlen(text), 0644, err);
}

static bool assemble(const struct sample *sample, struct error *err)
{
    cleanup_free char *guest = file_path("%s/guest", sample->share_dir);
    cleanup_free char *runtime = file_path("%s/crt/src", sample->dir);
    cleanup_free char *board =
        file_path("%s/qemu-machines/%s.json", sample->share_dir, sample->board->name);
    cleanup_free char *board_copy = file_path("%s/board.json", sample->dir);
    if (!guest || !runtime || !board || !board_copy)
        return error_no_memory(err, "a path", strlen(sample->share_dir));
    return file_copy_tree(guest, sample->dir, err) && file_remove_tree(runtime, err) &&
           file_copy(board, board_copy, err) &&
           write_source(sample, "apps/doctor", "main.c", APP, err) &&
           write_source(sample, "model/codegen/host/src", "sample_lib0.c", MODEL, err) &&
           write_source(sample, "model/codegen/host/src", "sample_lib1.cc", CXX, err);
}

bool sample_build(const struct sample *sample, struct error *err)
{
    struct manifest manifest = {.model = {.name = (char *)"sample", .executor = (char *)"aot"}};
    settings_init(&manifest.settings);
    manifest.settings.project_type = (char *)"doctor";
    manifest.settings.board = sample->board->name;
    struct build_options options = {
        .project_dir = sample->dir,
        .manifest = &manifest,
        .interrupt = sample->interrupt,
        .on_line = sample->on_line,
        .context = sample->context,
    };
    return assemble(sample, err) && build_project(&options, err);
}

bool sample_boot(const struct sample *sample, struct error *err)
{
    cleanup_free char *elf = build_firmware_path(sample->dir);
    cleanup_free char *flash = file_path("%s/flash.elf", sample->dir);
    struct board_options options = {
        .machine = sample->board,
        .flash_path = flash,
        .interrupt = sample->interrupt,
        .icount_shift = -1,
    };
    struct board *board = NULL;
    if (!elf || !flash)
        return error_no_memory(err, "a path", strlen(sample->dir));
    bool good = board_new(&options, &board, err) && board_flash(board, elf, err);
    board_free(board);
    return good;
}
