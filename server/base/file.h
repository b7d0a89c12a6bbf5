/* Whole files and folders. Every path in an error text is the one that was asked for. */
#ifndef MICROTVM_QEMU_BASE_FILE_H
#define MICROTVM_QEMU_BASE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Read all of a regular file of at most limit_bytes into a new buffer with a NUL after its end
 * (not counted in *ret_size_bytes, which may be NULL). The caller frees *ret_data.
 * Errors: ERROR_SYSTEM; ERROR_USAGE "PATH: N bytes, at most M" when it is larger. */
bool file_read(const char *path, size_t limit_bytes, char **ret_data, size_t *ret_size_bytes,
               struct error *err);

/* Write PATH whole: beside it first, then renamed over it, so that no reader sees a half.
 * Errors: ERROR_SYSTEM; nothing is left behind then. */
bool file_write(const char *path, const void *data, size_t size_bytes, mode_t mode,
                struct error *err);

/* The same for a text, but a file that holds it already is left alone, its time too: nothing that
 * is made from it is then made anew. */
bool file_write_if_new(const char *path, const char *text, struct error *err);

/* The file that a write to PATH, which may be a link, is to reach: where links lead, be there a
 * file already or not. A new string; NULL only when memory ran out. */
char *file_behind(const char *path);

/* Copy one regular file, permission bits included, in the same careful way. */
bool file_copy(const char *from, const char *to, struct error *err);

/* Copy a folder with all in it into the folder TO, which must not exist (its parent must).
 * Regular files and folders; a symbolic link is followed when it is FROM itself, else refused.
 * Read-only sources give writable copies (u+w). */
bool file_copy_tree(const char *from, const char *to, struct error *err);

/* mkdir -p. */
bool file_make_dirs(const char *path, struct error *err);

/* rm -rf; follows no link. A path that does not exist is fine. */
bool file_remove_tree(const char *path, struct error *err);

/* "A/B" or printf-made path in a new string; NULL only when memory ran out. */
char *file_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The folder that PATH is in: "a/b" -> "a", "b" -> ".", "/b" -> "/". Likewise. */
char *file_folder(const char *path);

/* Folder of the running program (from /proc/self/exe), and the folder that holds guest/,
 * qemu-machines/ and template/: "<bindir>/../share/microtvm-qemu". New strings.
 * Errors: ERROR_SYSTEM; ERROR_TOOL when the folder is not there, with what to reinstall. */
bool file_program_path(char **ret_path, struct error *err);
bool file_share_dir(char **ret_path, struct error *err);

#endif
