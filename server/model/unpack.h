/* Writing what an archive holds below one folder, and nowhere else.
 *
 * Names come from strangers. Every step goes through a folder's descriptor and refuses to follow a
 * link, so that neither a name nor something that lies in the folder already leads out of it. */
#ifndef MICROTVM_QEMU_MODEL_UNPACK_H
#define MICROTVM_QEMU_MODEL_UNPACK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { UNPACK_NAME_TEXT_SIZE = 160 };

/* Check an entry's name and bring it to "a/b/c" (no "./", no doubled or trailing slash), in a new
 * string that the caller frees; "" names the target folder itself. Refused with ERROR_MODEL: no
 * name, an absolute one, a ".." in it, and bytes that are not printable ASCII or that build files
 * give a meaning to. */
bool unpack_name(const char *raw_name, char **ret_name, struct error *err);

/* An entry's name for an error text: quoted, foreign bytes as \xNN, shortened. Returns buffer. */
const char *unpack_name_text(const char *raw_name, char buffer[UNPACK_NAME_TEXT_SIZE]);

/* Make folder NAME, and those that lead to it, below the folder dir_fd. One that is there already
 * is fine. Errors: ERROR_MODEL (a file stands in the way, a name too long), ERROR_SYSTEM. */
bool unpack_make_dirs(int dir_fd, const char *name, struct error *err);

/* Make the new, empty file NAME with its folders; the caller closes *ret_fd. Errors: ERROR_MODEL
 * (the name was there already, or as above), ERROR_SYSTEM. */
bool unpack_create_file(int dir_fd, const char *name, int *ret_fd, struct error *err);

/* Write all. Errors: ERROR_SYSTEM. */
bool unpack_write(int fd, const void *data, size_t size_bytes, struct error *err);

#endif
