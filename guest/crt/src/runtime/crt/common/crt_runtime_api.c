/* Modules, functions and the handles that name them.
 *
 * A module's handle is a number of 16 bits: 8000 | generation, 7 bits | slot, 8 bits. A function's
 * is one of 32: its module's number, then 8000 | index. A slot's generation changes when its module
 * is freed, so that a handle kept too long names nothing instead of another module. */
#include <tvm/runtime/crt/internal/common/crt_runtime_api.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/handle.h>
#include <tvm/runtime/crt/internal/memory/allocate.h>
#include <tvm/runtime/crt/module.h>
#include <tvm/runtime/crt/packed_func.h>

#include "crt_config.h"

enum {
    SLOT_GLOBAL = TVM_CRT_MAX_REGISTERED_MODULES, /* functions registered by name */
    SLOT_MADE, /* functions that are made while the firmware runs */
    SLOT_MASK = 0xff,
    GENERATION_SHIFT = 8,
    GENERATION_MASK = 0x7f,
    MARK = 0x8000,
    FUNCTION_BITS = 16,
};

_Static_assert(SLOT_MADE <= SLOT_MASK, "TVM_CRT_MAX_REGISTERED_MODULES is at most 254");

struct module_slot {
    const TVMModule *module; /* NULL: free */
    uint8_t generation;
};

enum handle_state { HANDLE_BAD, HANDLE_STALE, HANDLE_GOOD };

static struct module_slot slots[TVM_CRT_MAX_REGISTERED_MODULES];
static TVMModuleHandle system_library;
static TVMMutableFuncRegistry global_registry;
static struct made_function *made_functions;
static tvm_function_index_t last_made_id;

static uintptr_t module_number(unsigned slot)
{
    unsigned generation = slot < SLOT_GLOBAL ? slots[slot].generation : 0;
    return MARK | generation << GENERATION_SHIFT | slot;
}

static enum handle_state decode_module(uintptr_t number, unsigned *ret_slot)
{
    unsigned slot = number & SLOT_MASK;
    if (number >> FUNCTION_BITS != 0 || !(number & MARK) || slot > SLOT_MADE)
        return HANDLE_BAD;
    *ret_slot = slot;
    if (slot >= SLOT_GLOBAL)
        return number == module_number(slot) ? HANDLE_GOOD : HANDLE_BAD;
    return slots[slot].module && number == module_number(slot) ? HANDLE_GOOD : HANDLE_STALE;
}

/* Not inlined: several times is larger; as below. */
static __attribute__((noinline)) TVMFunctionHandle function_handle(unsigned slot,
                                                                   tvm_function_index_t index)
{
    return crt_handle(module_number(slot) << FUNCTION_BITS | MARK | index);
}

static enum handle_state decode_function(TVMFunctionHandle handle, unsigned *ret_slot,
                                         tvm_function_index_t *ret_index)
{
    uintptr_t number = (uintptr_t)handle;
    if (!(number & MARK))
        return HANDLE_BAD;
    *ret_index = (tvm_function_index_t)(number & (MARK - 1));
    return decode_module(number >> FUNCTION_BITS, ret_slot);
}

TVMFunctionHandle crt_time_evaluator_handle(tvm_function_index_t id)
{
    return function_handle(SLOT_MADE, /* functions that are made while the firmware runs */ id);
}

static __attribute__((noinline)) int refuse_handle(const void *handle, const char *wanted)
{
    return crt_error(kTvmErrorFunctionCallInvalidArg, "%p is not the handle of a %s", handle,
                     wanted);
}

/* ---- modules ---- */

int TVMModCreateFromCModule(const TVMModule *mod, TVMModuleHandle *out_handle)
{
    for (unsigned i = 0; i < TVM_CRT_MAX_REGISTERED_MODULES; i++) {
        if (!slots[i].module) {
            slots[i].module = mod;
            *out_handle = crt_handle(module_number(i));
            return 0;
        }
    }
    return crt_error(kTvmErrorFunctionRegistryFull,
                     "no more than %d modules (TVM_CRT_MAX_REGISTERED_MODULES)",
                     TVM_CRT_MAX_REGISTERED_MODULES);
}

int TVMModFree(TVMModuleHandle mod)
{
    unsigned slot;
    enum handle_state state = decode_module((uintptr_t)mod, &slot);
    if (state == HANDLE_BAD || slot >= SLOT_GLOBAL)
        return refuse_handle(mod, "module");
    if (state == HANDLE_STALE || mod == system_library)
        return 0;
    slots[slot].module = NULL;
    slots[slot].generation = (slots[slot].generation + 1) & GENERATION_MASK;
    return 0;
}

int crt_system_library(TVMModuleHandle *ret_handle)
{
    if (!system_library) {
        int status = TVMModCreateFromCModule(TVMSystemLibEntryPoint(), &system_library);
        if (status != 0)
            return status;
    }
    *ret_handle = system_library;
    return 0;
}

int TVMModGetFunction(TVMModuleHandle mod, const char *func_name, int query_imports,
                      TVMFunctionHandle *out)
{
    (void)query_imports;
    unsigned slot;
    tvm_function_index_t index;
    if (decode_module((uintptr_t)mod, &slot) != HANDLE_GOOD || slot >= SLOT_GLOBAL)
        return refuse_handle(mod, "module");
    if (TVMFuncRegistry_Lookup(slots[slot].module->registry, func_name, &index) != kTvmErrorNoError)
        return crt_error(kTvmErrorFunctionNameNotFound, "no function \"%s\" in this module",
                         func_name);
    *out = function_handle(slot, index);
    return 0;
}

/* ---- functions that are made while the firmware runs ---- */

/* The link to it, or the last one, which is NULL. In one piece: in three it takes 40 bytes more. */
static __attribute__((noinline)) struct made_function **find_made(tvm_function_index_t id)
{
    struct made_function **link = &made_functions;
    while (*link && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

TVMFunctionHandle crt_add_function(struct made_function *function)
{
    struct made_function **link;
    do {
        last_made_id = (last_made_id + 1) & (MARK - 1);
        link = find_made(last_made_id);
    } while (*link);
    function->id = last_made_id;
    *link = function;
    return function_handle(SLOT_MADE, last_made_id);
}

static void free_made(tvm_function_index_t id)
{
    struct made_function **link = find_made(id);
    struct made_function *function = *link;
    if (function)
        *link = function->next;
    crt_free(function);
}

/* ---- functions ---- */

int crt_create_global_registry(void)
{
    void *memory;
    int status =
        crt_allocate(TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES, "the table of functions", &memory);
    if (status != 0)
        return status;
    return TVMMutableFuncRegistry_Create(&global_registry, memory,
                                         TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES);
}

int TVMFuncRegisterGlobal(const char *name, TVMFunctionHandle f, int override)
{
    TVMBackendPackedCFunc func = (TVMBackendPackedCFunc)f;
    tvm_crt_error_t status = TVMMutableFuncRegistry_Set(&global_registry, name, func, override);
    if (status == kTvmErrorFunctionAlreadyDefined)
        return crt_error(status, "function \"%s\" is registered already", name);
    if (status != kTvmErrorNoError)
        return crt_error(status,
                         "no room for function \"%s\" in %d bytes "
                         "(TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES)",
                         name, (int)TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES);
    return 0;
}

int TVMFuncGetGlobal(const char *name, TVMFunctionHandle *out)
{
    tvm_function_index_t index;
    *out = NULL;
    if (TVMFuncRegistry_Lookup(&global_registry.registry, name, &index) == kTvmErrorNoError)
        *out = function_handle(SLOT_GLOBAL, index);
    return 0;
}

int TVMFuncFree(TVMFunctionHandle func)
{
    unsigned slot;
    tvm_function_index_t index;
    if (decode_function(func, &slot, &index) == HANDLE_BAD)
        return refuse_handle(func, "function");
    if (slot == SLOT_MADE)
        free_made(index);
    return 0; /* other functions belong to their module */
}

/* What a handle names, and what that is called with beside its arguments. */
struct callee {
    TVMBackendPackedCFunc func;
    void *resource_handle;
};

static int find_callee(unsigned slot, tvm_function_index_t index, struct callee *ret_callee)
{
    if (slot == SLOT_MADE) {
        struct made_function *function = *find_made(index);
        if (!function)
            return crt_error(kTvmErrorTimeEvaluatorBadHandle, "function %d was freed", (int)index);
        *ret_callee = (struct callee){function->call, function};
        return 0;
    }
    const TVMFuncRegistry *registry =
        slot == SLOT_GLOBAL ? &global_registry.registry : slots[slot].module->registry;
    if (TVMFuncRegistry_GetByIndex(registry, index, &ret_callee->func) != kTvmErrorNoError)
        return crt_error(kTvmErrorFunctionIndexInvalid, "no function %d in this module",
                         (int)index);
    /* For functions that share their code: which of them is called. */
    ret_callee->resource_handle = (void *)&registry->funcs[index];
    return 0;
}

int TVMFuncCall(TVMFunctionHandle func, TVMValue *arg_values, int *type_codes, int num_args,
                TVMValue *ret_val, int *ret_type_code)
{
    unsigned slot;
    tvm_function_index_t index;
    struct callee callee;
    if (decode_function(func, &slot, &index) != HANDLE_GOOD)
        return refuse_handle(func, "function");
    ret_val->v_int64 = 0;
    *ret_type_code = kTVMNullptr;
    int status = find_callee(slot, index, &callee);
    if (status != 0)
        return status;
    TVMAPISetLastError("");
    /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): no error has the code 0 */
    status = callee.func(arg_values, type_codes, num_args, ret_val, ret_type_code,
                         callee.resource_handle);
    if (status != 0 && *TVMGetLastError() == '\0')
        return crt_error(status, "function %d of the module failed with code %d and no text",
                         (int)index, status);
    return status;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is TVM's */
int TVMCFuncSetReturn(TVMRetValueHandle ret, TVMValue *value, int *type_code, int num_ret)
{
    const TVMCReturnValue *target = ret;
    for (int i = 0; i < num_ret; i++) {
        target->ret_val[i] = value[i];
        target->ret_type_code[i] = type_code[i];
    }
    return 0;
}
