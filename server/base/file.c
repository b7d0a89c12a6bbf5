#include "base/file.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

enum { FIRST_READ_BYTES = 4096, COPY_BYTES = 64 * 1024 };

/* O_NONBLOCK: a fifo by that name must not hold us. */
static bool open_regular(const char *path, int *ret_fd, struct stat *ret_status, struct error *err)
{
    cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    if (fstat(fd, ret_status) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    if (S_ISDIR(ret_status->st_mode))
        return error_set(err, ERROR_SYSTEM, EISDIR, "%s", path);
    if (!S_ISREG(ret_status->st_mode))
        return error_set(err, ERROR_USAGE, 0, "%s: not a regular file", path);
    *ret_fd = steal_fd(&fd);
    return true;
}

static ssize_t read_retrying(int fd, void *data, size_t size_bytes)
{
    ssize_t size = 0;
    do
        size = read(fd, data, size_bytes);
    while (size < 0 && errno == EINTR);
    return size;
}

static bool write_all(int fd, const char *data, size_t size_bytes)
{
    while (size_bytes > 0) {
        ssize_t size = write(fd, data, size_bytes);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return false;
        data += size;
        size_bytes -= (size_t)size;
    }
    return true;
}

static bool too_large(const char *path, uint64_t size_bytes, size_t limit_bytes, struct error *err)
{
    return error_set(err, ERROR_USAGE, 0, "%s: %llu bytes, at most %zu", path,
                     (unsigned long long)size_bytes, limit_bytes);
}

/* Room for one more read and the NUL. */
static bool grow(char **data, size_t *capacity, size_t used, const char *path, struct error *err)
{
    if (used + 1 < *capacity)
        return true;
    size_t wanted = *capacity > SIZE_MAX / 2 ? SIZE_MAX : *capacity * 2;
    char *larger = realloc(*data, wanted);
    if (!larger)
        return error_no_memory(err, path, wanted);
    *data = larger;
    *capacity = wanted;
    return true;
}

bool file_read(const char *path, size_t limit_bytes, char **ret_data, size_t *ret_size_bytes,
               struct error *err)
{
    cleanup_fd int fd = -1;
    struct stat status;
    if (!open_regular(path, &fd, &status, err))
        return false;
    if ((uint64_t)status.st_size > limit_bytes)
        return too_large(path, (uint64_t)status.st_size, limit_bytes, err);

    /* st_size is a hint only: files of /proc have 0, and others grow. */
    size_t capacity = status.st_size > 0 ? (size_t)status.st_size + 2 : FIRST_READ_BYTES;
    cleanup_free char *data = malloc(capacity);
    if (!data)
        return error_no_memory(err, path, capacity);
    size_t used = 0;
    for (;;) {
        if (!grow(&data, &capacity, used, path, err))
            return false;
        ssize_t size = read_retrying(fd, data + used, capacity - used - 1);
        if (size < 0)
            return error_set(err, ERROR_SYSTEM, errno, "%s", path);
        if (size == 0)
            break;
        used += (size_t)size;
        if (used > limit_bytes)
            return too_large(path, used, limit_bytes, err);
    }
    data[used] = '\0';
    *ret_data = steal_pointer(data);
    if (ret_size_bytes)
        *ret_size_bytes = used;
    return true;
}

/* A file beside its final place; disposing of it removes what was not renamed. */
struct draft {
    int fd;
    char *path; /* NULL: none */
};

static void cleanup_draft(struct draft *draft)
{
    if (draft->path)
        unlink(draft->path);
    if (draft->fd >= 0)
        close(draft->fd);
    free(draft->path);
}

static bool draft_open(const char *path, struct draft *ret_draft, struct error *err)
{
    cleanup_free char *draft_path = file_path("%s.XXXXXX", path);
    if (!draft_path)
        return error_no_memory(err, path, strlen(path));
    int fd = mkostemp(draft_path, O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    *ret_draft = (struct draft){.fd = fd, .path = steal_pointer(draft_path)};
    return true;
}

static bool draft_finish(struct draft *draft, const char *path, mode_t mode, struct error *err)
{
    if (fchmod(draft->fd, mode) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    if (close(steal_fd(&draft->fd)) != 0) /* some file systems report a full disk only here */
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    if (rename(draft->path, path) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    free(steal_pointer(draft->path));
    return true;
}

bool file_write(const char *path, const void *data, size_t size_bytes, mode_t mode,
                struct error *err)
{
    __attribute__((cleanup(cleanup_draft))) struct draft draft = {.fd = -1};
    if (!draft_open(path, &draft, err))
        return false;
    if (!write_all(draft.fd, data, size_bytes))
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    return draft_finish(&draft, path, mode, err);
}

bool file_write_if_new(const char *path, const char *text, struct error *err)
{
    cleanup_free char *old_text = NULL;
    size_t size_bytes = strlen(text);
    size_t old_size_bytes = 0;
    struct error ignored;
    if (file_read(path, size_bytes, &old_text, &old_size_bytes, &ignored) &&
        old_size_bytes == size_bytes && memcmp(old_text, text, size_bytes) == 0)
        return true;
    return file_write(path, text, size_bytes, 0644, err);
}

/* Where the link at PATH leads, told from where PATH is; NULL: it is none. */
static char *next_link(const char *path)
{
    char target[PATH_MAX];
    const char *slash = strrchr(path, '/');
    ssize_t length = readlink(path, target, sizeof(target) - 1);
    if (length < 0)
        return NULL;
    target[length] = '\0';
    return target[0] == '/' || !slash ? strdup(target)
                                      : file_path("%.*s/%s", (int)(slash - path), path, target);
}

char *file_behind(const char *path)
{
    enum { LINKS_MOST = 40 }; /* as the kernel has it */
    char *at = realpath(path, NULL);
    if (at)
        return at;
    at = strdup(path);
    for (int i = 0; at && i < LINKS_MOST; i++) {
        char *next = next_link(at);
        if (!next)
            break;
        free(at);
        at = next;
    }
    return at;
}

static bool copy_content(int from_fd, const char *from, int to_fd, const char *to,
                         struct error *err)
{
    char data[COPY_BYTES];
    for (;;) {
        ssize_t size = read_retrying(from_fd, data, sizeof(data));
        if (size < 0)
            return error_set(err, ERROR_SYSTEM, errno, "%s", from);
        if (size == 0)
            return true;
        if (!write_all(to_fd, data, (size_t)size))
            return error_set(err, ERROR_SYSTEM, errno, "%s", to);
    }
}

bool file_copy(const char *from, const char *to, struct error *err)
{
    cleanup_fd int from_fd = -1;
    struct stat status;
    if (!open_regular(from, &from_fd, &status, err))
        return false;
    __attribute__((cleanup(cleanup_draft))) struct draft draft = {.fd = -1};
    if (!draft_open(to, &draft, err))
        return false;
    if (!copy_content(from_fd, from, draft.fd, to, err))
        return false;
    return draft_finish(&draft, to, status.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO), err);
}

char *file_path(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *path = text_format(format, args);
    va_end(args);
    return path;
}

char *file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
}

bool file_program_path(char **ret_path, struct error *err)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (length < 0)
        return error_set(err, ERROR_SYSTEM, errno, "/proc/self/exe");
    path[length] = '\0';
    char *copy = strdup(path);
    if (!copy)
        return error_no_memory(err, "the program's path", (unsigned long)length);
    *ret_path = copy;
    return true;
}

bool file_share_dir(char **ret_path, struct error *err)
{
    cleanup_free char *program = NULL;
    if (!file_program_path(&program, err))
        return false;
    *strrchr(program, '/') = '\0'; /* the kernel's path is absolute */
    cleanup_free char *share = file_path("%s/../share/microtvm-qemu", program);
    if (!share)
        return error_no_memory(err, "the data folder's path", strlen(program));
    char *resolved = realpath(share, NULL);
    if (!resolved)
        return error_set(err, ERROR_TOOL, errno,
                         "%s: the folder that belongs to this program is not there; install "
                         "microtvm-qemu again, whole (bin/ and share/ side by side)",
                         share);
    *ret_path = resolved;
    return true;
}
