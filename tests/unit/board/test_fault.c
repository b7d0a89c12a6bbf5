/* Where a fault was: the place that a report names, and its source line. */
#include "board/diagnosis/fault.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error err;

START_TEST(pc_in_all_kinds_of_reports)
{
    uint64_t pc = 7;
    ck_assert(fault_find_pc("fault: HardFault pc=0x00001234 lr=0x5", &pc));
    ck_assert_uint_eq(pc, 0x1234);
    ck_assert(fault_find_pc("R12=00000000 R13=203fffd0 R14=000004f1 R15=000004f0", &pc));
    ck_assert_uint_eq(pc, 0x4f0);
    ck_assert(fault_find_pc(" V      =   0\n pc       80001002\n mhartid", &pc));
    ck_assert_uint_eq(pc, 0x80001002);
    ck_assert(fault_find_pc("\nCPU#0\n PC=ffff000041008ff4 X00=0000000000000001", &pc));
    ck_assert_uint_eq(pc, 0xffff000041008ff4);
    ck_assert_str_eq(fault_relation("pc=0x1234"), "at");
    pc = 7;
    ck_assert(!fault_find_pc("abort: TVM error 0x1", &pc));
    ck_assert(!fault_find_pc("pc=0x", &pc));
    ck_assert(!fault_find_pc("", &pc));
    ck_assert_uint_eq(pc, 7);
}
END_TEST

/* What stands at address 0 in an ELF is no cause. */
START_TEST(a_jump_to_nowhere_is_its_callers)
{
    static const char call[] = "fault: x (jump to nowhere) from=0x00004e7e pc=0x00000000 lr=0x4e81";
    static const char tail[] = "fault: x (jump to nowhere) last_call=0x50d4 pc=0x00000000";
    static const char lost[] = "fault: x (jump to nowhere, and the return address is lost) pc=0x0";
    uint64_t pc = 7;
    ck_assert(!fault_find_pc(lost, &pc));
    ck_assert_uint_eq(pc, 7);
    ck_assert(fault_find_pc(call, &pc));
    ck_assert_uint_eq(pc, 0x4e7e);
    ck_assert_str_eq(fault_relation(call), "called from");
    ck_assert(fault_find_pc(tail, &pc));
    ck_assert_uint_eq(pc, 0x50d4);
    ck_assert_str_eq(fault_relation(tail), "the last call before it was from");
}
END_TEST

static void __attribute__((noinline)) some_function(void)
{
    __asm volatile("");
}

static void __attribute__((noinline)) other_function(void)
{
    __asm volatile("nop");
}

extern const char __executable_start[]; /* the linker's: where this program was loaded */

static uint64_t address_in_elf(void (*function)(void))
{
    return (uint64_t)((uintptr_t)function - (uintptr_t)__executable_start);
}

/* This program; the host's own addr2line. */
static struct source_code own_code(void)
{
    static char program[512];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    ck_assert_int_gt(length, 0);
    program[length] = '\0';
    return (struct source_code){.toolchain_prefix = "", .elf_path = program};
}

START_TEST(source_line_of_a_pc)
{
    char line[256];
    const struct source_code code = own_code();
    fault_source_line(&code, address_in_elf(some_function), line, sizeof(line));
    ck_assert_msg(strstr(line, "some_function at ") && strstr(line, "test_fault.c:"), "%s", line);
}
END_TEST

static char lines[2048];

static void add_line(void *context, const char *line)
{
    ck_assert_ptr_eq(context, lines);
    size_t used = strlen(lines);
    snprintf(lines + used, sizeof(lines) - used, "%s\n", line);
}

START_TEST(source_lines_of_several_addresses)
{
    const uint64_t addresses[] = {address_in_elf(other_function), 1, address_in_elf(some_function)};
    const struct source_code code = own_code();
    ck_assert_msg(source_lines(&code, addresses, 3, add_line, lines, &err), "%s", err.text);
    const char *first = strstr(lines, "other_function at ");
    const char *second = strstr(lines, "\n?? ");
    const char *third = strstr(lines, "\nsome_function at ");
    ck_assert_msg(first == lines && second && third && second < third, "%s", lines);
}
END_TEST

/* Makes SCRATCH/x-addr2line say so. */
static struct source_code code_of(const char *script)
{
    scratch_write("x-addr2line", script);
    ck_assert_int_eq(chmod(scratch_path("x-addr2line"), 0700), 0);
    return (struct source_code){.toolchain_prefix = scratch_path("x-"), .elf_path = "a.elf"};
}

START_TEST(pieces_of_a_line_are_one_line)
{
    const uint64_t addresses[] = {0x10, 0xfedcba9876543210};
    const struct source_code code = code_of("#!/bin/sh\necho \"$*\"\n"
                                            "echo 'f at a.c:1 (discriminator 3)'\n"
                                            "echo ' (inlined by) g at b.c:2 (discriminator 1)'\n");
    ck_assert_msg(source_lines(&code, addresses, 2, add_line, lines, &err), "%s", err.text);
    ck_assert_str_eq(lines, "-f -i -p -e a.elf 0x10 0xfedcba9876543210\n"
                            "f at a.c:1\n(inlined by) g at b.c:2\n");
}
END_TEST

START_TEST(more_addresses_than_are_asked_for)
{
    static uint64_t addresses[SOURCE_ADDRESSES_MOST + 1];
    const struct source_code code = code_of("#!/bin/sh\necho $#\n");
    ck_assert_msg(source_lines(&code, addresses, SOURCE_ADDRESSES_MOST + 1, add_line, lines, &err),
                  "%s", err.text);
    ck_assert_int_eq(atoi(lines), 5 + SOURCE_ADDRESSES_MOST);
}
END_TEST

START_TEST(source_line_that_is_not_to_be_had)
{
    char line[256];
    struct source_code code = {.toolchain_prefix = "no-such-", .elf_path = "/proc/self/exe"};
    fault_source_line(&code, 1, line, sizeof(line));
    ck_assert_ptr_nonnull(strstr(line, "no-such-addr2line: no such program"));
    ck_assert_ptr_nonnull(strstr(line, "source line not known"));
    code = (struct source_code){.toolchain_prefix = "", .elf_path = "/no/such/elf"};
    fault_source_line(&code, 0x10, line, sizeof(line));
    ck_assert_str_eq(line, "(no source line for pc 0x10)");
    fault_source_line(&code, 0x10, line, 8);
    ck_assert_str_eq(line, "(no sou");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("fault");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, pc_in_all_kinds_of_reports);
    tcase_add_test(tests, a_jump_to_nowhere_is_its_callers);
    tcase_add_test(tests, source_line_of_a_pc);
    tcase_add_test(tests, source_lines_of_several_addresses);
    tcase_add_test(tests, pieces_of_a_line_are_one_line);
    tcase_add_test(tests, more_addresses_than_are_asked_for);
    tcase_add_test(tests, source_line_that_is_not_to_be_had);
    Suite *suite = suite_create("fault");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
