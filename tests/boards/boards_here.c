/* boards_here --list: for each board "NAME<TAB>WHAT IT LACKS HERE", which is nothing for most.
 * boards_here BUILD_DIR: the same as TAP. One that lacks something is skipped, here as in all other
 * suites; but those that the suites name themselves must be there. */
#include "base/cleanup.h"
#include "base/name_list.h"
#include "boards/board_programs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_named_in_tests(const char *board)
{
    static const char *const NAMES[] = {"mps2_an385", "qemu_cortex_m3", "qemu_riscv32"};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strcmp(NAMES[i], board) == 0)
            return true;
    return false;
}

static void print_tap(size_t number, const char *board, const char *lacks)
{
    bool is_bad = lacks[0] && is_named_in_tests(board);
    printf("%s %zu - boards_here: %s%s%s\n", is_bad ? "not ok" : "ok", number, board,
           lacks[0] && !is_bad ? " # SKIP " : "", is_bad ? "" : lacks);
    if (is_bad)
        printf("# %s; `microtvm-qemu doctor` says what to install\n", lacks);
}

int main(int argc, char **argv)
{
    const struct name_place place = {SOURCE_DIR "/qemu-machines", "", ".json"};
    cleanup_name_list char **names = NULL;
    bool is_list = argc == 2 && strcmp(argv[1], "--list") == 0;
    struct error err;
    size_t count = 0;
    if (!name_list_load(&place, &names, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    for (; names[count]; count++) {
        char lacks[BOARD_REASON_SIZE];
        board_programs_lacking(names[count], lacks);
        if (is_list)
            printf("%s\t%s\n", names[count], lacks);
        else
            print_tap(count + 1, names[count], lacks);
    }
    if (!is_list)
        printf("1..%zu\n", count);
    return EXIT_SUCCESS;
}
