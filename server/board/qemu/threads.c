#include "board/qemu/threads.h"

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/file.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>

enum { NS_PER_S = 1000 * 1000 * 1000 };

static void add_times(const char *task_dir, struct threads *threads)
{
    cleanup_free char *path = file_path("%s/schedstat", task_dir);
    cleanup_file FILE *file = path ? fopen(path, "re") : NULL;
    int64_t ran_ns = 0;
    int64_t waited_ns = 0;
    if (!file || fscanf(file, "%" SCNd64 " %" SCNd64, &ran_ns, &waited_ns) != 2)
        return; /* it has ended */
    threads->ran_ns += ran_ns;
    threads->waited_ns += waited_ns;
}

/* "T" and "t": a signal or a debugger has stopped it. "D": it waits for a disk, as it does, too,
 * for memory that the kernel has put there. */
static void add_state(const char *task_dir, struct threads *threads)
{
    cleanup_free char *path = file_path("%s/stat", task_dir);
    cleanup_file FILE *file = path ? fopen(path, "re") : NULL;
    char state = 0;
    if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        return;
    threads->is_stopped |= state == 'T' || state == 't';
    threads->waits_for_disk |= state == 'D';
}

struct threads threads_now(pid_t pid)
{
    struct threads threads = {.at_ns = clock_now_ns()};
    cleanup_free char *tasks_dir = file_path("/proc/%d/task", (int)pid);
    DIR *dir = tasks_dir ? opendir(tasks_dir) : NULL;
    if (!dir)
        return threads;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        cleanup_free char *task_dir = file_path("%s/%s", tasks_dir, entry->d_name);
        if (!task_dir || entry->d_name[0] == '.')
            continue;
        add_times(task_dir, &threads);
        add_state(task_dir, &threads);
    }
    closedir(dir);
    return threads;
}

bool threads_explain(pid_t pid, const struct threads *before, struct error *err)
{
    const struct threads now = threads_now(pid);
    const int64_t passed_ns = now.at_ns - before->at_ns;
    const int64_t ran_ns = now.ran_ns - before->ran_ns;
    const int64_t waited_ns = now.waited_ns - before->waited_ns;
    const char *why = "it is at work, and does not come to its monitor";
    if (now.is_stopped)
        return error_append(err, "a signal has stopped QEMU, process %d", (int)pid);
    if (now.ran_ns == 0)
        return false;
    if (now.waits_for_disk)
        why = "it waits for a disk of this computer, or for memory";
    else if (ran_ns + waited_ns < passed_ns / 2)
        why = "all of its threads sleep, it hangs";
    else if (waited_ns > ran_ns)
        why = "this computer is too busy";
    return error_append(err, "of these %.1f s QEMU ran for %.2f s and waited %.2f s for a CPU: %s",
                        (double)passed_ns / NS_PER_S, (double)ran_ns / NS_PER_S,
                        (double)waited_ns / NS_PER_S, why);
}
