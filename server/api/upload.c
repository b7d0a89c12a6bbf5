#include "api/upload.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/file.h"
#include "model/graph/parameters.h"
#include "project/linked_params.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int64_t TELL_INTERVAL_NS = INT64_C(1000000000);

/* Those that the firmware does not hold. A damaged file is for others to refuse. */
static uint64_t count_bytes(const char *project_dir, const struct manifest *manifest)
{
    cleanup_free char *dir = file_path("%s/model", project_dir);
    cleanup_free char *linked = file_path("%s/" LINKED_PARAMS_FILE, project_dir);
    cleanup_free struct graph_parameter *parameters = NULL;
    struct error ignored;
    size_t count = 0;
    uint64_t sum = 0;
    if (!dir || !linked || strcmp(manifest->model.executor, "graph") != 0 ||
        manifest->model.linked_params || access(linked, F_OK) == 0 ||
        !model_parameters_find(dir, manifest->model.name, &parameters, &count, &ignored))
        return 0;
    for (size_t i = 0; i < count; i++)
        sum += parameters[i].size_bytes;
    return sum;
}

void upload_begin(struct upload *upload, const char *project_dir, const struct manifest *manifest)
{
    enum { MUCH_BYTES = 16 * 1024 };
    uint64_t all_bytes = count_bytes(project_dir, manifest);
    *upload = (struct upload){.told_ns = clock_now_ns()};
    if (all_bytes < MUCH_BYTES)
        return;
    upload->all_bytes = all_bytes;
    fprintf(
        stderr,
        "microtvm-qemu: model \"%s\": its client sends %" PRIu64
        " bytes of parameters over the serial line. They need not be sent when they are linked: "
        "compile with Executor(\"graph\", {\"link-params\": True}) (TVM 0.8: target option "
        "-link-params)\n",
        manifest->model.name, all_bytes);
}

void upload_sent(struct upload *upload, size_t size_bytes)
{
    if (upload->sent_bytes >= upload->all_bytes)
        return;
    upload->sent_bytes += size_bytes;
    int64_t now_ns = clock_now_ns();
    if (now_ns - upload->told_ns < TELL_INTERVAL_NS)
        return;
    upload->told_ns = now_ns;
    fprintf(stderr, "microtvm-qemu: sent %" PRIu64 " of about %" PRIu64 " bytes\n",
            upload->sent_bytes, upload->all_bytes);
}
