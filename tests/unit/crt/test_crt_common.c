/* The parts of the C runtime that C code calls: registries, workspace, packed functions, arrays. */
#include "unit/crt/crt_model.h"
#include "unit/crt/crt_platform.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/crt.h>
#include <tvm/runtime/crt/internal/common/ndarray.h>
#include <tvm/runtime/crt/packed_func.h>
#include <tvm/runtime/crt/stack_allocator.h>

static void start(void)
{
    ck_assert_int_eq(TVMInitializeRuntime(), kTvmErrorNoError);
}

/* ---- registries ---- */

/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is TVM's */
static int one(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val, int *ret_type_code,
               void *resource_handle)
{
    (void)args;
    (void)type_codes;
    (void)num_args;
    (void)resource_handle;
    ret_val->v_int64 = 1;
    *ret_type_code = kTVMArgInt;
    return 0;
}

static int two(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val, int *ret_type_code,
               void *resource_handle)
{
    int status = one(args, type_codes, num_args, ret_val, ret_type_code, resource_handle);
    ret_val->v_int64 = 2;
    return status;
}

START_TEST(test_lookup)
{
    static const TVMBackendPackedCFunc functions[] = {one, two, one};
    static const TVMFuncRegistry registry = {"\003\000first\000second\000sec\000", functions};
    TVMBackendPackedCFunc func = NULL;
    tvm_function_index_t index = 77;
    ck_assert_uint_eq(TVMFuncRegistry_GetNumFuncs(&registry), 3);
    ck_assert_int_eq(TVMFuncRegistry_Lookup(&registry, "second", &index), 0);
    ck_assert_uint_eq(index, 1);
    ck_assert_int_eq(TVMFuncRegistry_Lookup(&registry, "sec", &index), 0);
    ck_assert_uint_eq(index, 2);
    static const char *const missing[] = {"", "f", "firs", "first2", "secondsec"};
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
        ck_assert_int_eq(TVMFuncRegistry_Lookup(&registry, missing[i], &index),
                         kTvmErrorFunctionNameNotFound);
    ck_assert_uint_eq(index, 2);
    ck_assert_int_eq(TVMFuncRegistry_GetByIndex(&registry, 1, &func), 0);
    ck_assert_ptr_eq(func, two);
    ck_assert_int_eq(TVMFuncRegistry_GetByIndex(&registry, 3, &func),
                     kTvmErrorFunctionIndexInvalid);
}
END_TEST

/* In a block of exactly each size: filled to the brim, every name is found, nothing is written
 * outside (the sanitizer looks). */
START_TEST(test_mutable_registry)
{
    size_t size = (size_t)_i;
    uint8_t *buffer = malloc(size);
    TVMMutableFuncRegistry registry;
    tvm_function_index_t index;
    int count = 0;
    char name[20];
    tvm_crt_error_t status = TVMMutableFuncRegistry_Create(&registry, buffer, size);
    if (size < 10 + 1 + sizeof(void *)) {
        ck_assert_int_eq(status, kTvmErrorBufferTooSmall);
        free(buffer);
        return;
    }
    while (status == 0) {
        (void)snprintf(name, sizeof(name), "function%d", count);
        status = TVMMutableFuncRegistry_Set(&registry, name, count % 2 ? one : two, 0);
        count += status == 0;
    }
    ck_assert_int_eq(status, kTvmErrorFunctionRegistryFull);
    ck_assert_uint_eq(TVMFuncRegistry_GetNumFuncs(&registry.registry), count);
    for (int i = 0; i < count; i++) {
        (void)snprintf(name, sizeof(name), "function%d", i);
        ck_assert_int_eq(TVMFuncRegistry_Lookup(&registry.registry, name, &index), 0);
        ck_assert_uint_eq(index, i);
        ck_assert_ptr_eq(registry.registry.funcs[i], i % 2 ? one : two);
        ck_assert_int_eq(TVMMutableFuncRegistry_Set(&registry, name, one, 0),
                         kTvmErrorFunctionAlreadyDefined);
        ck_assert_int_eq(TVMMutableFuncRegistry_Set(&registry, name, one, 1), 0);
    }
    free(buffer);
}
END_TEST

START_TEST(test_register_global)
{
    TVMFunctionHandle func;
    TVMValue value;
    int type_code;
    ck_assert_int_eq(TVMBackendRegisterSystemLibSymbol("mine", (void *)one), 0);
    ck_assert_int_ne(TVMFuncRegisterGlobal("mine", (void *)two, 0), 0);
    ck_assert_ptr_nonnull(strstr(TVMGetLastError(), "\"mine\""));
    ck_assert_int_eq(TVMBackendGetFuncFromEnv(NULL, "mine", &func), 0);
    ck_assert_int_eq(TVMFuncCall(func, NULL, NULL, 0, &value, &type_code), 0);
    ck_assert_int_eq(value.v_int64, 1);
    ck_assert_int_eq(TVMFuncRegisterGlobal("mine", (void *)two, 1), 0);
    ck_assert_int_eq(TVMFuncCall(func, NULL, NULL, 0, &value, &type_code), 0);
    ck_assert_int_eq(value.v_int64, 2);
    ck_assert_int_ne(TVMBackendGetFuncFromEnv(NULL, "yours", &func), 0);
    ck_assert_ptr_nonnull(strstr(TVMGetLastError(), "\"yours\""));
    char name[40];
    int status = 0;
    for (int i = 0; status == 0 && i < 100; i++) {
        (void)snprintf(name, sizeof(name), "function%d", i);
        status = TVMFuncRegisterGlobal(name, (void *)one, 0);
    }
    ck_assert_int_eq(status, kTvmErrorFunctionRegistryFull);
}
END_TEST

/* ---- packed functions ---- */

START_TEST(test_packed_func)
{
    TVMModuleHandle library;
    TVMPackedFunc func;
    TVMValue values[12] = {{.v_int64 = 7}};
    uint32_t type_codes[12] = {kTVMArgInt};
    TVMArgs args = TVMArgs_Create(values, type_codes, 1);
    ck_assert_int_eq(TVMModCreateFromCModule(TVMSystemLibEntryPoint(), &library), 0);
    ck_assert_int_eq(TVMPackedFunc_InitModuleFunc(&func, library, "echo", &args), 0);
    ck_assert_int_eq(func.Call(&func), 0);
    ck_assert_int_eq(func.ret_value.values[0].v_int64, 7);
    ck_assert_int_eq(func.ret_value.tcodes[0], kTVMArgInt);
    ck_assert_str_eq(func.name, "echo");
    ck_assert_int_ne(TVMPackedFunc_InitModuleFunc(&func, library, "nothing", &args), 0);
    ck_assert_int_ne(TVMPackedFunc_InitGlobalFunc(&func, "nothing", &args), 0);
    ck_assert_int_eq(TVMPackedFunc_InitGlobalFunc(&func, "runtime.SystemLib", &args), 0);
    ck_assert_uint_eq(TVMArgs_Create(values, type_codes, 12).values_count, TVM_CRT_MAX_ARGS);
    ck_assert_int_eq(TVMModFree(library), 0);
    ck_assert_int_ne(TVMPackedFunc_InitModuleFunc(&func, library, "echo", &args), 0);
}
END_TEST

START_TEST(test_modules_full)
{
    TVMModuleHandle handle;
    for (int i = 0; i < TVM_CRT_MAX_REGISTERED_MODULES; i++)
        ck_assert_int_eq(TVMModCreateFromCModule(TVMSystemLibEntryPoint(), &handle), 0);
    ck_assert_int_ne(TVMModCreateFromCModule(TVMSystemLibEntryPoint(), &handle), 0);
    ck_assert_ptr_nonnull(strstr(TVMGetLastError(), "no more than 2 modules"));
    ck_assert_int_eq(TVMModFree(handle), 0);
    ck_assert_int_eq(TVMModCreateFromCModule(TVMSystemLibEntryPoint(), &handle), 0);
}
END_TEST

START_TEST(test_data_types)
{
    static const struct {
        const char *text;
        DLDataType type;
    } types[] = {
        {"float32", {kDLFloat, 32, 1}},
        {"int8", {kDLInt, 8, 1}},
        {"uint8x4", {kDLUInt, 8, 4}},
        {"bfloat16", {kDLBfloat, 16, 1}},
        {"bool", {kDLUInt, 1, 1}},
        {"handle", {kTVMOpaqueHandle, 64, 1}},
        {"int", {kDLInt, 32, 1}},
        {"", {kTVMOpaqueHandle, 0, 0}},
        {"float32y", {kTVMOpaqueHandle, 0, 0}},
        {"complex", {kTVMOpaqueHandle, 0, 0}},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        DLDataType type = String2DLDataType(types[i].text);
        ck_assert_uint_eq(type.code, types[i].type.code);
        ck_assert_uint_eq(type.bits, types[i].type.bits);
        ck_assert_uint_eq(type.lanes, types[i].type.lanes);
    }
}
END_TEST

START_TEST(test_last_error)
{
    char text[2000];
    memset(text, 'e', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    TVMAPISetLastError(text);
    ck_assert_uint_eq(strlen(TVMGetLastError()), 383);
    TVMAPISetLastError(TVMGetLastError() + 380);
    ck_assert_str_eq(TVMGetLastError(), "eee");
}
END_TEST

/* ---- memory ---- */

START_TEST(test_workspace)
{
    void *memory = TVMBackendAllocWorkspace(kDLCPU, 0, 100, 0, 8);
    ck_assert_ptr_nonnull(memory);
    ck_assert_int_eq(TVMBackendFreeWorkspace(kDLCPU, 0, memory), 0);
    ck_assert_ptr_null(TVMBackendAllocWorkspace(kDLCPU, 0, 5000000, 0, 8));
    ck_assert_str_eq(TVMGetLastError(), "no memory: 5000000 bytes for workspace");
}
END_TEST

START_TEST(test_arrays)
{
    const int64_t shape[] = {2, 3};
    const uint8_t bytes[] = {1, 2, 3, 4, 5, 6};
    uint8_t copy[6];
    long live = crt_platform.live_allocations;
    TVMArrayHandle array;
    ck_assert_int_eq(TVMArrayAlloc(shape, 2, kDLUInt, 8, 1, kDLCPU, 0, &array), 0);
    ck_assert_int_eq(TVMArrayCopyFromBytes(array, (void *)bytes, 6), 0);
    ck_assert_int_eq(TVMArrayCopyToBytes(array, copy, 6), 0);
    ck_assert_mem_eq(copy, bytes, 6);
    ck_assert_int_ne(TVMArrayCopyToBytes(array, copy, 5), 0);
    ck_assert_int_ne(TVMArrayCopyFromBytes(array, copy, 7), 0);
    TVMNDArray_IncrementReference((TVMNDArray *)array);
    ck_assert_int_eq(TVMArrayFree(array), 0);
    ck_assert_int_eq(TVMArrayCopyToBytes(array, copy, 6), 0);
    ck_assert_int_eq(TVMArrayFree(array), 0);
    ck_assert_int_eq(crt_platform.live_allocations, live);
    for (int fail = 1; fail <= 4; fail++) {
        crt_platform.fail_allocation = fail;
        ck_assert_int_ne(TVMArrayAlloc(shape, 2, kDLUInt, 8, 1, kDLCPU, 0, &array), 0);
        ck_assert_int_eq(crt_platform.live_allocations, live);
    }
}
END_TEST

START_TEST(test_tensor_sizes)
{
    static const struct {
        int64_t shape[3];
        int ndim;
        DLDataType type;
        int64_t size; /* -1: none */
    } tensors[] = {
        {{0}, 0, {kDLFloat, 32, 1}, 4},
        {{2, 3, 4}, 3, {kDLFloat, 64, 1}, 192},
        {{5}, 1, {kDLUInt, 1, 1}, 5}, /* bool: a byte each */
        {{3}, 1, {kDLInt, 8, 4}, 12},
        {{7, 0}, 2, {kDLInt, 8, 1}, 0},
        {{-1}, 1, {kDLInt, 8, 1}, -1},
        {{1}, -1, {kDLInt, 8, 1}, -1},
        {{INT32_MAX, INT32_MAX, 16}, 3, {kDLInt, 64, 1}, -1},
        {{INT64_MAX, 4}, 2, {kDLInt, 8, 1}, -1},
    };
    for (size_t i = 0; i < sizeof(tensors) / sizeof(tensors[0]); i++) {
        TVMNDArray array = {.reference_count = 0};
        array.dl_tensor.ndim = tensors[i].ndim;
        array.dl_tensor.shape = (int64_t *)tensors[i].shape;
        array.dl_tensor.dtype = tensors[i].type;
        ck_assert_int_eq(TVMNDArray_DataSizeBytes(&array), tensors[i].size);
    }
}
END_TEST

/* ---- the stack allocator ---- */

START_TEST(test_stack_allocator)
{
    static uint8_t memory[256 + 16] __attribute__((aligned(16)));
    tvm_workspace_t workspace;
    void *blocks[3];
    uint8_t check = (uint8_t)_i;
    ck_assert_int_eq(StackMemoryManager_Init(&workspace, memory + 1, sizeof(memory) - 1), 0);
    ck_assert_uint_eq((uintptr_t)workspace.workspace % 16, 0);
    ck_assert_uint_eq(workspace.workspace_size, 256);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(StackMemoryManager_Allocate_Body(&workspace, 60, &blocks[i], check), 0);
    void *none = &none;
    ck_assert_int_eq(StackMemoryManager_Allocate_Body(&workspace, 65, &none, check),
                     kTvmErrorPlatformNoMemory);
    ck_assert_int_eq(StackMemoryManager_Allocate_Body(&workspace, -1, &none, check),
                     kTvmErrorPlatformNoMemory);
    ck_assert_int_eq(StackMemoryManager_Allocate_Body(&workspace, INT32_MAX, &none, check),
                     kTvmErrorPlatformNoMemory);
    ck_assert_ptr_eq(none, &none);
    if (check)
        ck_assert_int_eq(StackMemoryManager_Free_Body(&workspace, blocks[1], check),
                         kTvmErrorPlatformStackAllocBadFree);
    ck_assert_int_eq(StackMemoryManager_Free_Body(&workspace, memory, check),
                     kTvmErrorPlatformStackAllocBadFree);
    ck_assert_int_eq(StackMemoryManager_Free_Body(&workspace, memory + 270, check),
                     kTvmErrorPlatformStackAllocBadFree);
    for (int i = 2; i >= 0; i--)
        ck_assert_int_eq(StackMemoryManager_Free_Body(&workspace, blocks[i], check), 0);
    ck_assert_ptr_eq(workspace.next_alloc, workspace.workspace);
    ck_assert_int_eq(StackMemoryManager_Allocate(&workspace, 256, &blocks[0]), 0);
    ck_assert_int_eq(StackMemoryManager_Free(&workspace, blocks[0]), 0);
    ck_assert_int_eq(StackMemoryManager_Init(&workspace, memory + 1, 3), 0);
    ck_assert_uint_eq(workspace.workspace_size, 0);
}
END_TEST

static Suite *common_suite(void)
{
    Suite *suite = suite_create("crt_common");
    TCase *functions = tcase_create("functions");
    tcase_add_checked_fixture(functions, start, NULL);
    tcase_add_test(functions, test_lookup);
    tcase_add_loop_test(functions, test_mutable_registry, 16, 140);
    tcase_add_test(functions, test_register_global);
    tcase_add_test(functions, test_packed_func);
    tcase_add_test(functions, test_modules_full);
    tcase_add_test(functions, test_data_types);
    tcase_add_test(functions, test_last_error);
    suite_add_tcase(suite, functions);
    TCase *memory = tcase_create("memory");
    tcase_add_checked_fixture(memory, start, NULL);
    tcase_add_test(memory, test_workspace);
    tcase_add_test(memory, test_arrays);
    tcase_add_test(memory, test_tensor_sizes);
    tcase_add_loop_test(memory, test_stack_allocator, 0, 2);
    suite_add_tcase(suite, memory);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(common_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
