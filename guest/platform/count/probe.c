/* Functions with hooks that do nothing, to measure what hooks cost; compiled as the model is. */
#include "platform/count/count.h"

__attribute__((noipa)) void count_probe(void)
{
}

__attribute__((noipa)) void count_probe_nested(void)
{
    count_probe();
}
