#include "bench/device.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "client/device_model.h"
#include "client/npy.h"
#include "client/rpc_client.h"
#include "project/build/build.h"
#include "project/generate.h"
#include "project/manifest.h"

#include <string.h>

enum { SESSION_TIMEOUT_MS = 30 * 1000 };

static bool generate(const struct bench_project *project, const char *project_dir,
                     struct error *err)
{
    struct settings settings __attribute__((cleanup(settings_dispose)));
    settings_init(&settings);
    settings.board = strdup(project->board_name);
    settings.rpc_packet_size_bytes = project->packet_size_bytes;
    struct generate_options options = {
        .model_path = project->archive ? project->archive : SOURCE_DIR "/tests/models/digits.tar",
        .project_dir = project_dir,
        .share_dir = BUILD_DIR "/share/microtvm-qemu",
        .program_path = BUILD_DIR "/bin/microtvm-qemu",
        .settings = &settings,
    };
    if (!generate_project(&options, err))
        return false;
    cleanup_free char *app = file_path("%s/apps/host_driven", project_dir);
    return !project->app || (file_remove_tree(app, err) && file_copy_tree(project->app, app, err));
}

static bool build(const char *project_dir, struct error *err)
{
    struct manifest manifest __attribute__((cleanup(manifest_dispose))) = {0};
    if (!manifest_load(project_dir, &manifest, err))
        return false;
    struct build_options options = {
        .project_dir = project_dir, .manifest = &manifest, .has_device_graph = true};
    return build_project(&options, err);
}

bool bench_device_open(struct bench_device *device, const struct bench_project *project,
                       struct error *err)
{
    memset(device, 0, sizeof *device);
    char dir[] = "/tmp/microtvm-qemu-bench-XXXXXX";
    if (!mkdtemp(dir))
        return error_set(err, ERROR_SYSTEM, errno, "%s", dir);
    device->dir = strdup(dir);
    device->elf_path = file_path("%s/project/build/firmware.elf", dir);
    cleanup_free char *project_dir = file_path("%s/project", dir);
    cleanup_free char *flash_path = file_path("%s/flash.elf", dir);
    if (!machine_load(BUILD_DIR "/share/microtvm-qemu/qemu-machines", project->board_name,
                      &device->machine, err) ||
        !npy_load(SOURCE_DIR "/tests/models/digits_images.npy", &device->images, err) ||
        !generate(project, project_dir, err) || !build(project_dir, err))
        return false;
    struct board_options options = {
        .machine = &device->machine, .flash_path = flash_path, .icount_shift = -1};
    return board_new(&options, &device->board, err);
}

void bench_device_close(struct bench_device *device)
{
    struct error ignored;
    board_free(device->board);
    if (device->dir)
        file_remove_tree(device->dir, &ignored);
    free(device->dir);
    free(device->elf_path);
    tensor_dispose(&device->images);
    machine_dispose(&device->machine);
}

static bool read_board(void *context, void *data, size_t capacity_bytes, size_t least_bytes,
                       size_t *ret_size_bytes, struct deadline deadline, struct error *err)
{
    (void)least_bytes;
    return board_read_some(context, data, capacity_bytes, ret_size_bytes, deadline, err);
}

static bool write_board(void *context, const void *data, size_t size_bytes,
                        struct deadline deadline, struct error *err)
{
    return board_write(context, data, size_bytes, deadline, err);
}

static struct link_stream stream_of(struct bench_device *device)
{
    return (struct link_stream){.context = device->board, .read = read_board, .write = write_board};
}

static bool infer(struct rpc_client *client, const void *image, float scores[10], struct error *err)
{
    struct device_model model __attribute__((cleanup(device_model_dispose))) = {0};
    struct model_names names = {.module = "default"};
    return device_model_open(client, &names, &model, err) &&
           device_model_set_input(&model, 0, image, err) && device_model_run(&model, err) &&
           device_model_get_output(&model, 0, scores, err);
}

bool bench_session_open(struct bench_device *device, struct bench_session *session,
                        struct error *err)
{
    struct link_stream stream = stream_of(device);
    *session = (struct bench_session){0};
    return link_open(&stream, deadline_in_ms(SESSION_TIMEOUT_MS), &session->link, err) &&
           rpc_open(session->link, SESSION_TIMEOUT_MS, &session->client, err);
}

void bench_session_close(struct bench_session *session)
{
    rpc_close(&session->client);
    link_close(session->link);
    *session = (struct bench_session){0};
}

static bool classify(struct bench_device *device, int64_t index, float scores[10],
                     struct device_times *ret_times, struct error *err)
{
    size_t image_bytes = device->images.size_bytes / (size_t)device->images.shape[0];
    const char *image = (const char *)device->images.data + (size_t)index * image_bytes;
    struct link_stream stream = stream_of(device);

    int64_t start_ns = clock_now_ns();
    struct link *link;
    if (!link_open(&stream, deadline_in_ms(SESSION_TIMEOUT_MS), &link, err))
        return false;
    int64_t open_ns = clock_now_ns();
    struct rpc_client client = {0};
    bool ok =
        rpc_open(link, SESSION_TIMEOUT_MS, &client, err) && infer(&client, image, scores, err);
    ret_times->handshake_ns = open_ns - start_ns;
    ret_times->inference_ns = clock_now_ns() - open_ns;
    rpc_close(&client);
    link_close(link);
    return ok;
}

bool bench_device_flash_and_classify(struct bench_device *device, int64_t index, float scores[10],
                                     struct device_times *ret_times, struct error *err)
{
    int64_t start_ns = clock_now_ns();
    if (!board_flash(device->board, device->elf_path, err))
        return false;
    int64_t boot_ns = clock_now_ns() - start_ns;
    bool ok = bench_device_boot_and_classify(device, index, scores, ret_times, err);
    ret_times->boot_ns = boot_ns;
    return ok;
}

bool bench_device_boot_and_classify(struct bench_device *device, int64_t index, float scores[10],
                                    struct device_times *ret_times, struct error *err)
{
    int64_t start_ns = clock_now_ns();
    if (!board_open(device->board, err))
        return false;
    ret_times->boot_ns = clock_now_ns() - start_ns;
    bool ok = classify(device, index, scores, ret_times, err);
    board_close(device->board);
    return ok;
}
