#include "boards/guest/guest_suite.h"
#include "base/file.h"

#include <stdlib.h>

static char *dir; /* of the tested board's firmware */

static bool set_up(struct error *err)
{
    return guest_build(tested_board->path, &dir, err);
}

static void tear_down(void)
{
    struct error ignored;
    if (dir)
        file_remove_tree(dir, &ignored);
    free(dir);
}

int guest_on_every_board(const char *name, const struct board_test *tests, size_t count)
{
    const struct board_suite suite = {.name = name,
                                      .boards = BOARDS_ALL,
                                      .tests = tests,
                                      .tests_count = count,
                                      .set_up = set_up,
                                      .tear_down = tear_down};
    return every_board(&suite);
}

void tested_boot(int icount_shift, struct guest_board *ret_board)
{
    struct error err;
    ck_assert_msg(guest_boot(dir, icount_shift, ret_board, &err), "%s: %s", tested_board->name,
                  err.text);
}
