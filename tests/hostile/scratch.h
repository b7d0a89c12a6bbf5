/* A folder for one test, and what is in it. Each function aborts the test when it fails. */
#ifndef MICROTVM_QEMU_TESTS_SCRATCH_H
#define MICROTVM_QEMU_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Make a new folder below $TMPDIR and remember it; scratch_remove removes it with all in it. Meant
 * as a checked fixture: one per test. */
void scratch_make(void);
void scratch_remove(void);

/* "SCRATCH/NAME", printf-made: in one of a few static buffers, so good for a few calls. */
const char *scratch_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Write a file below the folder, with the folders that lead to it. */
void scratch_write(const char *name, const char *text);

/* Everything below PATH, a line each ("a/", "a/b 12": size of a file), sorted. The caller frees. */
char *scratch_listing(const char *path);

/* Mount a tmpfs of size_bytes over SCRATCH/NAME (made when missing) that goes away with the test's
 * process. False, with the line that marks TEST as skipped, when this machine does not let us. */
bool scratch_mount(const char *test, const char *name, size_t size_bytes, bool read_only);

#endif
