/* What a firmware is made of, in a few characters: two firmwares of the same key are the same. */
#ifndef MICROTVM_QEMU_COMMANDS_CACHE_FIRMWARE_KEY_H
#define MICROTVM_QEMU_COMMANDS_CACHE_FIRMWARE_KEY_H

#include "base/error.h"
#include "base/sha256.h"
#include "project/settings.h"

#include <stdbool.h>

struct firmware_parts {
    const char *model_path;
    const char *crt_dir;   /* NULL: the bundled runtime */
    const char *share_dir; /* file_share_dir: the firmware's sources, and the boards */
    const struct settings *settings;
    const char *variant; /* what else the command builds differently; "" */
};

/* A SHA-256 of the contents of all that: archive, sources, board, options and what they name, and
 * which compiler PATH finds (by its size and time). Blocks as reading a few megabytes does.
 * Errors: ERROR_USAGE, ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool firmware_key(const struct firmware_parts *parts, char ret_key[SHA256_TEXT_SIZE],
                  struct error *err);

#endif
