#include "commands/regress/reports.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "regress/json.h"
#include "regress/report/writers.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

typedef void (*writer_fn)(FILE *out, const cJSON *document);

static const struct {
    const char *name;
    writer_fn write;
} REPORTS[] = {{"report.json", NULL},
               {"junit.xml", junit_write},
               {"summary.md", markdown_write},
               {"report.html", html_write}};
enum { REPORTS_COUNT = sizeof(REPORTS) / sizeof(REPORTS[0]) };

bool reports_prepare(const char *dir, struct error *err)
{
    struct stat status;
    if (!file_make_dirs(dir, err))
        return error_wrap(err, "--report-dir");
    if (access(dir, W_OK | X_OK) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "--report-dir %s", dir);
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        cleanup_free char *path = file_path("%s/%s", dir, REPORTS[i].name);
        if (!path)
            return error_no_memory(err, "a path", strlen(dir));
        if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
            return error_set(err, ERROR_SYSTEM, EISDIR, "--report-dir: %s", path);
    }
    return true;
}

/* All that a writer writes, in a new string. */
static bool print(writer_fn write, const cJSON *document, char **ret_text, size_t *ret_size,
                  struct error *err)
{
    cleanup_free char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool good = out != NULL;
    if (good)
        write(out, document);
    good = good && ferror(out) == 0;
    if (out && fclose(out) != 0)
        good = false;
    if (!good)
        return error_no_memory(err, "a report", size);
    *ret_text = steal_pointer(text);
    *ret_size = size;
    return true;
}

static bool write_one(const char *path, writer_fn write, const cJSON *document, struct error *err)
{
    cleanup_free char *text = NULL;
    size_t size = 0;
    if (!write)
        return json_save(path, document, err);
    return print(write, document, &text, &size, err) && file_write(path, text, size, 0644, err);
}

bool reports_write(const char *dir, const cJSON *document, struct error *err)
{
    struct error further;
    bool good = true;
    for (size_t i = 0; i < REPORTS_COUNT; i++) {
        cleanup_free char *path = file_path("%s/%s", dir, REPORTS[i].name);
        if (!path)
            return error_no_memory(err, "a path", strlen(dir));
        good = write_one(path, REPORTS[i].write, document, good ? err : &further) && good;
    }
    return good || error_wrap(err, "the report");
}

static bool append(const char *path, const char *text, size_t size, struct error *err)
{
    cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s", path);
    while (size > 0) {
        ssize_t written = write(fd, text, size);
        if (written < 0 && errno != EINTR)
            return error_set(err, ERROR_SYSTEM, errno, "%s", path);
        if (written > 0) {
            text += written;
            size -= (size_t)written;
        }
    }
    return close(steal_fd(&fd)) == 0 || error_set(err, ERROR_SYSTEM, errno, "%s", path);
}

static bool is_in_actions(void)
{
    const char *in_actions = getenv("GITHUB_ACTIONS");
    return in_actions && strcmp(in_actions, "true") == 0;
}

/* A number that nobody can foretell, or a text could end the hush. */
bool reports_hush_github(struct github_hush *ret_hush, struct error *err)
{
    uint64_t random[2];
    *ret_hush = (struct github_hush){.token = ""};
    if (!is_in_actions())
        return true;
    while (getrandom(random, sizeof(random), 0) != sizeof(random))
        if (errno != EINTR)
            return error_set(err, ERROR_SYSTEM, errno, "getrandom");
    snprintf(ret_hush->token, sizeof(ret_hush->token), "%016" PRIx64 "%016" PRIx64, random[0],
             random[1]);
    printf("::stop-commands::%s\n", ret_hush->token);
    fflush(stdout);
    return true;
}

void reports_resume_github(struct github_hush *hush)
{
    if (!hush->token[0])
        return;
    printf("::%s::\n", hush->token);
    fflush(stdout);
    hush->token[0] = '\0';
}

bool reports_tell_github(struct github_hush *hush, const cJSON *document, struct error *err)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    cleanup_free char *text = NULL;
    size_t size = 0;
    if (!is_in_actions())
        return true;
    reports_resume_github(hush);
    github_write(stdout, document);
    fflush(stdout);
    if (!path || !path[0])
        return true;
    return (print(markdown_write, document, &text, &size, err) && append(path, text, size, err)) ||
           error_wrap(err, "the summary");
}
