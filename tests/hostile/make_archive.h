/* Tar files a header at a time, so that they can be as wrong as a test needs. Each function aborts
 * the test when it cannot write. */
#ifndef MICROTVM_QEMU_TESTS_MAKE_ARCHIVE_H
#define MICROTVM_QEMU_TESTS_MAKE_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ustar's type flags, and those of GNU tar and pax. */
enum tar_type {
    TAR_FILE = '0',
    TAR_HARD_LINK = '1',
    TAR_SYMBOLIC_LINK = '2',
    TAR_CHARACTER_DEVICE = '3',
    TAR_BLOCK_DEVICE = '4',
    TAR_FOLDER = '5',
    TAR_FIFO = '6',
    TAR_GNU_LONG_NAME = 'L',
    TAR_GNU_SPARSE = 'S',
    TAR_PAX_HEADER = 'x',
};

enum { TAR_BLOCK_BYTES = 512 };

FILE *tar_create(const char *path);
/* A header that declares size_bytes of content, of which none is written. */
void tar_header(FILE *tar, enum tar_type type, const char *name, const char *link_target,
                uint64_t size_bytes);
/* A header with its content. */
void tar_add(FILE *tar, enum tar_type type, const char *name, const void *data, size_t size_bytes);
void tar_text(FILE *tar, const char *name, const char *text);
/* A name of any length, in a GNU long name entry in front. */
void tar_long_name(FILE *tar, const char *name, const char *text);
/* GNU sparse: a file of real_size_bytes zeros, of which the archive holds none. */
void tar_sparse(FILE *tar, const char *name, uint64_t real_size_bytes);
/* A file whose size a pax header gives. */
void tar_pax_size(FILE *tar, const char *name, uint64_t size_bytes);
/* The end-of-archive mark, then close. */
void tar_end(FILE *tar);
/* Close without it. */
void tar_cut(FILE *tar);

/* A small model of metadata version 7 that microtvm-qemu takes: AOT, packed, system-lib. */
extern const char MODEL_METADATA[];
extern const char MODEL_SOURCE[];
void tar_model(FILE *tar);
/* The same with another metadata.json; NULL: without. */
void tar_model_with(FILE *tar, const char *metadata);

/* Compress a file: "gzip", "bzip2", "xz", "zstd". */
void compress_file(const char *from, const char *to, const char *filter);

#endif
