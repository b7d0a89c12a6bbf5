/* The firmware's heap, compiled for this machine: random calls against a model of what must be
 * allocated, wrong addresses, damage, and that its cost does not grow with the number of blocks. */
#include "boot/fatal.h"
#include "platform/heap.h"
#include "unit/wire/random_bytes.h"

#include <check.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HEAP_BYTES = 64 * 1024, LIVE_MAX = 400, SEEDS = 20 };
/* For blocks, in an aligned heap with an aligned end. */
enum { ALL_BYTES = HEAP_BYTES - HEAP_ALIGNMENT_BYTES };

static _Alignas(16) char memory[HEAP_BYTES];
static jmp_buf end;
static uint32_t seed;

/* ---- the firmware's last words ---- */

void fatal_begin(const char *what)
{
    ck_assert_ptr_nonnull(strstr(what, "heap damaged"));
}

void fatal_address(const char *name, uintptr_t value)
{
    ck_assert_str_eq(name, "address");
    (void)value;
}

void fatal_end(void)
{
    longjmp(end, 1);
}

/* ---- a model ---- */

struct live {
    uint8_t *address;
    size_t size_bytes;
    uint8_t fill;
};

static struct live live[LIVE_MAX];
static unsigned live_count;
static size_t used_bytes; /* in blocks */
static size_t most_bytes; /* of these, ever */

/* What the host reads of it (server/project/footprint/marks.h). */
extern uint32_t heap_most_bytes __asm__("platform_heap");

static uint32_t next_random(uint32_t below)
{
    return random_below(&seed, below);
}

static size_t block_bytes(size_t size_bytes)
{
    return (size_bytes + HEAP_HEADER_BYTES + HEAP_ALIGNMENT_BYTES - 1) / HEAP_ALIGNMENT_BYTES *
           HEAP_ALIGNMENT_BYTES;
}

static void check_content(const struct live *block)
{
    size_t i = 0;
    while (i < block->size_bytes && block->address[i] == block->fill)
        i++;
    ck_assert_uint_eq(i, block->size_bytes);
}

static size_t random_size(void)
{
    static const uint32_t bounds[] = {20, 200, 3000, HEAP_BYTES / 4};
    return next_random(bounds[next_random(4)]);
}

/* It fails only where no free block is large enough, and then changes nothing. */
static void allocate_one(void)
{
    size_t size_bytes = random_size();
    struct heap_room before = heap_room();
    uint8_t *address =
        next_random(4) == 0 ? heap_allocate_high(size_bytes) : heap_allocate(size_bytes);
    struct heap_room after = heap_room();
    if (!address) {
        ck_assert_uint_gt(size_bytes, before.largest_bytes);
        ck_assert_mem_eq(&before, &after, sizeof(before));
        return;
    }
    ck_assert_uint_le(size_bytes, before.largest_bytes);
    ck_assert_uint_eq((uintptr_t)address % HEAP_ALIGNMENT_BYTES, 0);
    ck_assert(address >= (uint8_t *)memory);
    ck_assert(address + size_bytes <= (uint8_t *)memory + HEAP_BYTES);
    ck_assert_uint_eq(heap_size_bytes(address), block_bytes(size_bytes) - HEAP_HEADER_BYTES);
    struct live *block = &live[live_count++];
    *block = (struct live){address, size_bytes, (uint8_t)next_random(256)};
    used_bytes += block_bytes(size_bytes);
    most_bytes = used_bytes > most_bytes ? used_bytes : most_bytes;
    memset(address, block->fill, size_bytes);
}

static void refuse_free(void *address)
{
    struct heap_room before = heap_room();
    ck_assert(!heap_free(address));
    ck_assert_uint_eq(heap_size_bytes(address), 0);
    struct heap_room after = heap_room();
    ck_assert_mem_eq(&before, &after, sizeof(before));
}

static void free_one(unsigned index)
{
    struct live block = live[index];
    check_content(&block);
    if (block.size_bytes > 0)
        refuse_free(block.address + 1 + next_random((uint32_t)block.size_bytes));
    ck_assert(heap_free(block.address));
    used_bytes -= block_bytes(block.size_bytes);
    refuse_free(block.address);
    live[index] = live[--live_count];
}

static void run_model(uint32_t first_seed, int steps)
{
    seed = first_seed;
    live_count = 0;
    heap_init(memory, memory + HEAP_BYTES);
    for (int step = 0; step < steps; step++) {
        if (live_count < LIVE_MAX && (live_count == 0 || next_random(100) < 55))
            allocate_one();
        else
            free_one(next_random(live_count));
    }
}

START_TEST(random_calls_agree_with_a_model)
{
    run_model((uint32_t)_i + 1, 3000);
    for (unsigned i = 0; i < live_count; i++)
        check_content(&live[i]);
    struct heap_room room = heap_room();
    ck_assert_uint_eq(heap_most_bytes, most_bytes);
    ck_assert_uint_le(room.free_bytes, ALL_BYTES - used_bytes);
    while (live_count > 0)
        free_one(next_random(live_count));
    room = heap_room();
    ck_assert_uint_eq(room.largest_bytes, ALL_BYTES - HEAP_HEADER_BYTES);
    ck_assert_uint_eq(room.free_bytes, room.largest_bytes);
}
END_TEST

START_TEST(same_calls_get_same_addresses)
{
    struct live first[LIVE_MAX];
    run_model(7, 1000);
    unsigned count = live_count;
    memcpy(first, live, sizeof(first));
    run_model(7, 1000);
    ck_assert_uint_eq(live_count, count);
    for (unsigned i = 0; i < count; i++)
        ck_assert_ptr_eq(live[i].address, first[i].address);
}
END_TEST

/* Exactly what heap.h says that blocks take. */
START_TEST(a_heap_holds_what_its_blocks_take)
{
    static const size_t sizes[] = {1, 8, 9, 24, 25, 1024, 704, 40, 4000};
    enum { COUNT = sizeof(sizes) / sizeof(sizes[0]) };
    size_t needed_bytes = HEAP_HEADER_BYTES;
    for (unsigned i = 0; i < COUNT; i++)
        needed_bytes += block_bytes(sizes[i]);
    for (int missing = 0; missing < 2; missing++) {
        heap_init(memory, memory + needed_bytes - missing);
        for (unsigned i = 0; i < COUNT; i++)
            ck_assert_int_eq(heap_allocate(sizes[i]) != NULL, missing == 0 || i + 1 < COUNT);
    }
}
END_TEST

/* What is taken from the upper end leaves one free block when it has gone, whatever stays. */
START_TEST(high_blocks_leave_no_hole)
{
    heap_init(memory, memory + HEAP_BYTES);
    void *text = heap_allocate_high(20000);
    void *rows = heap_allocate_high(300);
    for (int i = 0; i < 100; i++)
        ck_assert_ptr_nonnull(heap_allocate(100));
    ck_assert(heap_free(rows));
    ck_assert(heap_free(text));
    struct heap_room room = heap_room();
    ck_assert_uint_eq(room.free_bytes, room.largest_bytes);
    ck_assert_uint_eq(room.largest_bytes, ALL_BYTES - HEAP_HEADER_BYTES - 100 * block_bytes(100));
}
END_TEST

/* ---- wrong calls ---- */

START_TEST(foreign_addresses_are_refused)
{
    char elsewhere[32];
    heap_init(memory, memory + HEAP_BYTES);
    char *block = heap_allocate(500);
    memset(block, 0, 500);
    refuse_free(NULL);
    refuse_free(elsewhere);
    refuse_free(memory);
    refuse_free(memory + HEAP_BYTES);
    ck_assert_ptr_null(heap_allocate(SIZE_MAX));
    ck_assert_ptr_null(heap_allocate(SIZE_MAX - 7));
    ck_assert_ptr_null(heap_allocate(HEAP_BYTES));
}
END_TEST

/* The headers of blocks that are no more lie in a block that took their place. */
START_TEST(addresses_of_earlier_blocks_are_refused)
{
    void *small[100];
    heap_init(memory, memory + HEAP_BYTES);
    for (int i = 0; i < 100; i++)
        small[i] = heap_allocate(40);
    for (int i = 0; i < 100; i++)
        ck_assert(heap_free(small[i * 37 % 100]));
    ck_assert_ptr_eq(heap_allocate(100 * block_bytes(40)), small[0]);
    for (int i = 1; i < 100; i++)
        refuse_free(small[i]);
    ck_assert(heap_free(small[0]));
}
END_TEST

START_TEST(a_heap_that_is_too_small_is_empty)
{
    enum { SMALLEST_BYTES = HEAP_HEADER_BYTES + HEAP_ALIGNMENT_BYTES };
    for (size_t size_bytes = 0; size_bytes < SMALLEST_BYTES; size_bytes++) {
        heap_init(memory, memory + size_bytes);
        ck_assert_ptr_null(heap_allocate(1));
        ck_assert_uint_eq(heap_room().largest_bytes, 0);
        refuse_free(memory + HEAP_ALIGNMENT_BYTES);
    }
    heap_init(memory, memory + SMALLEST_BYTES);
    ck_assert_ptr_nonnull(heap_allocate(HEAP_ALIGNMENT_BYTES - HEAP_HEADER_BYTES));
}
END_TEST

/* Each byte of a header that an overrun reaches. */
START_TEST(an_overrun_is_found)
{
    heap_init(memory, memory + HEAP_BYTES);
    char *first = heap_allocate(24);
    char *second = heap_allocate(24);
    char *third = heap_allocate(24);
    second[-HEAP_HEADER_BYTES + _i] ^= 0x55;
    if (setjmp(end) == 0) {
        (void)heap_free(second);
        ck_abort_msg("freed");
    }
    if (setjmp(end) == 0) {
        (void)heap_free(third);
        (void)heap_free(first);
        ck_abort_msg("freed");
    }
}
END_TEST

START_TEST(a_write_to_a_freed_block_is_found)
{
    heap_init(memory, memory + HEAP_BYTES);
    char *first = heap_allocate(24);
    (void)heap_allocate(24);
    ck_assert(heap_free(first));
    memset(first, 0x55, 8);
    if (setjmp(end) == 0) {
        (void)heap_allocate(24);
        ck_abort_msg("allocated");
    }
}
END_TEST

/* ---- cost ---- */

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Allocates so many, frees every other one, takes larger ones, frees everything crosswise. */
static void use_blocks(void **blocks, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ck_assert_ptr_nonnull(blocks[i] = heap_allocate(272));
    for (unsigned i = 0; i < count; i += 2)
        ck_assert(heap_free(blocks[i]));
    for (unsigned i = 0; i < count; i += 2)
        ck_assert_ptr_nonnull(blocks[i] = heap_allocate(280 + i % 20));
    for (unsigned i = 0; i < count; i++)
        ck_assert(heap_free(blocks[i * 7919ULL % count]));
}

static double seconds_a_block(unsigned count, unsigned rounds)
{
    size_t size_bytes = (size_t)count * 512;
    void **blocks = calloc(count, sizeof(*blocks));
    char *large = aligned_alloc(16, size_bytes);
    ck_assert(blocks && large);
    memset(large, 0, size_bytes);
    double began = cpu_seconds();
    for (unsigned i = 0; i < rounds; i++) {
        heap_init(large, large + size_bytes);
        use_blocks(blocks, count);
    }
    double seconds = cpu_seconds() - began;
    free(blocks);
    free(large);
    return seconds / count / rounds;
}

/* Where each call looks at all blocks, 64 times as many blocks make each 64 times dearer. */
START_TEST(many_blocks_cost_as_much_each_as_few)
{
    double few = seconds_a_block(1000, 64);
    double many = seconds_a_block(64000, 1);
    ck_assert_msg(many < 16 * few, "%.0f ns each of few, %.0f ns of many", few * 1e9, many * 1e9);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heap");
    TCase *tcase = tcase_create("heap");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, random_calls_agree_with_a_model, 0, SEEDS);
    tcase_add_test(tcase, same_calls_get_same_addresses);
    tcase_add_test(tcase, a_heap_holds_what_its_blocks_take);
    tcase_add_test(tcase, high_blocks_leave_no_hole);
    tcase_add_test(tcase, foreign_addresses_are_refused);
    tcase_add_test(tcase, addresses_of_earlier_blocks_are_refused);
    tcase_add_test(tcase, a_heap_that_is_too_small_is_empty);
    tcase_add_loop_test(tcase, an_overrun_is_found, 0, HEAP_HEADER_BYTES);
    tcase_add_test(tcase, a_write_to_a_freed_block_is_found);
    tcase_add_test(tcase, many_blocks_cost_as_much_each_as_few);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
