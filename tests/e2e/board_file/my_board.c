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

void my_board_keep(int number)
{
    ck_assert_int_eq(rename("my_board.json", scratch_path("board_%d.json", number)), 0);
}

void my_boards_run(int count, const char *arguments)
{
    char script[2048];
    snprintf(script, sizeof(script),
             "n=0; while [ $n -lt %d ]; do { %s run --board ./board_$n.json %s >out_$n.txt 2>&1; "
             "echo $? >end_$n.txt; } & n=$((n + 1)); done; wait",
             count, BUILD_DIR "/bin/microtvm-qemu", arguments);
    const char *const argv[] = {"sh", "-c", script, NULL};
    ck_assert_int_eq(program_run_other(argv), 0);
}

int my_board_end(int number)
{
    struct error err;
    cleanup_free char *code = NULL;
    ck_assert_msg(file_read(scratch_path("end_%d.txt", number), sizeof("255\n"), &code, NULL, &err),
                  "%s", err.text);
    const char *const argv[] = {"cat", scratch_path("out_%d.txt", number), NULL};
    ck_assert_int_eq(program_run_other(argv), 0);
    return atoi(code);
}
