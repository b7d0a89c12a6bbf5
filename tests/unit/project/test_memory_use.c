/* Who takes what of a board's memory: a small ELF file that is made here, and the linker's map of
 * it as GNU ld would have written it. */
#include "base/file.h"
#include "hostile/scratch.h"
#include "project/footprint/memory_use.h"

#include <check.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct memory_use use;

/* ---- the firmware ---- */

static const char SECTION_NAMES[] = "\0.text\0.data\0.tbss\0.tbss_space\0.bss\0.stack\0.heap";

enum { TEXT = 1, DATA, TBSS, TBSS_SPACE, BSS, STACK, HEAP, SYMBOLS, STRINGS, NAMES, SECTIONS };

static const struct {
    uint32_t name;
    uint32_t type;
    uint32_t flags;
    uint32_t address;
    uint32_t size_bytes;
} FIRMWARE[] = {
    [TEXT] = {1, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000, 0x400},
    [DATA] = {7, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0x8000, 0x20},
    [TBSS] = {13, SHT_NOBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS, 0x8020, 8},
    [TBSS_SPACE] = {19, SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0x8020, 8},
    [BSS] = {31, SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0x8030, 0x100},
    [STACK] = {36, SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0x9000, 0x800},
    [HEAP] = {43, SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0x9800, 0x200},
};

static const char STRING_TABLE[] = "\0alias\0main\0weights\0counter\0line\x1b[2J\0"
                                   "layout_stack_bottom\0layout_stack_top\0platform_heap";

static const struct {
    uint32_t name;
    unsigned char binding;
    unsigned char type;
    uint16_t section;
    uint32_t address;
    uint32_t size_bytes;
} FIRMWARE_SYMBOLS[] = {
    {7, STB_GLOBAL, STT_FUNC, TEXT, 0x1001, 0x40},    /* main */
    {1, STB_GLOBAL, STT_FUNC, TEXT, 0x1001, 0x40},    /* one thing has two names */
    {12, STB_LOCAL, STT_OBJECT, TEXT, 0x1100, 0x80},  /* weights */
    {20, STB_LOCAL, STT_OBJECT, BSS, 0x8030, 4},      /* counter */
    {28, STB_LOCAL, STT_OBJECT, DATA, 0x8000, 8},     /* as hostile as its code */
    {12, STB_GLOBAL, STT_OBJECT, SHN_ABS, 0, 0x1000}, /* of no section */
    {74, STB_LOCAL, STT_NOTYPE, BSS, 0x8040, 0},      /* somebody else's platform_heap */
    {37, STB_GLOBAL, STT_NOTYPE, STACK, 0x9000, 0},   /* bottom */
    {57, STB_GLOBAL, STT_NOTYPE, STACK, 0x9800, 0},   /* top */
    {74, STB_GLOBAL, STT_NOTYPE, BSS, 0x8050, 0},     /* platform_heap */
};

enum { SYMBOLS_COUNT = sizeof(FIRMWARE_SYMBOLS) / sizeof(FIRMWARE_SYMBOLS[0]), TABLES_AT = 2048 };

#define WRITE_ELF(bits, class)                                                                     \
    static void write_elf_##bits(const char *path, size_t symbols_count)                           \
    {                                                                                              \
        static union {                                                                             \
            char bytes[2 * TABLES_AT];                                                             \
            Elf64_Ehdr aligned;                                                                    \
        } file;                                                                                    \
        Elf##bits##_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', class, ELFDATA2LSB},           \
                                   .e_shoff = TABLES_AT,                                           \
                                   .e_shentsize = sizeof(Elf##bits##_Shdr),                        \
                                   .e_shnum = SECTIONS,                                            \
                                   .e_shstrndx = NAMES};                                           \
        Elf##bits##_Shdr *sections = (void *)(file.bytes + TABLES_AT);                             \
        Elf##bits##_Sym *symbols = (void *)(file.bytes + 1024);                                    \
        memcpy(file.bytes, &header, sizeof(header));                                               \
        for (size_t i = TEXT; i <= HEAP; i++)                                                      \
            sections[i] = (Elf##bits##_Shdr){.sh_name = FIRMWARE[i].name,                          \
                                             .sh_type = FIRMWARE[i].type,                          \
                                             .sh_flags = FIRMWARE[i].flags,                        \
                                             .sh_addr = FIRMWARE[i].address,                       \
                                             .sh_size = FIRMWARE[i].size_bytes};                   \
        for (size_t i = 0; i < symbols_count; i++)                                                 \
            symbols[i] =                                                                           \
                (Elf##bits##_Sym){.st_name = FIRMWARE_SYMBOLS[i].name,                             \
                                  .st_info = ELF##bits##_ST_INFO(FIRMWARE_SYMBOLS[i].binding,      \
                                                                 FIRMWARE_SYMBOLS[i].type),        \
                                  .st_shndx = FIRMWARE_SYMBOLS[i].section,                         \
                                  .st_value = FIRMWARE_SYMBOLS[i].address,                         \
                                  .st_size = FIRMWARE_SYMBOLS[i].size_bytes};                      \
        sections[SYMBOLS] = (Elf##bits##_Shdr){.sh_type = SHT_SYMTAB,                              \
                                               .sh_link = STRINGS,                                 \
                                               .sh_offset = 1024,                                  \
                                               .sh_size = symbols_count * sizeof(*symbols)};       \
        sections[STRINGS] = (Elf##bits##_Shdr){                                                    \
            .sh_type = SHT_STRTAB, .sh_offset = 256, .sh_size = sizeof(STRING_TABLE)};             \
        sections[NAMES] = (Elf##bits##_Shdr){                                                      \
            .sh_type = SHT_STRTAB, .sh_offset = 512, .sh_size = sizeof(SECTION_NAMES)};            \
        memcpy(file.bytes + 256, STRING_TABLE, sizeof(STRING_TABLE));                              \
        memcpy(file.bytes + 512, SECTION_NAMES, sizeof(SECTION_NAMES));                            \
        ck_assert(file_write(path, file.bytes, sizeof(file.bytes), 0600, &err));                   \
    }

WRITE_ELF(32, ELFCLASS32)
WRITE_ELF(64, ELFCLASS64)

/* ---- its map ---- */

/* As it is where no line of it is special; those of a test go in between. %s: the project. */
static const char MAP_FORMAT[] =
    "Archive member included to satisfy reference by file (symbol)\n"
    "\n"
    " .text          0x00000000        0x0 crt/src/a.c.obj\n"
    "\n"
    "Linker script and memory map\n"
    "\n"
    "                0x00001000                board_flash_origin = 0x1000\n"
    "LOAD CMakeFiles/firmware.dir/boot/start.c.obj\n"
    "\n"
    ".text           0x00001000      0x400\n"
    " *(.vectors)\n"
    " .text.start    0x00001010       0x10 CMakeFiles/firmware.dir/boot/start.c.obj\n"
    "                0x00001010                start\n"
    " *fill*         0x00001020       0xe0 \n"
    " .rodata.tvm    0x00001100       0x80 CMakeFiles/firmware.dir/model/codegen/host/src/a.c.obj\n"
    " .text.a_function_of_the_model\n"
    "                0x00001180       0x20 %s/model/codegen/host/lib/a b.o\n"
    " .text.f        0x000011a0       0x10 model_objects/0/lib.o\n"
    " .text.g        0x000011b0       0x10 CMakeFiles/firmware.dir/cmsis/src/g.c.obj\n"
    " .text.h        0x000011c0       0x20 CMakeFiles/firmware.dir/mine/model/h.c.obj\n"
    " .rodata.str1.4\n"
    "                0x000011e0       0x40 CMakeFiles/firmware.dir/crt/src/a.c.obj\n"
    "                                 0x48 (size before relaxing)\n"
    " .rodata.str1.4\n"
    "                0x00001200       0x30 /usr/lib/libc.a(memcpy.o)\n"
    " .text.l        0x00001200      0x100 /usr/lib/libc.a(memcpy.o)\n"
    " .text.stub     0x00001300       0xf8 linker stubs\n"
    "                0x00001400                . = ALIGN (0x10)\n"
    " *fill*         0x000013f8        0x8 \n"
    "\n"
    ".data           0x00008000       0x20 load address 0x00001400\n"
    " .data.table    0x00008000       0x20 CMakeFiles/firmware.dir/model/codegen/host/src/a.c.obj\n"
    "\n"
    ".tbss           0x00008020        0x8\n"
    " .tbss.errno    0x00008020        0x8 /usr/lib/libc.a(errno.o)\n"
    "\n"
    ".tbss_space     0x00008020        0x8\n"
    "                0x00008028                . = (. + SIZEOF (.tbss))\n"
    "\n"
    ".bss            0x00008030      0x100\n"
    " .bss.counter   0x00008030        0x4 CMakeFiles/firmware.dir/uart/uart.c.obj\n"
    " .bss.pool      0x00008040       0x80 CMakeFiles/firmware.dir/standalone/model.c.obj\n"
    " COMMON         0x000080c0       0x10 CMakeFiles/firmware.dir/apps/host_driven/main.c.obj\n"
    "\n"
    ".stack          0x00009000      0x800\n"
    " *fill*         0x00009000      0x800 \n"
    "\n"
    ".heap           0x00009800      0x200\n"
    "\n"
    ".debug_info     0x00000000     0x1000\n"
    " .debug_info    0x00000000     0x1000 CMakeFiles/firmware.dir/boot/start.c.obj\n";

static void make_project(void)
{
    char map[2 * sizeof(MAP_FORMAT)];
    char *whole = realpath(scratch_path("."), NULL);
    ck_assert_ptr_nonnull(whole);
    snprintf(map, sizeof(map), MAP_FORMAT, whole);
    free(whole);
    ck_assert(file_make_dirs(scratch_path("build"), &err));
    scratch_write("build/firmware.map", map);
    write_elf_32(scratch_path("build/firmware.elf"), SYMBOLS_COUNT);
}

static struct regions regions = {
    .items = {{.origin = 0x1000, .size_bytes = 0x1000, .holds = {[REGION_CODE] = true}},
              {.origin = 0x8000, .size_bytes = 0x2000, .holds = {[REGION_DATA] = true}}},
    .count = 2};

static void read_project(uint64_t workspace_bytes)
{
    const struct memory_need need = {.workspace_bytes = workspace_bytes};
    memory_use_dispose(&use);
    ck_assert_msg(memory_use_read(scratch_path("."), &need, &regions, &use, &err), "%s", err.text);
}

static void check_part(enum memory_part_id id, const char *name, uint64_t flash_bytes,
                       uint64_t ram_bytes)
{
    ck_assert_str_eq(use.parts[id].name, name);
    ck_assert_msg(use.parts[id].flash_bytes == flash_bytes && use.parts[id].ram_bytes == ram_bytes,
                  "%s: 0x%llx of flash, 0x%llx of RAM", name,
                  (unsigned long long)use.parts[id].flash_bytes,
                  (unsigned long long)use.parts[id].ram_bytes);
}

/* ---- tests ---- */

static void check_parts(void)
{
    check_part(MEMORY_MODEL_CODE, "model code", 0x20 + 0x10, 0);
    check_part(MEMORY_CONSTANTS, "constants", 0x80 + 0x20, 0);
    check_part(MEMORY_WORKSPACE, "workspace", 0, 0x20 + 0x80 + 0x30);
    check_part(MEMORY_CMSIS_NN, "CMSIS-NN", 0x10, 0);
    check_part(MEMORY_EXTRA_FILES, "extra files", 0x20, 0);
    check_part(MEMORY_RUNTIME, "runtime", 0x20, 0);
    check_part(MEMORY_PLATFORM, "platform", 0x100, 0x10 + 0x70);
    check_part(MEMORY_LIBC, "libc", 0x200, 8);
    check_part(MEMORY_STACK, "stack", 0, 0x800);
    check_part(MEMORY_HEAP, "heap", 0, 0x200 - 0x30);
    ck_assert_uint_eq(use.flash_bytes, 0x400 + 0x20);
    ck_assert_uint_eq(use.ram_bytes, 0x20 + 8 + 0x100 + 0x800 + 0x200);
}

START_TEST(every_byte_is_somebodys)
{
    read_project(0x30);
    check_parts();
    write_elf_64(scratch_path("build/firmware.elf"), SYMBOLS_COUNT);
    read_project(0x30);
    check_parts();
}
END_TEST

/* What lies in a memory that can be written to takes that, and keeps its part. */
START_TEST(constants_may_take_ram)
{
    regions.items[0].holds[REGION_WORKSPACE] = true;
    read_project(0x30);
    check_part(MEMORY_CONSTANTS, "constants", 0x20, 0x80);
    check_part(MEMORY_RUNTIME, "runtime", 0, 0x20);
    check_part(MEMORY_WORKSPACE, "workspace", 0, 0x20 + 0x80 + 0x30);
    ck_assert_uint_eq(use.flash_bytes, 0x20);
    ck_assert_uint_eq(use.ram_bytes, 0x400 + 0x20 + 8 + 0x100 + 0x800 + 0x200);
    ck_assert(use.symbols[0].in_ram);
}
END_TEST

START_TEST(a_workspace_is_not_larger_than_the_heap_that_it_is_in)
{
    read_project(0);
    check_part(MEMORY_HEAP, "heap", 0, 0x200);
    read_project(0x201);
    check_part(MEMORY_HEAP, "heap", 0, 0);
    check_part(MEMORY_WORKSPACE, "workspace", 0, 0x20 + 0x80 + 0x200);
}
END_TEST

START_TEST(the_largest_symbols_come_first)
{
    static const struct {
        const char *name;
        uint64_t size_bytes;
        bool in_ram;
    } expected[] = {{"weights", 0x80, false},
                    {"alias", 0x40, false},
                    {"line\x1b[2J", 8, true},
                    {"counter", 4, true}};
    read_project(0);
    ck_assert_uint_eq(use.symbols_count, sizeof(expected) / sizeof(expected[0]));
    for (size_t i = 0; i < use.symbols_count; i++) {
        ck_assert_str_eq(use.symbols[i].name, expected[i].name);
        ck_assert_uint_eq(use.symbols[i].size_bytes, expected[i].size_bytes);
        ck_assert_int_eq(use.symbols[i].in_ram, expected[i].in_ram);
    }
}
END_TEST

/* All that it is sure of is what the firmware itself says: the sums. */
START_TEST(a_map_that_is_none_takes_no_byte_away)
{
    scratch_write("build/firmware.map", "Linker script and memory map\n .text 0x1 0x1");
    read_project(0);
    check_part(MEMORY_LIBC, "libc", 0x420, 0x128);
    scratch_write("build/firmware.map",
                  "\nLinker script and memory map\n"
                  ".text\n"
                  " .text.a 0x00001000 0x10\n"
                  " .text.b 0x0000 0x10 crt/b.o\n"
                  " .text.c 0xffffffffffffffff 0x10 crt/c.o\n"
                  " .text.d 0x1zz 0x10 crt/d.o\n"
                  " .text.e 1100 0x10 crt/e.o\n"
                  " .text.f 0x 0x10 crt/f.o\n"
                  " .text.g 0x00001300 0x10 CMakeFiles/firmware.dir/crt/g.o\n"
                  " .text.h 0x00001200 0x10 CMakeFiles/firmware.dir/boot/h.o\n"
                  " .text.i\n"
                  " \n"
                  ".\n"
                  " .text.j");
    read_project(0);
    check_part(MEMORY_RUNTIME, "runtime", 0x400, 0);
    ck_assert_uint_eq(use.flash_bytes, 0x420);
}
END_TEST

START_TEST(what_is_not_there_is_named)
{
    const struct memory_need need = {.workspace_bytes = 0};
    ck_assert_int_eq(remove(scratch_path("build/firmware.map")), 0);
    ck_assert(!memory_use_read(scratch_path("."), &need, &regions, &use, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
    ck_assert_msg(strstr(err.text, "build/firmware.map") != NULL, "%s", err.text);
    ck_assert_int_eq(remove(scratch_path("build/firmware.elf")), 0);
    ck_assert(!memory_use_read(scratch_path("."), &need, &regions, &use, &err));
    ck_assert_msg(strstr(err.text, "build/firmware.elf") != NULL, "%s", err.text);
    ck_assert(!memory_use_read(scratch_path("nowhere"), &need, &regions, &use, &err));
    ck_assert_msg(strstr(err.text, "nowhere") != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_firmware_says_where_its_marks_are)
{
    static const uint8_t stack[] = {0xa5, 0xa5, 0xa5, 0, 0xa5, 1};
    read_project(0);
    ck_assert_uint_eq(use.marks.stack_address, 0x9000);
    ck_assert_uint_eq(use.marks.stack_size_bytes, 0x800);
    ck_assert_uint_eq(use.marks.heap_most_address, 0x8050);
    ck_assert_uint_eq(memory_stack_used_bytes(stack, sizeof(stack)), 3);
    ck_assert_uint_eq(memory_stack_used_bytes(stack, 3), 0);
    ck_assert_uint_eq(memory_stack_used_bytes(stack + 3, 3), 3);
    const struct memory_need need = {.workspace_bytes = 0};
    write_elf_32(scratch_path("build/firmware.elf"), SYMBOLS_COUNT - 1);
    ck_assert(!memory_use_read(scratch_path("."), &need, &regions, &use, &err));
    ck_assert_int_eq(err.kind, ERROR_INTERNAL);
    ck_assert_msg(strstr(err.text, "no symbol \"platform_heap\"") != NULL, "%s", err.text);
}
END_TEST

static void setup(void)
{
    scratch_make();
    make_project();
}

static void teardown(void)
{
    memory_use_dispose(&use);
    scratch_remove();
}

int main(void)
{
    TCase *tests = tcase_create("memory_use");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_byte_is_somebodys);
    tcase_add_test(tests, constants_may_take_ram);
    tcase_add_test(tests, a_workspace_is_not_larger_than_the_heap_that_it_is_in);
    tcase_add_test(tests, the_largest_symbols_come_first);
    tcase_add_test(tests, a_map_that_is_none_takes_no_byte_away);
    tcase_add_test(tests, a_firmware_says_where_its_marks_are);
    tcase_add_test(tests, what_is_not_there_is_named);
    Suite *suite = suite_create("memory_use");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
