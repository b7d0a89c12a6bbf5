/* What the bundled C runtime costs: flash of a host-driven firmware less what is the model's, for
 * every board whose compiler is here, at the optimisation that ships; and whether the parts that a
 * firmware is told to have are all of it. Nothing is booted. */
#include "base/cleanup.h"
#include "base/file.h"
#include "boards/board_list.h"
#include "boards/board_programs.h"
#include "e2e/api_client.h"
#include "e2e/memory/sized_model.h"
#include "hostile/scratch.h"
#include "project/footprint/footprint.h"
#include "project/footprint/memory_use.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEST_TIMEOUT_S = 300, MAX_MAP_BYTES = 16 << 20, MAX_BOARD_BYTES = 64 << 10 };

#define KIB 1024UL

static const char TEMPLATE[] = BUILD_DIR "/share/microtvm-qemu/template";

static const struct {
    const char *name;
    enum sized_kind kind;
    unsigned long limit_bytes; /* on a Cortex-M */
} executors[] = {
    {"AOT", SIZED_NOTHING, 22 * KIB},
    {"graph", SIZED_NO_GRAPH, 29 * KIB},
};
enum { EXECUTORS = sizeof(executors) / sizeof(executors[0]) };

/* The limits are for GCC 12; a distribution's cross compilers are about as old as its own. Others
 * take a little more or less, GCC 15 with picolibc 1.8.12 up to 5 percent more. */
#if __GNUC__ > 14
enum { MORE_PERCENT = 5 };
#elif __GNUC__ != 12
enum { MORE_PERCENT = 3 };
#else
enum { MORE_PERCENT = 0 };
#endif

static struct board_list boards;
static struct error err;

#define ASSERT_GOOD(call) ck_assert_msg((call), "%s", err.text)

/* ---- the linker's map ---- */

struct map {
    bool is_loaded;   /* inside of an output section that takes flash */
    char section[80]; /* an input section whose numbers stand in the next line */
    unsigned long flash_bytes;
    unsigned long model_bytes;
};

/* ".text           0x00000000     0x5a10": what goes into flash. */
static void look_at_output(struct map *map, const char *line)
{
    unsigned long size_bytes = 0;
    char name[80] = "";
    int found = sscanf(line, "%79s %*x %lx", name, &size_bytes);
    map->is_loaded = strcmp(name, ".reset_vectors") == 0 || strcmp(name, ".text") == 0 ||
                     strcmp(name, ".constants") == 0 || strcmp(name, ".data") == 0 ||
                     strcmp(name, ".tdata") == 0;
    if (map->is_loaded && found == 2)
        map->flash_bytes += size_bytes;
}

/* " .text.name     0x00000123       0x24 CMakeFiles/firmware.dir/model/...": a long name has the
 * rest in the next line. */
static void look_at_input(struct map *map, const char *line)
{
    unsigned long size_bytes = 0;
    char file[400] = "";
    bool is_whole = sscanf(line, " .%*s %*x %lx %399s", &size_bytes, file) == 2 ||
                    (map->section[0] && sscanf(line, " %*x %lx %399s", &size_bytes, file) == 2);
    map->section[0] = '\0';
    if (is_whole && strstr(file, "/model/codegen/"))
        map->model_bytes += size_bytes;
    else if (!is_whole && strncmp(line, " .", 2) == 0)
        (void)sscanf(line, "%79s", map->section);
}

static struct map read_map(const char *project)
{
    struct map map = {.is_loaded = false};
    char path[400];
    char *text = NULL;
    char *place = NULL;
    snprintf(path, sizeof(path), "%s/build/firmware.map", project);
    ASSERT_GOOD(file_read(path, MAX_MAP_BYTES, &text, NULL, &err));
    char *layout = strstr(text, "Linker script and memory map");
    ck_assert_ptr_nonnull(layout);
    for (char *line = strtok_r(layout, "\n", &place); line; line = strtok_r(NULL, "\n", &place)) {
        if (line[0] == '.')
            look_at_output(&map, line);
        else if (map.is_loaded && line[0] == ' ')
            look_at_input(&map, line);
    }
    free(text);
    return map;
}

/* ---- the boards ---- */

static bool is_cortex_m(const char *definition)
{
    return strstr(definition, "\"architecture\": \"cortex_m\"") != NULL;
}

static void build(const char *board, enum sized_kind kind, const char *project)
{
    struct api_client client = {0};
    char archive[300];
    char options[300];
    snprintf(archive, sizeof(archive), "%s", scratch_path("model.tar"));
    snprintf(options, sizeof(options), "{\"board\": \"%s\"}", board);
    sized_model(archive, kind, 1);
    ASSERT_GOOD(api_start(TEMPLATE, &client, &err));
    ASSERT_GOOD(api_generate(&client, archive, project, options, &err));
    (void)api_stop(&client);
    ASSERT_GOOD(api_start(project, &client, &err));
    ASSERT_GOOD(api_step(&client, "build", &err));
    (void)api_stop(&client);
}

/* The parts are all of it; and the model's is what the map says in another way, but for what was
 * filled in behind its pieces. */
static void check_parts(const char *project, const struct map *map, const struct regions *regions)
{
    enum { MOST_FILLED = 200 };
    const struct memory_need need = {.workspace_bytes = 0};
    cleanup_free char *elf = file_path("%s/build/firmware.elf", project);
    struct memory_use use;
    struct footprint footprint;
    ASSERT_GOOD(memory_use_read(project, &need, regions, &use, &err));
    ASSERT_GOOD(footprint_read(elf, regions, &footprint, &err));
    ck_assert_uint_eq(use.flash_bytes, footprint.flash_bytes);
    ck_assert_uint_eq(use.flash_bytes, map->flash_bytes);
    ck_assert_uint_eq(use.ram_bytes, footprint.ram_bytes);
    uint64_t regions_bytes = 0;
    for (size_t i = 0; i < regions->count; i++)
        regions_bytes += footprint.region_bytes[i];
    /* Where a core begins may be outside of them: two words. */
    ck_assert_uint_le(regions_bytes, use.flash_bytes + use.ram_bytes);
    ck_assert_uint_ge(regions_bytes + 2 * sizeof(uint32_t), use.flash_bytes + use.ram_bytes);
    const struct memory_part *parts = use.parts;
    uint64_t model_bytes =
        parts[MEMORY_MODEL_CODE].flash_bytes + parts[MEMORY_CONSTANTS].flash_bytes;
    ck_assert_uint_ge(model_bytes, map->model_bytes);
    ck_assert_uint_le(model_bytes, map->model_bytes + MOST_FILLED);
    ck_assert_uint_gt(parts[MEMORY_RUNTIME].flash_bytes, 8 * KIB);
    ck_assert_uint_gt(parts[MEMORY_PLATFORM].flash_bytes, KIB);
    ck_assert_uint_gt(parts[MEMORY_LIBC].flash_bytes, 100);
    ck_assert_uint_gt(parts[MEMORY_STACK].ram_bytes, 0);
    ck_assert_uint_gt(parts[MEMORY_HEAP].ram_bytes, 0);
    ck_assert_uint_eq(parts[MEMORY_EXTRA_FILES].flash_bytes, 0);
    ck_assert_uint_eq(use.symbols_count, MEMORY_SYMBOLS_MOST);
    memory_use_dispose(&use);
}

START_TEST(the_runtime_stays_small)
{
    const struct listed_board *board = &boards.items[_i / EXECUTORS];
    const size_t executor = (size_t)_i % EXECUTORS;
    cleanup_free char *definition = NULL;
    ASSERT_GOOD(file_read(board->path, MAX_BOARD_BYTES, &definition, NULL, &err));
    char lacks[BOARD_REASON_SIZE];
    board_compiler_lacking(board->name, lacks);
    if (lacks[0]) {
        printf("SKIP the_runtime_stays_small: %s: %s\n", board->name, lacks);
        return;
    }
    char project[300];
    snprintf(project, sizeof(project), "%s", scratch_path("project"));
    build(board->name, executors[executor].kind, project);
    struct map map = read_map(project);
    check_parts(project, &map, &board->regions);
    unsigned long runtime_bytes = map.flash_bytes - map.model_bytes;
    printf("%s, %s: %lu bytes\n", board->name, executors[executor].name, runtime_bytes);
    (void)fflush(stdout);
    /* A figure at all, and the model was found. */
    ck_assert_uint_gt(map.model_bytes, 50);
    ck_assert_uint_gt(runtime_bytes, 10 * KIB);
    if (is_cortex_m(definition))
        ck_assert_uint_le(runtime_bytes,
                          executors[executor].limit_bytes * (100 + MORE_PERCENT) / 100);
}
END_TEST

int main(void)
{
    if (!board_list_find(BOARDS_SHIPPED, &boards, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("firmware_size");
    TCase *sizes = tcase_create("sizes");
    tcase_set_timeout(sizes, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(sizes, scratch_make, scratch_remove);
    tcase_add_loop_test(sizes, the_runtime_stays_small, 0, (int)boards.count * EXECUTORS);
    suite_add_tcase(suite, sizes);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    board_list_dispose(&boards);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
