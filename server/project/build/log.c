#include "project/build/log.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CMAKE_MESSAGE_LINES = 4 };

void build_log_init(struct build_log *log, const char *project_dir)
{
    memset(log, 0, sizeof(*log));
    log->project_dir = project_dir;
}

/* Copy a line without the project's folder in front of its files. */
static void tidy(const struct build_log *log, const char *line, char *text)
{
    size_t filled = 0;
    size_t skip = log->project_dir ? strlen(log->project_dir) : 0;
    char kept[2 * BUILD_LOG_LINE_SIZE];
    while (*line && filled + 1 < sizeof(kept)) {
        if (skip && strncmp(line, log->project_dir, skip) == 0 && line[skip] == '/')
            line += skip + 1;
        else
            kept[filled++] = *line++;
    }
    kept[filled] = '\0';
    text_printable(kept, text, BUILD_LOG_LINE_SIZE);
}

static bool has_any(const char *line, const char *const *marks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(line, marks[i]))
            return true;
    return false;
}

/* The compiler, assembler and linker each have their words for a limit that was reached. */
static bool is_out_of_memory(const char *line)
{
    static const char *const MARKS[] = {
        "out of memory",  "memory exhausted",         "annot allocate memory",
        "std::bad_alloc", "Killed signal terminated", "ile size limit exceeded",
        "File too large",
    };
    return has_any(line, MARKS, sizeof(MARKS) / sizeof(MARKS[0]));
}

/* ninja's "FAILED:" line and the command under it are no causes; nor is collect2's line, which says
 * that the linker has said something. The linker's own lines have no "error:" in them. */
static bool is_error(const char *line)
{
    static const char *const MARKS[] = {
        " error: ",
        " Error: ",
        "fatal error: ",
        "ninja: error: ",
        "CMake Error",
        "undefined reference to",
        "multiple definition of",
        "ld: cannot find",
        "ld: final link failed",
        "' overflowed by ",
        "No space left on device",
    };
    if (strncmp(line, "collect2: ", strlen("collect2: ")) == 0)
        return false;
    return strncmp(line, "error: ", strlen("error: ")) == 0 || is_out_of_memory(line) ||
           has_any(line, MARKS, sizeof(MARKS) / sizeof(MARKS[0]));
}

static bool begins_with(const char *line, const char *start)
{
    return strncmp(line, start, strlen(start)) == 0;
}

/* ninja: "FAILED: a.o", the command in one line, what the command said, then "[3/90] ..." or
 * "ninja: build stopped". */
static void note_failed(struct build_log *log, const char *text)
{
    if (log->place == LOG_COMMAND) {
        log->place = LOG_FAILED;
    } else if (log->place == LOG_BEFORE && begins_with(text, "FAILED: ")) {
        log->place = LOG_COMMAND;
    } else if (log->place == LOG_FAILED) {
        bool ends = begins_with(text, "ninja: ") || begins_with(text, "FAILED: ") ||
                    (text[0] == '[' && isdigit((unsigned char)text[1]));
        if (ends)
            log->place = LOG_AFTER;
        else
            snprintf(log->failed[log->failed_count++ % BUILD_LOG_TAIL], BUILD_LOG_LINE_SIZE, "%s",
                     text);
    }
}

/* "x.c:7:10: fatal error: arm_math.h: No such file or directory". The compiler's own headers that
 * begin with arm_ are there. */
static void note_header(struct build_log *log, const char *line)
{
    char name[BUILD_LOG_LINE_SIZE];
    const char *at = strstr(line, "fatal error: ");
    int length = 0;
    if (!at || log->cmsis_header[0] ||
        sscanf(at, "fatal error: %319[^:\n]: No such file%n", name, &length) != 1 || length == 0)
        return;
    if (begins_with(name, "arm_") || begins_with(name, "cmsis_"))
        memcpy(log->cmsis_header, name, sizeof(name));
}

static void keep_error(struct build_log *log, const char *text)
{
    for (int i = 0; i < log->errors_count; i++)
        if (strcmp(log->errors[i], text) == 0)
            return;
    if (log->errors_count == BUILD_LOG_ERRORS) {
        log->errors_more++;
        return;
    }
    memcpy(log->errors[log->errors_count++], text, strlen(text) + 1);
}

void build_log_add(struct build_log *log, const char *line)
{
    char text[BUILD_LOG_LINE_SIZE];
    tidy(log, line, text);
    /* ld says: region `RAM' overflowed by 4464 bytes. */
    if (strstr(line, "region `") && strstr(line, "' overflowed by "))
        log->overflowed = true;
    if (strstr(line, "No space left on device"))
        log->disk_full = true;
    if (strstr(line, "picolibc.specs") && strstr(line, "No such file"))
        log->no_libc = true;
    if (strstr(line, "The CMAKE_CXX_COMPILER:"))
        log->no_cxx = true;
    log->out_of_memory |= is_out_of_memory(line);
    if (!log->cache_error[0] && begins_with(text, "ccache: error: "))
        snprintf(log->cache_error, sizeof(log->cache_error), "%s", text);
    note_header(log, text);
    note_failed(log, text);
    bool error = is_error(text);
    log->failed_known |= error && log->place == LOG_FAILED;
    if (error)
        keep_error(log, text);
    else if (log->message_lines_left > 0 && text[strspn(text, " ")] &&
             strncmp(text, "--", 2) != 0) {
        keep_error(log, text);
        log->message_lines_left--;
    }
    if (strncmp(text, "CMake Error", strlen("CMake Error")) == 0)
        log->message_lines_left = CMAKE_MESSAGE_LINES;
    memcpy(log->tail[log->lines_count % BUILD_LOG_TAIL], text, sizeof(text));
    log->lines_count++;
}

static void append_ring(const char (*ring)[BUILD_LOG_LINE_SIZE], int count, struct error *err)
{
    for (int i = count > BUILD_LOG_TAIL ? count - BUILD_LOG_TAIL : 0; i < count; i++)
        error_append(err, "  %s", ring[i % BUILD_LOG_TAIL]);
}

bool build_log_error(const struct build_log *log, const char *what, struct error *err)
{
    if (log->disk_full)
        error_set(err, ERROR_SYSTEM, ENOSPC, "%s failed", what);
    else
        error_set(err, ERROR_BUILD, 0, "%s failed", what);
    for (int i = 0; i < log->errors_count; i++)
        error_append(err, "  %s", log->errors[i]);
    if (log->errors_more)
        error_append(err, "  (%d more error lines)", log->errors_more);
    if (log->failed_count && !log->failed_known)
        append_ring(log->failed, log->failed_count, err);
    else if (!log->errors_count)
        append_ring(log->tail, log->lines_count, err);
    if (log->cmsis_header[0])
        error_append(
            err,
            "%s is not in the folder of option cmsis_path (or CMSIS_PATH); CMSIS 5 has all "
            "headers below CMSIS, of today's CMSIS put CMSIS-NN, CMSIS_6 and CMSIS-DSP "
            "side by side",
            log->cmsis_header);
    return false;
}

bool build_log_timeout(const struct build_log *log, const char *what, int64_t timeout_s,
                       struct error *err)
{
    error_set(
        err, ERROR_BUILD, 0,
        "%s took longer than build_timeout_s=%lld and was ended; raise that option, or make it "
        "0 for no limit",
        what, (long long)timeout_s);
    if (log->lines_count)
        error_append(err, "its last lines:");
    append_ring(log->tail, log->lines_count, err);
    return false;
}
