/* The largest model that a board can hold runs, on every board of qemu-boards: with constants
 * that take more than the memory of the code, where another may hold them, and a workspace that
 * takes the most that is left. What cannot have a place is refused, with numbers, before anything
 * is compiled. */
#include "board/machine.h"
#include "boards/board_list.h"
#include "client/npy.h"
#include "e2e/memory/sized_model.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct board_list boards;
static struct error err;

#define KIB 1024UL

/* ---- the board's memories ---- */

static uint64_t largest_bytes(const struct regions *regions, enum region_use use)
{
    uint64_t largest = 0;
    for (size_t i = 0; i < regions->count; i++)
        if (regions->items[i].holds[use] && regions->items[i].size_bytes > largest)
            largest = regions->items[i].size_bytes;
    return largest;
}

/* The first in which variables may be: that of a small model's workspace, too. */
static uint64_t first_ram_bytes(const struct regions *regions)
{
    size_t i = 0;
    while (!regions->items[i].holds[REGION_DATA])
        i++;
    return regions->items[i].size_bytes;
}

static bool has_other_for_constants(const struct regions *regions)
{
    return largest_bytes(regions, REGION_CONSTANTS) > regions_code(regions)->size_bytes;
}

/* More than the code's memory has, if there is another one for them; else most of that. */
static size_t constants_bytes(const struct regions *regions)
{
    uint64_t code_bytes = regions_code(regions)->size_bytes;
    return has_other_for_constants(regions) ? code_bytes + 1024 * KIB : code_bytes - 96 * KIB;
}

/* ---- runs ---- */

static void write_scalar(const char *path, float value)
{
    const struct tensor tensor = {.code = TENSOR_FLOAT,
                                  .bits = 32,
                                  .ndim = 1,
                                  .shape = {1},
                                  .data = &value,
                                  .size_bytes = sizeof(value)};
    ck_assert_msg(npy_save(path, &tensor, &err), "%s", err.text);
}

static int run_sizes(const char *board, size_t workspace_bytes, size_t constants)
{
    char expected[300];
    char model[300];
    char input[300];
    snprintf(model, sizeof(model), "%s", scratch_path("model.tar"));
    snprintf(input, sizeof(input), "%s", scratch_path("x.npy"));
    snprintf(expected, sizeof(expected), "%s", scratch_path("expected.npy"));
    sized_model_of_both(model, workspace_bytes, constants);
    write_scalar(input, 5);
    write_scalar(expected, 6);
    return program_run("run", model, "--board", board, "--input", input, "--expect", expected,
                       NULL);
}

/* "(N too many)", of all memories together. */
static size_t excess_bytes(void)
{
    static const char WORDS[] = " too many)";
    size_t sum = 0;
    for (const char *at = program_output; (at = strstr(at, WORDS)) != NULL; at += strlen(WORDS)) {
        const char *begin = at;
        while (begin[-1] != '(')
            begin--;
        sum += strtoul(begin, NULL, 10);
    }
    ck_assert_msg(sum > 0, "%s", program_output);
    return sum;
}

static bool is_missing(const struct listed_board *board)
{
    if (board->is_missing)
        printf("SKIP %s: %s\n", board->name, board->reason);
    return board->is_missing;
}

START_TEST(the_largest_model_runs)
{
    enum { MOST_REFUSALS = 5, ALIGNMENT_MASK = 15 };
    const struct listed_board *board = &boards.items[_i];
    const size_t constants = constants_bytes(&board->regions);
    const bool has_other = has_other_for_constants(&board->regions);
    size_t workspace =
        largest_bytes(&board->regions, REGION_WORKSPACE) - (has_other ? constants : 0);
    int status = 4;
    if (is_missing(board))
        return;
    for (int refused = 0; status == 4 && refused < MOST_REFUSALS; refused++) {
        status = run_sizes(board->name, workspace, constants);
        if (status == 4)
            workspace = (workspace - excess_bytes()) & ~(size_t)ALIGNMENT_MASK;
    }
    ck_assert_msg(status == 0, "%zu and %zu on %s: %d: %s", workspace, constants, board->name,
                  status, program_output);
    ASSERT_PRINTED(": matches");
    printf("%s: %zu bytes of constants, a workspace of %zu\n", board->name, constants, workspace);
    if (has_other)
        ck_assert_uint_gt(constants, regions_code(&board->regions)->size_bytes);
    if (board->regions.count > 2)
        ck_assert_uint_gt(workspace, first_ram_bytes(&board->regions));
}
END_TEST

/* One byte more than the largest memory has. */
START_TEST(a_byte_too_many_is_refused_before_it_is_compiled)
{
    const struct listed_board *board = &boards.items[_i];
    const struct regions *regions = &board->regions;
    const struct {
        size_t workspace, constants;
        uint64_t have;
    } cases[] = {
        {1, largest_bytes(regions, REGION_CONSTANTS) + 1, largest_bytes(regions, REGION_CONSTANTS)},
        {largest_bytes(regions, REGION_WORKSPACE) + 1, 1, largest_bytes(regions, REGION_WORKSPACE)},
    };
    if (is_missing(board))
        return;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char has[100];
        ck_assert_int_eq(run_sizes(board->name, cases[i].workspace, cases[i].constants), 4);
        snprintf(has, sizeof(has), "board \"%s\" has %llu (", board->name,
                 (unsigned long long)cases[i].have);
        ASSERT_PRINTED("model \"default\" needs at least ");
        ASSERT_PRINTED(has);
        ck_assert_uint_ge(excess_bytes(), 1);
        ck_assert_msg(!strstr(program_output, "build "), "%s", program_output);
    }
}
END_TEST

int main(void)
{
    if (!board_list_find(BOARDS_SHIPPED, &boards, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("largest");
    for (int i = 0; i < (int)boards.count; i++) {
        TCase *tcase = tcase_create(boards.items[i].name);
        tcase_add_checked_fixture(tcase, scratch_make, scratch_remove);
        tcase_set_timeout(tcase, RUN_TEST_TIMEOUT_S);
        tcase_add_loop_test(tcase, the_largest_model_runs, i, i + 1);
        tcase_add_loop_test(tcase, a_byte_too_many_is_refused_before_it_is_compiled, i, i + 1);
        suite_add_tcase(suite, tcase);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    board_list_dispose(&boards);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
