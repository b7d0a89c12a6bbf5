/* A model archive taken apart, changed and packed again, in a test's scratch folder. Each function
 * aborts the test when it fails. */
#ifndef MICROTVM_QEMU_TESTS_REPACK_H
#define MICROTVM_QEMU_TESTS_REPACK_H

/* Unpack ARCHIVE into the folder SCRATCH/model. */
void repack_open(const char *archive);

/* A new archive of what SCRATCH/model holds now; its path, as scratch_path gives it. */
const char *repack_close(void);

/* A file's text, which the caller frees. */
char *repack_read(const char *path);

/* Run another program, which must end well. */
void repack_command(const char *const *argv);

#endif
