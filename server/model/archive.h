/* Model Library Format archives: tar files from strangers.
 *
 * Only folders and regular files are taken, only below the target folder; every other entry
 * (absolute or ".." paths, links, devices, fifos) refuses the whole archive, as do more than
 * ARCHIVE_MAX_ENTRIES entries or ARCHIVE_MAX_BYTES of content. Compression is detected, never
 * taken from the name. */
#ifndef MICROTVM_QEMU_MODEL_ARCHIVE_H
#define MICROTVM_QEMU_MODEL_ARCHIVE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { ARCHIVE_MAX_ENTRIES = 20000 };
#define ARCHIVE_MAX_BYTES (1024LL * 1024 * 1024) /* unpacked */

/* Unpack into DIR, which exists. Errors: ERROR_USAGE (no such file, not a regular one),
 * ERROR_MODEL with the archive's path and the entry, ERROR_SYSTEM (disk full, ...). What was
 * written stays: the caller removes DIR. */
bool archive_extract(const char *archive_path, const char *dir, struct error *err);

/* The same by the same rules for an archive of the option extra_files_tar: what is wrong with it is
 * ERROR_USAGE. */
bool archive_extract_extra(const char *archive_path, const char *dir, struct error *err);

/* One member into a new NUL-terminated buffer. Its name matches with or without "./" in front.
 * ERROR_MODEL when it is not there or over limit_bytes. */
bool archive_read_member(const char *archive_path, const char *member, size_t limit_bytes,
                         char **ret_data, size_t *ret_size_bytes, struct error *err);

#endif
