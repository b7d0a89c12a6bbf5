/* One table of functions for all models in the firmware, laid out as its C runtime reads it.
 *
 * Generated code has its table behind TVMSystemLibEntryPoint. CMakeLists.txt compiles this file,
 * and gives those functions other names (SYSTEM_LIBS), where that does not do: where several models
 * define it, and where the code's table is laid out in another way than the runtime expects. TVM
 * 0.8 counts functions in one byte in front of the names, later ones in two. */
#include "platform/system_libs.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <tvm/runtime/crt/module.h>
#include <tvm/runtime/crt/platform.h>

enum { FIRST_PRINTABLE = 0x20, COUNT_MAX = SYSTEM_LIB_COUNT_SIZE == 1 ? 0xff : 0xffff };

/* One whose model has no table is not there. */
#define DECLARE(function) extern const TVMModule *function(void) __attribute__((weak));
#define LIST(function) function,
SYSTEM_LIBS(DECLARE)

static const TVMModule *(*const ENTRY_POINTS[])(void) = {SYSTEM_LIBS(LIST)};

enum { ENTRY_POINTS_COUNT = sizeof(ENTRY_POINTS) / sizeof(ENTRY_POINTS[0]) };

struct table {
    const char *names; /* one behind the other, each with its NUL */
    size_t names_size_bytes;
    const TVMBackendPackedCFunc *functions;
    uint16_t count;
};

static TVMFuncRegistry merged_registry;
static const TVMModule MERGED = {.registry = &merged_registry};

/* The second byte is the first name's first letter, or the count's upper half: a table of so many
 * functions as to be taken for a letter does not fit on a board. */
static struct table read_table(const TVMModule *module)
{
    const uint8_t *names = (const uint8_t *)module->registry->names;
    struct table table = {.functions = module->registry->funcs, .count = names[0]};
    size_t count_size = 1;
    if (names[1] < FIRST_PRINTABLE) {
        table.count = (uint16_t)(names[0] | names[1] << 8);
        count_size = 2;
    }
    table.names = (const char *)names + count_size;
    for (uint16_t i = 0; i < table.count; i++)
        table.names_size_bytes += strlen(table.names + table.names_size_bytes) + 1;
    return table;
}

static void *allocate(size_t size_bytes)
{
    const DLDevice cpu = {kDLCPU, 0};
    void *memory = NULL;
    tvm_crt_error_t error = TVMPlatformMemoryAllocate(size_bytes, cpu, &memory);
    if (error != kTvmErrorNoError)
        TVMPlatformAbort(error);
    return memory;
}

/* In the order of SYSTEM_LIBS, so that a lookup of a name that two have finds the first one's. */
static void merge(const struct table *tables, size_t count)
{
    size_t names_size_bytes = 0;
    size_t functions_count = 0;
    for (size_t i = 0; i < count; i++) {
        names_size_bytes += tables[i].names_size_bytes;
        functions_count += tables[i].count;
    }
    if (functions_count > COUNT_MAX)
        TVMPlatformAbort(kTvmErrorFunctionRegistryFull);

    char *names = allocate(SYSTEM_LIB_COUNT_SIZE + names_size_bytes + 1);
    TVMBackendPackedCFunc *functions = allocate((functions_count + 1) * sizeof(*functions));
    merged_registry = (TVMFuncRegistry){.names = names, .funcs = functions};
    for (size_t i = 0; i < SYSTEM_LIB_COUNT_SIZE; i++)
        *names++ = (char)(functions_count >> 8 * i);
    for (size_t i = 0; i < count; i++) {
        memcpy(names, tables[i].names, tables[i].names_size_bytes);
        names += tables[i].names_size_bytes;
        memcpy(functions, tables[i].functions, tables[i].count * sizeof(*functions));
        functions += tables[i].count;
    }
    *names = '\0';
}

const TVMModule *TVMSystemLibEntryPoint(void)
{
    struct table tables[ENTRY_POINTS_COUNT] = {0}; /* for GCC 10, which sees a use of none */
    size_t count = 0;
    for (size_t i = 0; !merged_registry.names && i < ENTRY_POINTS_COUNT; i++)
        if (ENTRY_POINTS[i])
            tables[count++] = read_table(ENTRY_POINTS[i]());
    if (!merged_registry.names)
        merge(tables, count);
    return &MERGED;
}
