/* The digits model on a board behind any stream, checked against what the host computed. */
#ifndef MICROTVM_QEMU_TESTS_DIGITS_H
#define MICROTVM_QEMU_TESTS_DIGITS_H

#include "base/error.h"
#include "client/link.h"

#include <stdbool.h>

#define DIGITS_ARCHIVE SOURCE_DIR "/tests/models/digits.tar"
#define DIGITS_IMAGES SOURCE_DIR "/tests/models/digits_images.npy"
#define DIGITS_EXPECTED SOURCE_DIR "/tests/models/digits_expected.npy"

/* Read the images and what the host computed. digits_check does so by itself the first time; this
 * is for a process that is about to lose the right to read them. */
bool digits_load(struct error *err);

/* Classify the first COUNT images in a session of its own. False, ERROR_DEVICE with the values:
 * an output is not what the host computed; else the client's errors. */
bool digits_check(const struct link_stream *stream, int count, struct error *err);

#endif
