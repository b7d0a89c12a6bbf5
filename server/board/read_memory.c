#include "board/read_memory.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "board/board_state.h"
#include "board/diagnosis/monitor.h"
#include "board/loop.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>

enum { ANSWER_TIMEOUT_MS = 10 * 1000 };

static bool read_whole(int fd, void *data, size_t size_bytes, struct error *err)
{
    size_t done = 0;
    while (done < size_bytes) {
        ssize_t size = pread(fd, (char *)data + done, size_bytes - done, (off_t)done);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return error_set(err, ERROR_DEVICE, size < 0 ? errno : 0,
                             "QEMU saved %zu bytes of memory, not %zu", done, size_bytes);
        done += (size_t)size;
    }
    return true;
}

/* The file is memory that has no name but this process's. */
static bool read_saved(struct board *board, uint64_t address, void *data, size_t size_bytes,
                       struct error *err)
{
    cleanup_fd int fd = memfd_create("microtvm-qemu board memory", MFD_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "a file in memory");
    cleanup_free char *path = file_path("/proc/%ld/fd/%d", (long)getpid(), fd);
    if (!path)
        return error_no_memory(err, "a path", 0);
    return monitor_save_memory(board, address, size_bytes, path, deadline_in_ms(ANSWER_TIMEOUT_MS),
                               err) &&
           read_whole(fd, data, size_bytes, err);
}

bool board_read_memory(struct board *board, uint64_t address, void *data, size_t size_bytes,
                       struct error *err)
{
    if (!board->open)
        return error_set(err, ERROR_STATE, 0, "the board is off");
    if (!loop_settle(board, err))
        return false;
    bool good =
        !board->dead && (size_bytes == 0 || read_saved(board, address, data, size_bytes, err));
    if (board->dead) {
        *err = board->cause;
        return false;
    }
    return good ||
           error_wrap(err, "reading %zu bytes of memory at 0x%" PRIx64, size_bytes, address);
}
