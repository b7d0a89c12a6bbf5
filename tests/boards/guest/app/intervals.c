#include "intervals.h"

#include <tvm/runtime/crt/platform.h>

/* One copy for all who call it: QEMU is many times slower where a loop crosses a page of 1 KiB. */
__attribute__((noinline)) void work(uint32_t turns)
{
    for (volatile uint32_t turn = 0; turn < turns; turn += 1)
        ;
}

void time_work(uint32_t count, uint32_t turns, uint32_t *ret_ns)
{
    for (uint32_t i = 0; i < count; i++) {
        double seconds = 0;
        tvm_crt_error_t started = TVMPlatformTimerStart();
        work(turns);
        if (TVMPlatformTimerStop(&seconds) != kTvmErrorNoError || started != kTvmErrorNoError ||
            seconds > 4)
            ret_ns[i] = UINT32_MAX;
        else
            ret_ns[i] = (uint32_t)(seconds * 1e9 + 0.5);
    }
}
