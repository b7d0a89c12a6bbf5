/* Runs a fuzz target without a fuzzer: over the files that are named, or over a fixed row of inputs
 * made of numbers that look random. Usage: fuzz_X [FILE...] */
#include "unit/wire/random_bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 4096, ROUNDS = 3000 };

/* A copy of exactly the input's size, so that a sanitizer sees a read past it. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int run_file(const char *path)
{
    static uint8_t data[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return EXIT_FAILURE;
    }
    size_t size = fread(data, 1, sizeof(data), file);
    (void)fclose(file);
    run(data, size);
    return EXIT_SUCCESS;
}

/* Small numbers, frame starts and zeros are what messages are made of. */
static void make_input(uint32_t *seed, uint8_t *data, size_t size)
{
    random_fill_special(seed, data, size);
    for (size_t i = 0; i < size; i++) {
        uint32_t kind = random_below(seed, 8);
        if (kind < 4)
            data[i] = 0;
        else if (kind < 6)
            data[i] = (uint8_t)random_below(seed, 24);
    }
    for (size_t i = 0; i + 9 < size; i += 9 + random_below(seed, 80)) {
        const uint8_t start[] = {0xff, 0xfd, (uint8_t)random_below(seed, 70), 0, 0, 0, 1, 0, 0};
        if (random_below(seed, 2) == 0)
            memcpy(data + i, start, sizeof(start));
    }
}

int main(int argc, char **argv)
{
    static uint8_t data[INPUT_MAX];
    uint32_t seed = 20240229;
    int status = EXIT_SUCCESS;
    for (int i = 1; i < argc; i++)
        status = run_file(argv[i]) == EXIT_SUCCESS ? status : EXIT_FAILURE;
    for (int round = 0; argc == 1 && round < ROUNDS; round++) {
        size_t size = random_below(&seed, round < ROUNDS / 2 ? 64 : INPUT_MAX);
        make_input(&seed, data, size);
        run(data, size);
    }
    return status;
}
