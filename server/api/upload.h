/* A client of TVM's graph executor sends the model's parameters over the serial line, which takes
 * half a minute for a megabyte and shows nothing. With the option verbose the server tells of it,
 * and how to do without. */
#ifndef MICROTVM_QEMU_API_UPLOAD_H
#define MICROTVM_QEMU_API_UPLOAD_H

#include "project/manifest.h"

#include <stddef.h>
#include <stdint.h>

struct upload {
    uint64_t all_bytes; /* of parameters; 0: nothing to tell of */
    uint64_t sent_bytes;
    int64_t told_ns; /* when it was told last */
};

/* A session begins with the firmware of this project: how much does its client have to send? A
 * line on stderr, where it is much. */
void upload_begin(struct upload *upload, const char *project_dir, const struct manifest *manifest);

/* The client has sent so much more: a line on stderr, once a second. */
void upload_sent(struct upload *upload, size_t size_bytes);

#endif
