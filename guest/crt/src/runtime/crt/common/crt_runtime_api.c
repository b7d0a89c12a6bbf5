/* Modules, functions and the handles that name them.
 *
 * A module's handle is a number of 16 bits: 8000 | generation, 7 bits | slot, 8 bits. A function's
 * is one of 32: its module's number, then 8000 | index. A slot's generation changes when its module
 * is freed, so that a handle kept too long names nothing instead of another module. */
#include <tvm/runtime/crt/crt.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/runtime.h>
#include <tvm/runtime/crt/module.h>
#include <tvm/runtime/crt/packed_func.h>
#include <tvm/runtime/crt/platform.h>

#include "crt_config.h"

enum {
    SLOT_GLOBAL = TVM_CRT_MAX_REGISTERED_MODULES, /* functions registered by name */
    SLOT_TIME_EVALUATOR,
    SLOT_MASK = 0xff,
    GENERATION_SHIFT = 8,
    GENERATION_MASK = 0x7f,
    MARK = 0x8000,
    FUNCTION_BITS = 16,
};

_Static_assert(SLOT_TIME_EVALUATOR <= SLOT_MASK, "TVM_CRT_MAX_REGISTERED_MODULES is at most 254");

struct module_slot {
    const TVMModule *module; /* NULL: free */
    uint8_t generation;
};

enum handle_state { HANDLE_BAD, HANDLE_STALE, HANDLE_GOOD };

static struct module_slot slots[TVM_CRT_MAX_REGISTERED_MODULES];
static TVMModuleHandle system_library;
static TVMMutableFuncRegistry global_registry;

static uintptr_t module_number(unsigned slot)
{
    unsigned generation = slot < SLOT_GLOBAL ? slots[slot].generation : 0;
    return MARK | generation << GENERATION_SHIFT | slot;
}

static enum handle_state decode_module(uintptr_t number, unsigned *ret_slot)
{
    unsigned slot = number & SLOT_MASK;
    if (number >> FUNCTION_BITS != 0 || !(number & MARK) || slot > SLOT_TIME_EVALUATOR)
        return HANDLE_BAD;
    *ret_slot = slot;
    if (slot >= SLOT_GLOBAL)
        return number == module_number(slot) ? HANDLE_GOOD : HANDLE_BAD;
    return slots[slot].module && number == module_number(slot) ? HANDLE_GOOD : HANDLE_STALE;
}

static TVMFunctionHandle function_handle(unsigned slot, tvm_function_index_t index)
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
    return function_handle(SLOT_TIME_EVALUATOR, id);
}

static int refuse_handle(const void *handle, const char *wanted)
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

/* ---- functions ---- */

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
    if (slot == SLOT_TIME_EVALUATOR)
        time_evaluator_free(index);
    return 0; /* other functions belong to their module */
}

static int call_by_index(const TVMFuncRegistry *registry, tvm_function_index_t index,
                         TVMValue *arg_values, int *type_codes, int num_args, TVMValue *ret_val,
                         int *ret_type_code)
{
    TVMBackendPackedCFunc func;
    if (TVMFuncRegistry_GetByIndex(registry, index, &func) != kTvmErrorNoError)
        return crt_error(kTvmErrorFunctionIndexInvalid, "no function %d in this module",
                         (int)index);
    TVMAPISetLastError("");
    /* For functions that share their code: which of them is called. */
    void *place = (void *)&registry->funcs[index];
    int status = func(arg_values, type_codes, num_args, ret_val, ret_type_code, place);
    if (status != 0 && *TVMGetLastError() == '\0')
        return crt_error(status, "function %d of the module failed with code %d and no text",
                         (int)index, status);
    return status;
}

int TVMFuncCall(TVMFunctionHandle func, TVMValue *arg_values, int *type_codes, int num_args,
                TVMValue *ret_val, int *ret_type_code)
{
    unsigned slot;
    tvm_function_index_t index;
    if (decode_function(func, &slot, &index) != HANDLE_GOOD)
        return refuse_handle(func, "function");
    ret_val->v_int64 = 0;
    *ret_type_code = kTVMNullptr;
    if (slot == SLOT_TIME_EVALUATOR)
        return time_evaluator_call(index, arg_values, type_codes, num_args, ret_val, ret_type_code);
    const TVMFuncRegistry *registry =
        slot == SLOT_GLOBAL ? &global_registry.registry : slots[slot].module->registry;
    return call_by_index(registry, index, arg_values, type_codes, num_args, ret_val, ret_type_code);
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

/* ---- start-up ---- */

tvm_crt_error_t TVMInitializeRuntime(void)
{
    void *memory;
    int status =
        crt_allocate(TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES, "the table of functions", &memory);
    if (status != 0)
        return (tvm_crt_error_t)status;
    tvm_crt_error_t error = TVMMutableFuncRegistry_Create(&global_registry, memory,
                                                          TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES);
    return error != kTvmErrorNoError ? error : crt_register_functions();
}

/* For a platform that does without.
 * NOLINTNEXTLINE(readability-non-const-parameter): others fill the buffer */
TVM_WEAK tvm_crt_error_t TVMPlatformGenerateRandom(uint8_t *buffer, size_t num_bytes)
{
    (void)buffer;
    (void)num_bytes;
    return (tvm_crt_error_t)crt_error(kTvmErrorFunctionCallNotImplemented,
                                      "this platform has no random numbers");
}

TVM_WEAK tvm_crt_error_t TVMPlatformBeforeMeasurement(void)
{
    return kTvmErrorNoError;
}

TVM_WEAK tvm_crt_error_t TVMPlatformAfterMeasurement(void)
{
    return kTvmErrorNoError;
}
