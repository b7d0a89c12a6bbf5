#include "e2e/repack.h"

#include "base/child.h"
#include "base/file.h"
#include "hostile/scratch.h"
#include "model/archive.h"

#include <check.h>
#include <signal.h>
#include <sys/wait.h>

enum { COMMAND_TIMEOUT_MS = 60000, FILE_LIMIT_BYTES = 1 << 20 };

static struct error err;

void repack_command(const char *const *argv)
{
    int status;
    struct child_options options = {.argv = argv, .stdin_fd = -1, .parent_death_signal = SIGTERM};
    ck_assert_msg(
        child_run(&options, deadline_in_ms(COMMAND_TIMEOUT_MS), NULL, NULL, NULL, &status, &err),
        "%s", err.text);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s failed", argv[0]);
}

char *repack_read(const char *path)
{
    char *text = NULL;
    ck_assert_msg(file_read(path, FILE_LIMIT_BYTES, &text, NULL, &err), "%s", err.text);
    return text;
}

void repack_open(const char *archive)
{
    ck_assert(file_make_dirs(scratch_path("model"), &err));
    ck_assert_msg(archive_extract(archive, scratch_path("model"), &err), "%s", err.text);
}

const char *repack_close(void)
{
    const char *path = scratch_path("packed.tar");
    const char *const argv[] = {"tar", "-cf", path, "-C", scratch_path("model"), ".", NULL};
    repack_command(argv);
    return path;
}
