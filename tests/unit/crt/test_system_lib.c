/* One table of functions from those of several models, in both layouts. Compiled once for a runtime
 * that counts in two bytes and once, with SYSTEM_LIB_COUNT_SIZE=1, for one as of TVM 0.8. */
#include <check.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <platform/system_libs.h>
#include <tvm/runtime/crt/module.h>
#include <tvm/runtime/crt/platform.h>

enum { MANY = 300, NAME_SIZE = 4 };

/* NOLINTBEGIN(readability-non-const-parameter): the signature is TVM's */
static int32_t f0(TVMValue *a, int *b, int c, TVMValue *d, int *e, void *f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return 0;
}
static int32_t f1(TVMValue *a, int *b, int c, TVMValue *d, int *e, void *f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return 1;
}
static int32_t f2(TVMValue *a, int *b, int c, TVMValue *d, int *e, void *f)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
    return 2;
}

/* NOLINTEND(readability-non-const-parameter) */

static const TVMBackendPackedCFunc FIRST_FUNCTIONS[] = {f0, f1};
static const TVMFuncRegistry FIRST = {"\2\0first\0both\0", FIRST_FUNCTIONS};
static TVMBackendPackedCFunc second_functions[MANY] = {f2};
static char second_names[2 + MANY * NAME_SIZE + 1] = "\1\0both\0";
static const TVMFuncRegistry SECOND = {second_names, second_functions};
static const TVMBackendPackedCFunc OLD_FUNCTIONS[] = {f1, f0};
static const TVMFuncRegistry OLD = {"\2old\0x\0", OLD_FUNCTIONS};
static const TVMModule MODULES[] = {{&FIRST}, {&SECOND}, {&OLD}};

/* Under the names that models.cmake gives them. */
const TVMModule *first_lib(void);
const TVMModule *second_lib(void);
const TVMModule *old_lib(void);
const TVMModule *first_lib(void)
{
    return &MODULES[0];
}
const TVMModule *second_lib(void)
{
    return &MODULES[1];
}
const TVMModule *old_lib(void)
{
    return &MODULES[2];
}

static size_t heap_blocks_left = 100;
static void *blocks[2]; /* a firmware never frees them, and leaks none */
static size_t blocks_count;
static jmp_buf aborted;

tvm_crt_error_t TVMPlatformMemoryAllocate(size_t num_bytes, DLDevice dev, void **out_ptr)
{
    (void)dev;
    if (heap_blocks_left-- == 0)
        return kTvmErrorPlatformNoMemory;
    *out_ptr = malloc(num_bytes); /* under ASan no byte too many */
    blocks[blocks_count++] = *out_ptr;
    return *out_ptr ? kTvmErrorNoError : kTvmErrorPlatformNoMemory;
}

void TVMPlatformAbort(tvm_crt_error_t code)
{
    longjmp(aborted, code);
}

static const char *check_count(const char *names, int count)
{
    ck_assert_int_eq((uint8_t)names[0], count & 0xff);
    if (SYSTEM_LIB_COUNT_SIZE == 2)
        ck_assert_int_eq((uint8_t)names[1], count >> 8);
    return names + SYSTEM_LIB_COUNT_SIZE;
}

START_TEST(all_functions_are_in_one_table)
{
    static const char NAMES[] = "first\0both\0both\0old\0x\0";
    static const TVMBackendPackedCFunc FUNCTIONS[] = {f0, f1, f2, f1, f0};
    const TVMModule *module = TVMSystemLibEntryPoint();
    const char *names = check_count(module->registry->names, 5);
    ck_assert_mem_eq(names, NAMES, sizeof(NAMES)); /* with the mark of the end */
    ck_assert_mem_eq(module->registry->funcs, FUNCTIONS, sizeof(FUNCTIONS));
    ck_assert_ptr_eq(TVMSystemLibEntryPoint(), module);
    ck_assert_ptr_eq(TVMSystemLibEntryPoint()->registry->names, names - SYSTEM_LIB_COUNT_SIZE);
}
END_TEST

/* More than a byte can count: the other runtime cannot have them, and must not lose some. */
START_TEST(hundreds_of_functions)
{
    memcpy(second_names, (uint8_t[]){MANY & 0xff, MANY >> 8}, 2);
    for (int i = 0; i < MANY; i++) {
        snprintf(&second_names[2 + NAME_SIZE * i], NAME_SIZE, "%03d", i);
        second_functions[i] = f2;
    }
    int code = setjmp(aborted);
    if (code == 0) {
        const TVMModule *module = TVMSystemLibEntryPoint();
        const char *names = check_count(module->registry->names, MANY + 4);
        for (const char *at = names; *at; at += strlen(at) + 1)
            if (strcmp(at, "299") == 0)
                return;
        ck_abort_msg("a function is missing");
    }
    ck_assert_int_eq(SYSTEM_LIB_COUNT_SIZE, 1);
    ck_assert_int_eq(code, kTvmErrorFunctionRegistryFull);
}
END_TEST

START_TEST(no_memory_ends_it)
{
    heap_blocks_left = (size_t)_i;
    int code = setjmp(aborted);
    if (code == 0)
        TVMSystemLibEntryPoint();
    ck_assert_int_eq(code, kTvmErrorPlatformNoMemory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("system_lib");
    TCase *tests = tcase_create("system_lib");
    tcase_add_test(tests, all_functions_are_in_one_table);
    tcase_add_test(tests, hundreds_of_functions);
    tcase_add_loop_test(tests, no_memory_ends_it, 0, 2);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
