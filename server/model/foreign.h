/* Files that users take for a model archive: what they are, and how one comes of them. For error
 * texts alone: nothing is done by what is found here. */
#ifndef MICROTVM_QEMU_MODEL_FOREIGN_H
#define MICROTVM_QEMU_MODEL_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

/* As much of a file's beginning as is looked at. */
enum { FOREIGN_HEAD_BYTES = 4096 };

/* "an ONNX model; ...", from the first bytes of a file that is no tar archive; NULL where it is
 * nothing that is known here. */
const char *foreign_file(const uint8_t *head, size_t size_bytes);

/* The same of a folder, which an archive without metadata.json was unpacked into. */
const char *foreign_folder(const char *dir);

#endif
