/* What cmake's, ninja's, the compiler's and the linker's output says about a failed build. */
#ifndef MICROTVM_QEMU_PROJECT_BUILD_LOG_H
#define MICROTVM_QEMU_PROJECT_BUILD_LOG_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { BUILD_LOG_ERRORS = 10, BUILD_LOG_TAIL = 10, BUILD_LOG_LINE_SIZE = 320 };

struct build_log {
    const char *project_dir; /* cut off in front of file names; not owned; NULL: do not */
    char errors[BUILD_LOG_ERRORS][BUILD_LOG_LINE_SIZE]; /* the first error lines */
    int errors_count;
    int errors_more;                                /* error lines that there was no room for */
    char tail[BUILD_LOG_TAIL][BUILD_LOG_LINE_SIZE]; /* ring of the last lines */
    int lines_count;
    int message_lines_left; /* of a CMake error, whose text comes on the lines after it */
    char failed[BUILD_LOG_TAIL]
               [BUILD_LOG_LINE_SIZE]; /* ring: what the first command to fail said */
    int failed_count;
    bool failed_known; /* one of these lines is among the errors */
    enum { LOG_BEFORE, LOG_COMMAND, LOG_FAILED, LOG_AFTER } place; /* as to that command */
    bool overflowed;                                               /* a memory, the linker says */
    bool disk_full; /* a line says so; the caller may know it otherwise */
    bool no_libc;   /* the compiler found no picolibc.specs */
    bool no_cxx;    /* CMake found no C++ compiler */
    bool out_of_memory;
    char cmsis_header[BUILD_LOG_LINE_SIZE]; /* of CMSIS, and not found; "": none */
    char cache_error[BUILD_LOG_LINE_SIZE];  /* what ccache itself stumbled over; "": nothing */
};

void build_log_init(struct build_log *log, const char *project_dir);
void build_log_add(struct build_log *log, const char *line);

/* Set err to ERROR_BUILD "WHAT failed" and the error lines below; to ERROR_SYSTEM ENOSPC when the
 * disk was full. Where no line of the first command to fail looks like an error, what it said last,
 * too; where there are neither, the last lines of all. Where a header of CMSIS is missing, the
 * option that brings it. Always returns false. */
bool build_log_error(const struct build_log *log, const char *what, struct error *err);

/* Set err to ERROR_BUILD: WHAT took longer than the option build_timeout_s, and the last lines.
 * Always returns false. */
bool build_log_timeout(const struct build_log *log, const char *what, int64_t timeout_s,
                       struct error *err);

#endif
