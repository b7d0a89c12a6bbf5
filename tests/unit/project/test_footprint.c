/* What of a board's memory a firmware takes, read from small ELF files that are made here. */
#include "hostile/scratch.h"
#include "project/footprint/footprint.h"

#include <check.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct footprint footprint;

/* Code, values of variables, variables without, thread-local ones without, what a debugger reads.
 */
static const struct {
    uint32_t type;
    uint32_t flags;
    uint32_t address;
    uint32_t size_bytes;
} SECTIONS[] = {
    {SHT_NULL, 0, 0, 0},
    {SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 1000},
    {SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0x3000, 600}, /* constants, in RAM from the start */
    {SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0x2000, 20},
    {SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0x2100, 300},
    {SHT_PROGBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS, 0x2014, 4},
    {SHT_NOBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS, 0x2018, 8},
    {SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0x3ff0, 16},      /* heap */
    {SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x4000, 8}, /* in no region */
    {SHT_PROGBITS, 0, 0, 5000},
};

static const struct regions REGIONS = {
    .items = {{.origin = 0, .size_bytes = 0x1000, .holds = {[REGION_CODE] = true}},
              {.origin = 0x2000, .size_bytes = 0x1000, .holds = {[REGION_DATA] = true}},
              {.origin = 0x3000, .size_bytes = 0x1000, .holds = {[REGION_WORKSPACE] = true}}},
    .count = 3};

enum { SECTIONS_COUNT = sizeof(SECTIONS) / sizeof(SECTIONS[0]) };

static const uint64_t PLACE = 0x10000; /* of each section's values in the file */

#define WRITE_ELF(bits, class)                                                                     \
    static void write_elf_##bits(int sections)                                                     \
    {                                                                                              \
        FILE *file = fopen(scratch_path("f.elf"), "wb");                                           \
        Elf##bits##_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', class, ELFDATA2LSB},           \
                                   .e_shoff = 128,                                                 \
                                   .e_phoff = sizeof(header),                                      \
                                   .e_phnum = 1,                                                   \
                                   .e_shentsize = sizeof(Elf##bits##_Shdr),                        \
                                   .e_shnum = SECTIONS_COUNT};                                     \
        ck_assert_ptr_nonnull(file);                                                               \
        ck_assert_uint_eq(fwrite(&header, sizeof(header), 1, file), 1);                            \
        Elf##bits##_Phdr segment = {.p_type = PT_LOAD,                                             \
                                    .p_offset = (Elf##bits##_Off)(2 * PLACE),                      \
                                    .p_paddr = 0x3000,                                             \
                                    .p_filesz = 600};                                              \
        ck_assert_uint_eq(fwrite(&segment, sizeof(segment), 1, file), 1);                          \
        ck_assert_int_eq(fseek(file, 128, SEEK_SET), 0);                                           \
        for (int i = 0; i < sections; i++) {                                                       \
            Elf##bits##_Shdr section = {.sh_type = SECTIONS[i].type,                               \
                                        .sh_flags = SECTIONS[i].flags,                             \
                                        .sh_addr = SECTIONS[i].address,                            \
                                        .sh_offset = (Elf##bits##_Off)((uint64_t)i * PLACE),       \
                                        .sh_size = SECTIONS[i].size_bytes};                        \
            ck_assert_uint_eq(fwrite(&section, sizeof(section), 1, file), 1);                      \
        }                                                                                          \
        ck_assert_int_eq(fclose(file), 0);                                                         \
    }

WRITE_ELF(32, ELFCLASS32)
WRITE_ELF(64, ELFCLASS64)

static void check_footprint(void)
{
    ck_assert_msg(footprint_read(scratch_path("f.elf"), &REGIONS, &footprint, &err), "%s",
                  err.text);
    ck_assert_uint_eq(footprint.flash_bytes, 1000 + 20 + 4 + 8);
    ck_assert_uint_eq(footprint.ram_bytes, 600 + 20 + 300 + 4 + 16);
    ck_assert_uint_eq(footprint.region_bytes[0], 1000 + 20 + 4);
    ck_assert_uint_eq(footprint.region_bytes[1], 20 + 300 + 4);
    ck_assert_uint_eq(footprint.region_bytes[2], 600 + 16);
    ck_assert_uint_eq(footprint.region_bytes[3], 0);
}

START_TEST(sections_are_summed)
{
    write_elf_32(SECTIONS_COUNT);
    check_footprint();
    write_elf_64(SECTIONS_COUNT);
    check_footprint();
}
END_TEST

static void refused(void)
{
    ck_assert(!footprint_read(scratch_path("f.elf"), &REGIONS, &footprint, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_msg(strstr(err.text, "f.elf") != NULL, "%s", err.text);
}

START_TEST(what_is_no_elf_is_refused)
{
    refused();
    scratch_write("f.elf", "");
    refused();
    scratch_write("f.elf",
                  "a text that is as long as the header of an ELF file of 64 bits is, or more");
    refused();
    write_elf_32(SECTIONS_COUNT - 1);
    refused();
    write_elf_64(0);
    refused();
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("footprint");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, sections_are_summed);
    tcase_add_test(tests, what_is_no_elf_is_refused);
    Suite *suite = suite_create("footprint");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
