/* What `run --memory` and the document of `run --json` say of a board's memory, on every board: it
 * adds up, it is the same in every run, and what a model takes more of is what they show more of.
 */
#include "base/file.h"
#include "boards/board_list.h"
#include "client/npy.h"
#include "e2e/memory/sized_model.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NO_QEMU = 6, MAX_DOCUMENT_BYTES = 1 << 20 };

static struct error err;
static struct board_list boards;
static const char *board;

/* ---- runs ---- */

static const float ONE = 1;
static const float TWO = 2;

static void write_number(const char *name, const float *value)
{
    const struct tensor tensor = {.code = TENSOR_FLOAT,
                                  .bits = 32,
                                  .ndim = 1,
                                  .shape = {1},
                                  .data = (void *)value,
                                  .size_bytes = sizeof(*value)};
    ck_assert_msg(npy_save(scratch_path(name), &tensor, &err), "%s", err.text);
}

/* Run a model of that size; false: this computer lacks the board. */
static bool run_model(enum sized_kind kind, size_t size, const char *document)
{
    enum { FILES = 5 };
    char files[FILES][300];
    const char *const names[FILES] = {"model.tar", "x.npy", "expected.npy", document, "cache"};
    for (size_t i = 0; i < FILES; i++)
        snprintf(files[i], sizeof(files[i]), "%s", scratch_path(names[i]));
    sized_model(files[0], kind, size);
    const char *type = kind == SIZED_C ? "aot_standalone_demo" : "host_driven";
    int code = program_run("run", files[0], "--board", board, "--input", files[1], "--expect",
                           files[2], "--project-type", type, "--memory", "--json", files[3],
                           "--cache", files[4], NULL);
    if (code == NO_QEMU)
        return false;
    ck_assert_msg(code == 0, "exit code %d: %s", code, program_output);
    return true;
}

/* The document's memory, of which the caller disposes. */
static cJSON *memory_in(const char *document)
{
    char *text = NULL;
    ck_assert_msg(file_read(scratch_path(document), MAX_DOCUMENT_BYTES, &text, NULL, &err), "%s",
                  err.text);
    cJSON *root = cJSON_Parse(text);
    free(text);
    cJSON *memory = cJSON_DetachItemFromObject(root, "memory");
    cJSON_Delete(root);
    ck_assert(cJSON_IsObject(memory));
    return memory;
}

static long number_in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(object, key);
    ck_assert_msg(cJSON_IsNumber(item), "%s", key);
    return (long)item->valuedouble;
}

static const cJSON *part_in(const cJSON *memory, const char *name)
{
    const cJSON *part = NULL;
    cJSON_ArrayForEach(part, cJSON_GetObjectItem(memory, "parts"))
    {
        if (strcmp(cJSON_GetObjectItem(part, "name")->valuestring, name) == 0)
            return part;
    }
    ck_abort_msg("no part \"%s\"", name);
}

static long ram_of(const cJSON *memory, const char *part)
{
    return number_in(part_in(memory, part), "ram_bytes");
}

static long used_in(const cJSON *memory, const char *region)
{
    return number_in(cJSON_GetObjectItem(memory, region), "used_bytes");
}

static long peak_of(const cJSON *memory, const char *of)
{
    return number_in(cJSON_GetObjectItem(memory, "peak"), of);
}

/* ---- what is said of one run ---- */

/* "build  12.3 ms  PSRAM 4 bytes (0.1 %), DDR 5 (0.2 %)": 9. */
static long built_line_bytes(void)
{
    const char *at = strstr(program_output, "build ");
    ck_assert_msg(at && (at = strstr(at, " ms ")), "%s", program_output);
    at += strlen(" ms ");
    const char *end = at + strcspn(at, "\n");
    long sum_bytes = 0;
    while (at && at < end) {
        long bytes = 0;
        ck_assert_msg(sscanf(at, " %*s %ld", &bytes) == 1 && bytes > 0, "%s", at);
        sum_bytes += bytes;
        at = strstr(at, "), ");
        at += at ? strlen("), ") : 0;
    }
    return sum_bytes;
}

static void check_sums(const cJSON *memory)
{
    long flash_bytes = 0;
    long ram_bytes = 0;
    const cJSON *part = NULL;
    cJSON_ArrayForEach(part, cJSON_GetObjectItem(memory, "parts"))
    {
        flash_bytes += number_in(part, "flash_bytes");
        ram_bytes += number_in(part, "ram_bytes");
    }
    ck_assert_int_eq(flash_bytes, used_in(memory, "flash"));
    ck_assert_int_eq(ram_bytes, used_in(memory, "ram"));
    /* The build's line has the same by memory; where a core begins, two words may be in none. */
    long built_bytes = built_line_bytes();
    ck_assert_int_le(built_bytes, flash_bytes + ram_bytes);
    ck_assert_int_ge(built_bytes + 2 * (long)sizeof(uint32_t), flash_bytes + ram_bytes);
    char line[100];
    snprintf(line, sizeof(line), "  used        %10ld %10ld\n", flash_bytes, ram_bytes);
    ASSERT_PRINTED(line);
}

static void check_table(const cJSON *memory)
{
    char line[200];
    snprintf(line, sizeof(line), "at most in use: %ld bytes of the stack's %ld, %ld of the heap\n",
             peak_of(memory, "stack_bytes"), ram_of(memory, "stack"),
             peak_of(memory, "heap_bytes"));
    ASSERT_PRINTED(line);
    const cJSON *symbols = cJSON_GetObjectItem(memory, "largest_symbols");
    const cJSON *largest = cJSON_GetArrayItem(symbols, 0);
    ck_assert_int_eq(cJSON_GetArraySize(symbols), 20);
    snprintf(line, sizeof(line), " %10ld  %s\n", number_in(largest, "size_bytes"),
             cJSON_GetObjectItem(largest, "name")->valuestring);
    ASSERT_PRINTED(line);
}

/* The model's frame, and what the runtime that calls it takes at most. */
static void check_stack(const cJSON *memory, long frame_bytes)
{
    enum { RUNTIME_MOST_BYTES = 3000 };
    long peak_bytes = peak_of(memory, "stack_bytes");
    ck_assert_int_gt(peak_bytes, frame_bytes);
    ck_assert_int_lt(peak_bytes, frame_bytes + RUNTIME_MOST_BYTES);
    ck_assert_int_lt(peak_bytes, ram_of(memory, "stack"));
}

static void check_symbol(const cJSON *memory, const char *name, long size_bytes)
{
    const cJSON *symbol = NULL;
    cJSON_ArrayForEach(symbol, cJSON_GetObjectItem(memory, "largest_symbols"))
    {
        if (strcmp(cJSON_GetObjectItem(symbol, "name")->valuestring, name) != 0)
            continue;
        ck_assert_int_eq(number_in(symbol, "size_bytes"), size_bytes);
        ck_assert_str_eq(cJSON_GetObjectItem(symbol, "memory")->valuestring, "ram");
        return;
    }
    ck_abort_msg("no symbol \"%s\"", name);
}

/* ---- tests ---- */

enum { SIZE = 576, MORE = 64, TWICE_MORE = 2 * MORE };

START_TEST(what_a_model_takes_is_shown)
{
    board = boards.items[_i].name;
    if (!run_model(SIZED_MEMORY, SIZE, "first.json")) {
        printf("SKIP %s: what it needs is not here\n", board);
        return;
    }
    cJSON *first = memory_in("first.json");
    check_sums(first);
    check_table(first);
    check_stack(first, SIZE);
    check_symbol(first, "global_workspace", SIZE);
    /* What the heap is needed for is used, and nothing else of it: runtime, tensors, workspace. */
    ck_assert_int_eq(peak_of(first, "heap_bytes") + 8, ram_of(first, "heap") + SIZE + 16);
    ck_assert(run_model(SIZED_MEMORY, SIZE, "again.json"));
    ASSERT_PRINTED(", built before\n"); /* nothing is forgotten of it */
    cJSON *again = memory_in("again.json");
    ck_assert_msg(cJSON_Compare(first, again, true), "%s", program_output);
    ck_assert(run_model(SIZED_MEMORY, SIZE + MORE, "more.json"));
    cJSON *more = memory_in("more.json");
    check_sums(more);
    ck_assert_int_eq(ram_of(more, "workspace"), ram_of(first, "workspace") + TWICE_MORE);
    ck_assert_int_eq(ram_of(more, "heap"), ram_of(first, "heap"));
    ck_assert_int_eq(used_in(more, "ram"), used_in(first, "ram") + TWICE_MORE);
    ck_assert_int_eq(peak_of(more, "heap_bytes"), peak_of(first, "heap_bytes") + MORE);
    ck_assert_int_eq(peak_of(more, "stack_bytes"), peak_of(first, "stack_bytes") + MORE);
    cJSON_Delete(first);
    cJSON_Delete(again);
    cJSON_Delete(more);
}
END_TEST

/* Where the firmware calls the model itself, and where tensors lie on the heap. */
static const struct {
    enum sized_kind kind;
    const char *part;
} OTHERS[] = {{SIZED_C, "workspace"}, {SIZED_GRAPH, "heap"}};

START_TEST(more_of_the_heap_is_shown)
{
    enum { LARGE = 4096 };
    board = "mps2_an385";
    ck_assert(run_model(OTHERS[_i].kind, LARGE, "first.json"));
    cJSON *first = memory_in("first.json");
    ck_assert(run_model(OTHERS[_i].kind, LARGE + MORE, "more.json"));
    cJSON *more = memory_in("more.json");
    check_sums(more);
    check_table(more);
    ck_assert_int_ge(peak_of(first, "heap_bytes"), LARGE);
    ck_assert_int_eq(peak_of(more, "heap_bytes"), peak_of(first, "heap_bytes") + MORE);
    ck_assert_int_eq(ram_of(more, OTHERS[_i].part), ram_of(first, OTHERS[_i].part) + MORE);
    cJSON_Delete(first);
    cJSON_Delete(more);
}
END_TEST

/* Of a memory for code that does not hold them. */
START_TEST(constants_in_ram_are_no_flash)
{
    enum { CODE_BYTES = 128 << 10, LARGE = 2 * CODE_BYTES };
    char path[300];
    char *text = NULL;
    ck_assert(file_read(SOURCE_DIR "/qemu-machines/mps2_an385.json", MAX_DOCUMENT_BYTES, &text,
                        NULL, &err));
    cJSON *machine = cJSON_Parse(text);
    free(text);
    cJSON *regions = cJSON_GetObjectItem(cJSON_GetObjectItem(machine, "memory"), "regions");
    cJSON_SetNumberValue(cJSON_GetObjectItem(cJSON_GetArrayItem(regions, 0), "size_bytes"),
                         CODE_BYTES);
    snprintf(path, sizeof(path), "%s", scratch_path("mps2_an385.json"));
    text = cJSON_Print(machine);
    scratch_write("mps2_an385.json", text);
    free(text);
    cJSON_Delete(machine);
    board = path;
    ck_assert(run_model(SIZED_CONSTANTS, LARGE, "constants.json"));
    cJSON *memory = memory_in("constants.json");
    check_sums(memory);
    ck_assert_int_ge(ram_of(memory, "constants"), LARGE);
    ck_assert_int_lt(number_in(part_in(memory, "constants"), "flash_bytes"), LARGE);
    ck_assert_int_eq(number_in(cJSON_GetObjectItem(memory, "flash"), "size_bytes"), CODE_BYTES);
    ck_assert_int_lt(used_in(memory, "flash"), CODE_BYTES);
    cJSON_Delete(memory);
}
END_TEST

static void setup(void)
{
    scratch_make();
    write_number("x.npy", &ONE);
    write_number("expected.npy", &TWO);
}

int main(void)
{
    if (!board_list_find(BOARDS_SHIPPED, &boards, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("boards");
    tcase_set_timeout(tests, RUN_TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, setup, scratch_remove);
    tcase_add_loop_test(tests, what_a_model_takes_is_shown, 0, (int)boards.count);
    tcase_add_loop_test(tests, more_of_the_heap_is_shown, 0,
                        (int)(sizeof(OTHERS) / sizeof(OTHERS[0])));
    tcase_add_test(tests, constants_in_ram_are_no_flash);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    board_list_dispose(&boards);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
