/* A definition of the user's own: a shipped one with a mistake in it, in a folder that the test
 * works in. */
#ifndef TESTS_E2E_BOARD_FILE_MY_BOARD_H
#define TESTS_E2E_BOARD_FILE_MY_BOARD_H

#include "e2e/digits.h"
#include "e2e/run_program.h"

/* Fixtures: the working folder, and TMPDIR, are a scratch folder. */
void my_board_set_up(void);
void my_board_tear_down(void);

/* my_board.json: the shipped board of that name, or the definition at that path, with one text
 * changed. */
void my_board_change(const char *board, const char *from, const char *to);

/* Such a one is that of a set, which is run at once: number 0 and on. */
void my_board_keep(int number);

/* `run` on boards 0 .. count - 1 of the set, all at a time, with the same further arguments, which
 * a shell splits. */
void my_boards_run(int count, const char *arguments);

/* Exit code of that board's run; what it printed is program_output then. */
int my_board_end(int number);

/* Exit code of ten digits on a board. */
#define MY_BOARD_RUN(board)                                                                        \
    program_run("run", DIGITS_ARCHIVE, "--board", (board), "--input", DIGITS_IMAGES, "--expect",   \
                DIGITS_EXPECTED, NULL)

#endif
