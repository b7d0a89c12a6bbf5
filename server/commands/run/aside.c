#include "commands/run/aside.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>

bool run_aside(struct run *run, int64_t inferences,
               bool (*work)(struct run *run, struct error *err), struct error *err)
{
    struct run_data data = run->data;
    struct device_model model = run->model;
    struct report report = run->report;
    cleanup_file FILE *nowhere = fopen("/dev/null", "we");
    if (!nowhere)
        return error_set(err, ERROR_SYSTEM, errno, "/dev/null");
    run->data = run_data_again(&data, inferences);
    run->model = (struct device_model){.client = NULL};
    report_init(&run->report, nowhere);
    bool good = work(run, err);
    report_abandon(&run->report);
    board_close(run->pipeline.board);
    run_data_unbind(&run->data);
    device_model_dispose(&run->model);
    run->data = data;
    run->model = model;
    run->report = report;
    return good;
}
