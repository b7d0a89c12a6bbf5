#include "boards/process_time.h"
#include "base/cleanup.h"
#include "base/file.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>

uint64_t process_cpu_time_ns(pid_t pid)
{
    cleanup_free char *dir = file_path("/proc/%d/task", (int)pid);
    uint64_t sum_ns = 0;
    DIR *threads = dir ? opendir(dir) : NULL;
    if (!threads)
        return 0;
    for (struct dirent *entry = readdir(threads); entry; entry = readdir(threads)) {
        cleanup_free char *path = file_path("%s/%s/schedstat", dir, entry->d_name);
        cleanup_file FILE *file = path ? fopen(path, "re") : NULL;
        uint64_t thread_ns = 0;
        if (file && fscanf(file, "%" SCNu64, &thread_ns) == 1) /* else "..", or it has ended */
            sum_ns += thread_ns;
    }
    closedir(threads);
    return sum_ns;
}
