#include "boards/clock/load.h"

#include <signal.h>
#include <unistd.h>

bool load_start(int per_core, struct load *ret_load, struct error *err)
{
    const char *const argv[] = {"sh", "-c", "while :; do :; done", NULL};
    const struct child_options options = {.argv = argv,
                                          .stdin_fd = -1,
                                          .stdout_fd = -1,
                                          .stderr_fd = -1,
                                          .parent_death_signal = SIGKILL};
    long wanted = per_core * sysconf(_SC_NPROCESSORS_ONLN);
    *ret_load = (struct load){.count = 0};
    while (ret_load->count < wanted && ret_load->count < LOAD_MAX) {
        if (!child_start(&options, deadline_in_ms(60000), NULL,
                         &ret_load->children[ret_load->count], err))
            return false;
        ret_load->count++;
    }
    return true;
}

void load_stop(struct load *load)
{
    while (load->count > 0)
        child_stop(&load->children[--load->count], 0);
}
