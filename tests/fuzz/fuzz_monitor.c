/* Any bytes into MLPerf Tiny's monitor: whatever comes, the next command is obeyed.
 *
 * LLVMFuzzerTestOneInput for a fuzzer; fuzz_main.c runs it over a fixed corpus. */
#include "api/internally_implemented.h"
#include "unit/guest/benchmark_fixture.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of bytes that look random, few would make a command: each stands for a piece of one. */
static const char *const PIECES[] = {
    "db ",     "load ",     "print ",   "infer ", "results", "help", "name",
    "profile", "timestamp", "%",        "% ",     "0",       "1",    "12",
    "7",       "ff",        "0badcafe", "-",      " ",       "x",    "99999999999999999999",
};

enum { PIECES_COUNT = sizeof(PIECES) / sizeof(PIECES[0]), INPUT_MOST = 1500 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char ANSWER[] = "m-name-dut-[microTVM]\r\nm-ready\r\n";
    char one[2] = "";
    benchmark_boot();
    for (size_t i = 0; i < size && i < INPUT_MOST; i++) {
        one[0] = (char)data[i];
        benchmark_hear(data[i] < PIECES_COUNT ? PIECES[data[i]] : one);
        benchmark_said();
    }
    benchmark_hear("%name%");
    const char *said = benchmark_said();
    size_t length = strlen(said);
    if (length < strlen(ANSWER) || strcmp(said + length - strlen(ANSWER), ANSWER) != 0)
        abort();
    return 0;
}
