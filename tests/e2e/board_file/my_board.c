#include "e2e/board_file/my_board.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFINITION_MAX_BYTES = 64 * 1024 };

void my_board_set_up(void)
{
    scratch_make();
    ck_assert_int_eq(setenv("TMPDIR", scratch_path("."), 1), 0);
    ck_assert_int_eq(chdir(scratch_path(".")), 0);
}

void my_board_tear_down(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    scratch_remove();
}

void my_board_change(const char *board, const char *from, const char *to)
{
    struct error err;
    char path[256];
    cleanup_free char *text = NULL;
    char changed[DEFINITION_MAX_BYTES];
    snprintf(path, sizeof(path), SOURCE_DIR "/qemu-machines/%s.json", board);
    ck_assert_msg(
        file_read(strchr(board, '/') ? board : path, DEFINITION_MAX_BYTES, &text, NULL, &err), "%s",
        err.text);
    char *found = strstr(text, from);
    ck_assert_msg(found != NULL, "no %s", from);
    snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(found - text), text, to,
             found + strlen(from));
    scratch_write("my_board.json", changed);
}
