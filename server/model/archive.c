#include "model/archive.h"

#include "base/cleanup.h"
#include "model/foreign.h"
#include "model/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_SIZE_BYTES = 64 * 1024 };

/* What an archive is for, in error texts. */
struct purpose {
    const char *name;
    const char *advice;
};

static const struct purpose MODEL = {
    .name = "model archive",
    .advice = "give the .tar that TVM's export_model_library_format or microtvm_qemu.export wrote",
};
static const struct purpose EXTRA_FILES = {
    .name = "option extra_files_tar: archive",
    .advice = "give a tar archive of files for the project",
};

struct reader {
    const struct purpose *purpose;
    const char *path; /* as the user gave it, for error texts */
    int fd;
    struct archive *handle;
    int entries;
    int64_t declared_bytes; /* what the headers so far say they unpack to */
};

static void reader_close(struct reader *reader)
{
    if (reader->handle)
        archive_read_free(reader->handle);
    if (reader->fd >= 0)
        close(reader->fd);
}

#define cleanup_reader __attribute__((cleanup(reader_close)))

/* libarchive would run an external program for a compression that it was built without: offer only
 * those that it has inside. It says which they are, but only once they are in a reader, for good.
 */
static void offer_filter(struct archive *handle, int (*support)(struct archive *))
{
    struct archive *trial = archive_read_new();
    if (trial && support(trial) == ARCHIVE_OK)
        support(handle);
    archive_read_free(trial);
}

static void offer_filters(struct archive *handle)
{
    offer_filter(handle, archive_read_support_filter_gzip);
    offer_filter(handle, archive_read_support_filter_bzip2);
    offer_filter(handle, archive_read_support_filter_xz);
    offer_filter(handle, archive_read_support_filter_zstd);
}

static bool open_file(const struct reader *reader, int *ret_fd, struct error *err)
{
    const char *path = reader->path;
    const char *name = reader->purpose->name;
    /* O_NONBLOCK: a FIFO under this name must not make us wait for its writer. */
    cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return error_set(err, ERROR_USAGE, errno, "%s %s", name, path);
    if (fd < 0 || fstat(fd, &status) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s %s", name, path);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_USAGE, 0, "%s %s: not a regular file; %s", name, path,
                         reader->purpose->advice);
    if (status.st_size == 0)
        return error_set(err, ERROR_MODEL, 0, "%s %s: the file is empty", name, path);
    *ret_fd = steal_fd(&fd);
    return true;
}

/* What a file that is no tar archive is instead: of a model's that is known. */
static const char *other_kind(const struct reader *reader)
{
    uint8_t head[FOREIGN_HEAD_BYTES];
    ssize_t size = reader->purpose == &MODEL ? pread(reader->fd, head, sizeof(head), 0) : -1;
    return size > 0 ? foreign_file(head, (size_t)size) : NULL;
}

static bool refuse(const struct reader *reader, struct error *err)
{
    const char *kind = other_kind(reader);
    if (kind)
        return error_set(err, ERROR_MODEL, 0, "%s %s: not a tar archive but %s",
                         reader->purpose->name, reader->path, kind);
    return error_set(err, ERROR_MODEL, 0, "%s %s: not a tar archive (%s); %s",
                     reader->purpose->name, reader->path, archive_error_string(reader->handle),
                     reader->purpose->advice);
}

static bool reader_open(struct reader *reader, struct error *err)
{
    if (!open_file(reader, &reader->fd, err))
        return false;
    reader->handle = archive_read_new();
    if (!reader->handle)
        return error_no_memory(err, "an archive reader", 0);
    offer_filters(reader->handle);
    archive_read_support_format_tar(reader->handle);
    if (archive_read_open_fd(reader->handle, reader->fd, BLOCK_SIZE_BYTES) != ARCHIVE_OK)
        return refuse(reader, err);
    return true;
}

/* The tar reader takes a file that ends where a header should stand for a complete archive, though
 * a complete one ends in blocks of zeros: it was cut there. */
static bool check_end(const struct reader *reader, struct error *err)
{
    if (archive_filter_bytes(reader->handle, 0) > archive_read_header_position(reader->handle))
        return true;
    return error_set(err, ERROR_MODEL, 0,
                     "%s %s: truncated (no end-of-archive mark after %d entries)",
                     reader->purpose->name, reader->path, reader->entries);
}

static bool check_kind(struct archive_entry *entry, struct error *err)
{
    if (archive_entry_hardlink(entry))
        return error_set(err, ERROR_MODEL, 0, "it is a hard link");
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
    case AE_IFDIR:
        return true;
    case AE_IFLNK:
        return error_set(err, ERROR_MODEL, 0, "it is a symbolic link");
    case AE_IFCHR:
    case AE_IFBLK:
        return error_set(err, ERROR_MODEL, 0, "it is a device");
    case AE_IFIFO:
        return error_set(err, ERROR_MODEL, 0, "it is a FIFO");
    default:
        return error_set(err, ERROR_MODEL, 0, "it is neither a file nor a folder");
    }
}

static bool check_size(struct reader *reader, struct archive_entry *entry, struct error *err)
{
    int64_t size = archive_entry_size(entry);
    if (size < 0)
        return error_set(err, ERROR_MODEL, 0, "its size is negative");
    if (size > ARCHIVE_MAX_BYTES - reader->declared_bytes)
        return error_set(err, ERROR_MODEL, 0,
                         "with its %lld bytes the archive unpacks to more than the %lld allowed",
                         (long long)size, ARCHIVE_MAX_BYTES);
    reader->declared_bytes += size;
    return true;
}

/* "model archive m.tar: entry "x": " in front of what is wrong with the entry. */
static bool wrap_entry(const struct reader *reader, struct archive_entry *entry, struct error *err)
{
    char text[UNPACK_NAME_TEXT_SIZE];
    return error_wrap(err, "%s %s: entry %s", reader->purpose->name, reader->path,
                      unpack_name_text(archive_entry_pathname(entry), text));
}

/* The next file or folder, its name checked. *ret_entry is NULL at the end of the archive. The
 * caller frees *ret_name. */
static bool next_entry(struct reader *reader, struct archive_entry **ret_entry, char **ret_name,
                       struct error *err)
{
    struct archive_entry *entry = NULL;
    cleanup_free char *name = NULL;
    int result = archive_read_next_header(reader->handle, &entry);
    if (result == ARCHIVE_EOF) {
        if (!check_end(reader, err))
            return false;
        *ret_entry = NULL;
        return true;
    }
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
        return error_set(err, ERROR_MODEL, 0,
                         "%s %s: damaged or not a tar archive (%s, after %d entries)",
                         reader->purpose->name, reader->path, archive_error_string(reader->handle),
                         reader->entries);
    if (++reader->entries > ARCHIVE_MAX_ENTRIES)
        return error_set(err, ERROR_MODEL, 0, "%s %s: more than %d entries", reader->purpose->name,
                         reader->path, ARCHIVE_MAX_ENTRIES);
    if (!check_kind(entry, err) || !unpack_name(archive_entry_pathname(entry), &name, err) ||
        !check_size(reader, entry, err))
        return wrap_entry(reader, entry, err);
    *ret_entry = entry;
    *ret_name = steal_pointer(name);
    return true;
}

/* Up to capacity bytes of the current entry; *ret_size_bytes is 0 at its end. */
static bool read_some(struct reader *reader, struct archive_entry *entry, void *data,
                      size_t capacity_bytes, size_t *ret_size_bytes, struct error *err)
{
    la_ssize_t size = archive_read_data(reader->handle, data, capacity_bytes);
    if (size < 0) {
        error_set(err, ERROR_MODEL, 0, "damaged or truncated (%s)",
                  archive_error_string(reader->handle));
        return wrap_entry(reader, entry, err);
    }
    *ret_size_bytes = (size_t)size;
    return true;
}

static bool extract_data(struct reader *reader, struct archive_entry *entry, int fd, void *buffer,
                         struct error *err)
{
    int64_t left = archive_entry_size(entry);
    for (;;) {
        size_t size = 0;
        if (!read_some(reader, entry, buffer, BLOCK_SIZE_BYTES, &size, err))
            return false;
        if (size == 0 && left == 0)
            return true;
        if (size == 0 || (int64_t)size > left) {
            error_set(err, ERROR_MODEL, 0, "its content does not have the %lld bytes declared",
                      (long long)archive_entry_size(entry));
            return wrap_entry(reader, entry, err);
        }
        if (!unpack_write(fd, buffer, size, err))
            return wrap_entry(reader, entry, err);
        left -= (int64_t)size;
    }
}

static bool extract_entry(struct reader *reader, struct archive_entry *entry, const char *name,
                          int dir_fd, void *buffer, struct error *err)
{
    if (archive_entry_filetype(entry) == AE_IFDIR)
        return unpack_make_dirs(dir_fd, name, err) || wrap_entry(reader, entry, err);
    cleanup_fd int fd = -1;
    if (!*name)
        error_set(err, ERROR_MODEL, 0, "it is a file where the folder itself is meant");
    if (!*name || !unpack_create_file(dir_fd, name, &fd, err))
        return wrap_entry(reader, entry, err);
    if (!extract_data(reader, entry, fd, buffer, err))
        return false;
    if (close(steal_fd(&fd)) == 0) /* some file systems tell of a full disk only now */
        return true;
    error_set(err, ERROR_SYSTEM, errno, "write \"%s\"", name);
    return wrap_entry(reader, entry, err);
}

static bool extract(const struct purpose *purpose, const char *archive_path, const char *dir,
                    struct error *err)
{
    cleanup_reader struct reader reader = {.purpose = purpose, .path = archive_path, .fd = -1};
    if (!reader_open(&reader, err))
        return false;
    cleanup_fd int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "folder %s", dir);
    cleanup_free void *buffer = malloc(BLOCK_SIZE_BYTES);
    if (!buffer)
        return error_no_memory(err, "a block of an archive", BLOCK_SIZE_BYTES);
    for (;;) {
        struct archive_entry *entry = NULL;
        cleanup_free char *name = NULL;
        if (!next_entry(&reader, &entry, &name, err))
            return false;
        if (!entry)
            return true;
        if (!extract_entry(&reader, entry, name, dir_fd, buffer, err))
            return false;
    }
}

bool archive_extract(const char *archive_path, const char *dir, struct error *err)
{
    return extract(&MODEL, archive_path, dir, err);
}

bool archive_extract_extra(const char *archive_path, const char *dir, struct error *err)
{
    if (extract(&EXTRA_FILES, archive_path, dir, err))
        return true;
    if (err->kind == ERROR_MODEL)
        err->kind = ERROR_USAGE; /* it is no model that is wrong */
    return false;
}

static bool read_whole(struct reader *reader, struct archive_entry *entry, size_t limit_bytes,
                       char **ret_data, size_t *ret_size_bytes, struct error *err)
{
    size_t size = (size_t)archive_entry_size(entry); /* check_size has bounded it */
    size_t filled = 0;
    size_t got = 0;
    if (size > limit_bytes) {
        error_set(err, ERROR_MODEL, 0, "%zu bytes, at most %zu are allowed", size, limit_bytes);
        return wrap_entry(reader, entry, err);
    }
    cleanup_free char *data = malloc(size + 1);
    if (!data)
        return error_no_memory(err, "an archive member", size + 1);
    do {
        if (!read_some(reader, entry, data + filled, size - filled, &got, err))
            return false;
        filled += got;
    } while (got && filled < size);
    data[filled] = '\0';
    *ret_data = steal_pointer(data);
    if (ret_size_bytes)
        *ret_size_bytes = filled;
    return true;
}

bool archive_read_member(const char *archive_path, const char *member, size_t limit_bytes,
                         char **ret_data, size_t *ret_size_bytes, struct error *err)
{
    cleanup_reader struct reader reader = {.purpose = &MODEL, .path = archive_path, .fd = -1};
    if (!reader_open(&reader, err))
        return false;
    const char *wanted = strncmp(member, "./", 2) == 0 ? member + 2 : member;
    for (;;) {
        struct archive_entry *entry = NULL;
        cleanup_free char *name = NULL;
        if (!next_entry(&reader, &entry, &name, err))
            return false;
        if (!entry)
            return error_set(err, ERROR_MODEL, 0, "model archive %s: no %s in it", archive_path,
                             wanted);
        if (strcmp(name, wanted) == 0 && archive_entry_filetype(entry) == AE_IFREG)
            return read_whole(&reader, entry, limit_bytes, ret_data, ret_size_bytes, err);
    }
}
