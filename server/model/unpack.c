#include "model/unpack.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A path that other programs cannot take whole (PATH_MAX, and the project's own folder comes in
 * front) could be made step by step, but never be removed again by its path. */
enum { NAME_MAX_LENGTH = 1024 };

const char *unpack_name_text(const char *raw_name, char buffer[UNPACK_NAME_TEXT_SIZE])
{
    enum { LONGEST_PIECE = 4 /* \xNN */, ENDING = 5 /* ..." and NUL */ };
    size_t length = 0;
    buffer[length++] = '"';
    for (const unsigned char *byte = (const unsigned char *)(raw_name ? raw_name : ""); *byte;
         byte++) {
        if (length + LONGEST_PIECE + ENDING > UNPACK_NAME_TEXT_SIZE) {
            memcpy(buffer + length, "...", 3);
            length += 3;
            break;
        }
        if (*byte >= 0x20 && *byte < 0x7f && *byte != '"' && *byte != '\\')
            buffer[length++] = (char)*byte;
        else
            length += (size_t)snprintf(buffer + length, LONGEST_PIECE + 1, "\\x%02x", *byte);
    }
    buffer[length++] = '"';
    buffer[length] = '\0';
    return buffer;
}

/* What a build's programs take for something else: CMake's lists (where a [ holds things together
 * until its ]), its generator expressions, ninja. */
static bool name_bytes_are_plain(const char *name)
{
    int depth = 0;
    for (const unsigned char *byte = (const unsigned char *)name; *byte; byte++) {
        depth += (*byte == '[') - (*byte == ']');
        if (*byte < 0x20 || *byte >= 0x7f || strchr("\\\";$|", *byte) || depth < 0)
            return false;
    }
    return depth == 0;
}

/* Append one component to name, which has room for it. */
static void name_append(char *name, const char *component, size_t length)
{
    size_t at = strlen(name);
    if (at)
        name[at++] = '/';
    memcpy(name + at, component, length);
    name[at + length] = '\0';
}

bool unpack_name(const char *raw_name, char **ret_name, struct error *err)
{
    if (!raw_name || !*raw_name)
        return error_set(err, ERROR_MODEL, 0, "it has no name");
    if (strlen(raw_name) > NAME_MAX_LENGTH)
        return error_set(err, ERROR_MODEL, 0, "its path is too long (%zu bytes, at most %d)",
                         strlen(raw_name), NAME_MAX_LENGTH);
    if (raw_name[0] == '/')
        return error_set(err, ERROR_MODEL, 0, "its path is absolute");
    if (!name_bytes_are_plain(raw_name))
        return error_set(err, ERROR_MODEL, 0,
                         "its name has bytes other than plain printable ASCII (or one of \\ \" ; "
                         "$ |, or a [ or ] without the other)");
    cleanup_free char *name = calloc(1, strlen(raw_name) + 1);
    if (!name)
        return error_no_memory(err, "an entry's name", strlen(raw_name) + 1);
    for (const char *at = raw_name; *at;) {
        size_t length = strcspn(at, "/");
        if (length == 2 && at[0] == '.' && at[1] == '.')
            return error_set(err, ERROR_MODEL, 0, "its path has \"..\" in it");
        if (length && !(length == 1 && at[0] == '.'))
            name_append(name, at, length);
        at += length;
        at += strspn(at, "/");
    }
    *ret_name = steal_pointer(name);
    return true;
}

/* What a failed openat or mkdirat on a stranger's name means. */
static bool placing_failed(const char *name, int os_errno, struct error *err)
{
    switch (os_errno) {
    case EEXIST:
        return error_set(err, ERROR_MODEL, 0, "\"%s\" is in the archive twice", name);
    case ENOTDIR:
    case ELOOP:
    case EISDIR:
        return error_set(err, ERROR_MODEL, 0, "\"%s\" is both a file and a folder in the archive",
                         name);
    case ENAMETOOLONG:
        return error_set(err, ERROR_MODEL, 0, "its name is too long for a file");
    default:
        return error_set(err, ERROR_SYSTEM, os_errno, "write \"%s\"", name);
    }
}

/* Open the folder called component below dir_fd; make it when it is not there. */
static int enter_dir(int dir_fd, const char *component)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(dir_fd, component, flags);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    if (mkdirat(dir_fd, component, 0777) != 0)
        return -1;
    return openat(dir_fd, component, flags);
}

/* Open the folder of the first length bytes of name. */
static bool open_dirs(int dir_fd, const char *name, size_t length, int *ret_fd, struct error *err)
{
    cleanup_fd int at_fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
    cleanup_free char *copy = strndup(name, length);
    if (!copy)
        return error_no_memory(err, "an entry's name", length + 1);
    if (at_fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "write \"%s\"", name);
    char *rest = copy;
    for (char *component = strtok_r(copy, "/", &rest); component;
         component = strtok_r(NULL, "/", &rest)) {
        int next_fd = enter_dir(at_fd, component);
        if (next_fd < 0)
            return placing_failed(name, errno, err);
        close(at_fd);
        at_fd = next_fd;
    }
    *ret_fd = steal_fd(&at_fd);
    return true;
}

bool unpack_make_dirs(int dir_fd, const char *name, struct error *err)
{
    cleanup_fd int fd = -1;
    return open_dirs(dir_fd, name, strlen(name), &fd, err);
}

bool unpack_create_file(int dir_fd, const char *name, int *ret_fd, struct error *err)
{
    cleanup_fd int parent_fd = -1;
    const char *slash = strrchr(name, '/');
    if (!open_dirs(dir_fd, name, slash ? (size_t)(slash - name) : 0, &parent_fd, err))
        return false;
    int fd = openat(parent_fd, slash ? slash + 1 : name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return placing_failed(name, errno, err);
    *ret_fd = fd;
    return true;
}

bool unpack_write(int fd, const void *data, size_t size_bytes, struct error *err)
{
    for (const char *at = data; size_bytes > 0;) {
        ssize_t written = write(fd, at, size_bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return error_set(err, ERROR_SYSTEM, errno, "write %zu bytes", size_bytes);
        at += written;
        size_bytes -= (size_t)written;
    }
    return true;
}
