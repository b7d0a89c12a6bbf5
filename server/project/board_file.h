/* The definition of a project's board, board.json: a copy of one that comes with the program, or of
 * the user's own, where the option board is a path. The project needs the original no more. */
#ifndef MICROTVM_QEMU_PROJECT_BOARD_FILE_H
#define MICROTVM_QEMU_PROJECT_BOARD_FILE_H

#include "base/error.h"

#include <stdbool.h>

/* Is it a path? A board's name has no '/'. */
bool board_file_is_path(const char *board);

/* Make project_dir/board.json; a path is taken as a definition that machine_load_file has read. The
 * firmware's parts that it names must be in share_dir/guest. Errors: ERROR_USAGE `/x/b.json:
 * "uart.driver" is "ns550": no such driver (have: cmsdk, ...)`, ERROR_SYSTEM. */
bool board_file_copy(const char *share_dir, const char *board, const char *project_dir,
                     struct error *err);

#endif
