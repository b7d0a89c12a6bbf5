/* One definition of a board, and everything that can be wrong with it. */
#include "base/file.h"
#include "board/machine.h"
#include "board/qemu/line_args.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct machine machine;

/* A definition that is good; tests change one text in it. */
static const char GOOD[] =
    "{\"name\": \"test\", \"description\": \"a board\", \"architecture\": \"cortex_m\",\n"
    " \"model\": \"m\",\n"
    " \"qemu\": {\"program\": \"q\", \"package\": \"p\", \"machine\": \"virt\",\n"
    "           \"arguments\": [\"-m\", \"32\"]},\n"
    " \"toolchain\": {\"prefix\": \"t-\", \"packages\": [\"gcc\"], \"flags\": []},\n"
    " \"memory\": {\"regions\": [\n"
    "   {\"name\": \"flash\", \"origin\": \"0x0\", \"size_bytes\": 1024, \"holds\": [\"code\", "
    "\"constants\"]},\n"
    "   {\"name\": \"RAM\", \"origin\": \"0x20000000\", \"size_bytes\": 536870912, \"holds\": "
    "[\"data\", \"workspace\"]}],\n"
    "              \"devices\": {\"origin\": \"0x40000000\", \"size_bytes\": 65536}},\n"
    " \"main_stack_size_bytes\": 256, \"rpc_packet_size_bytes\": 512,\n"
    " \"uart\": {\"driver\": \"u\", \"base\": \"0x4000FF00\", \"interrupt\": 0, \"clock_hz\": "
    "16},\n"
    " \"timer\": {\"driver\": \"t\", \"clock_hz\": 1},\n"
    " \"interrupt_controller\": {\"reset_vectors\": \"0x1000\"},\n"
    " \"halt\": {\"driver\": \"h\"}}\n";

static void write_machine(const char *name, const char *from, const char *to)
{
    char text[4096];
    const char *found = strstr(GOOD, from);
    ck_assert_ptr_nonnull(found);
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(found - GOOD), GOOD, to, found + strlen(from));
    scratch_write(name, text);
}

START_TEST(all_fields_arrive)
{
    scratch_write("test.json", GOOD);
    ck_assert_msg(machine_load_file(scratch_path("test.json"), &machine, &err), "%s", err.text);
    ck_assert_str_eq(machine.name, "test");
    ck_assert_str_eq(machine.description, "a board");
    ck_assert_str_eq(machine.model, "m");
    ck_assert_str_eq(machine.qemu_program, "q");
    ck_assert_str_eq(machine.qemu_package, "p");
    ck_assert_str_eq(machine.qemu_machine, "virt");
    ck_assert_str_eq(machine.qemu_args[0], "-m");
    ck_assert_str_eq(machine.qemu_args[1], "32");
    ck_assert_ptr_null(machine.qemu_args[2]);
    ck_assert_str_eq(machine.line_args[0], "-serial");
    ck_assert_str_eq(machine.line_args[1], "chardev:serial");
    ck_assert_ptr_null(machine.line_args[2]);
    ck_assert_str_eq(machine.toolchain_prefix, "t-");
    ck_assert_uint_eq(machine.toolchains.count, 1);
    ck_assert_str_eq(machine.toolchains.items[0].packages[0], "gcc");
    ck_assert_ptr_null(machine.toolchains.items[0].packages[1]);
    ck_assert_uint_eq(machine.regions.count, 2);
    ck_assert_str_eq(machine.regions.items[1].name, "RAM");
    ck_assert_uint_eq(machine.regions.items[1].origin, 0x20000000);
    ck_assert_uint_eq(machine.regions.items[1].size_bytes, 536870912);
    ck_assert(!machine.regions.items[1].holds[REGION_CODE]);
    ck_assert(machine.regions.items[1].holds[REGION_WORKSPACE]);
    ck_assert_str_eq(regions_code(&machine.regions)->name, "flash");
    ck_assert_uint_eq(regions_writable_bytes(&machine.regions), 536870912);
    ck_assert_uint_eq(machine.rpc_packet_size_bytes, 512);
    machine_dispose(&machine);
    machine_dispose(&machine);
}
END_TEST

/* The last byte that there is may be one's own; with 64 bits there are more. */
START_TEST(regions_may_go_to_the_end)
{
    write_machine("test.json",
                  "\"0x40000000\", \"size_bytes\": 65536}},\n \"main_stack_size_bytes\": 256, "
                  "\"rpc_packet_size_bytes\": 512,\n \"uart\": {\"driver\": \"u\", \"base\": "
                  "\"0x4000FF00\"",
                  "\"0xffff0000\", \"size_bytes\": 65536}},\n \"main_stack_size_bytes\": 256, "
                  "\"rpc_packet_size_bytes\": 512,\n \"uart\": {\"driver\": \"u\", \"base\": "
                  "\"0xffffffff\"");
    ck_assert_msg(machine_load_file(scratch_path("test.json"), &machine, &err), "%s", err.text);
    machine_dispose(&machine);
    write_machine("test.json", "\"model\": \"m\",",
                  "\"model\": \"m\", \"pointer_size_bytes\": 8, ");
    ck_assert_msg(machine_load_file(scratch_path("test.json"), &machine, &err), "%s", err.text);
    machine_dispose(&machine);
}
END_TEST

START_TEST(lists_may_be_left_out)
{
    write_machine("test.json", ",\n           \"arguments\": [\"-m\", \"32\"]", "");
    ck_assert_msg(machine_load_file(scratch_path("test.json"), &machine, &err), "%s", err.text);
    ck_assert_ptr_nonnull(machine.qemu_args);
    ck_assert_ptr_null(machine.qemu_args[0]);
    machine_dispose(&machine);
}
END_TEST

#define WITH_LINE(arguments) "\"virt\", \"line_arguments\": [" arguments "]"

START_TEST(the_line_may_have_a_device)
{
    write_machine("test.json", "\"virt\"",
                  WITH_LINE("\"-serial\", \"null\", \"-device\", \"d,chardev=serial,nr=1\""));
    ck_assert_msg(machine_load_file(scratch_path("test.json"), &machine, &err), "%s", err.text);
    ck_assert_str_eq(machine.line_args[3], "d,chardev=serial,nr=1");
    ck_assert_ptr_null(machine.line_args[4]);
    machine_dispose(&machine);
}
END_TEST

START_TEST(the_line_is_buffered_where_that_helps)
{
    ck_assert(line_args_want_buffer("cmsdk", "6.2.0"));
    ck_assert(line_args_want_buffer("cmsdk", NULL));
    ck_assert(line_args_want_buffer(NULL, ""));
    ck_assert(!line_args_want_buffer("ns16550", NULL));
    ck_assert(!line_args_want_buffer("virtio_console", "10.0.2 (Debian 1:10.0.2)"));
    ck_assert(line_args_want_buffer("stm32", ""));
    ck_assert(line_args_want_buffer("stm32", "10.0.2 (Debian 1:10.0.2)"));
    ck_assert(line_args_want_buffer("stm32", "7.0.0"));
    ck_assert(!line_args_want_buffer("stm32", "6.2.0 (Debian 1:6.2+dfsg-2ubuntu6)"));
}
END_TEST

static const struct {
    const char *from;
    const char *to;
    const char *error; /* after the path */
} MISTAKES[] = {
    {"\"name\": \"test\", ", "", ": \"name\" is missing; it must be a name"},
    {"\"test\"", "\"../x\"", ": \"name\" is \"../x\", but must be a name"},
    {"\"test\"", "\"a/b\"", ": \"name\" is \"a/b\""},
    {"\"test\"", "3", ": \"name\" is 3"},
    {"\"a board\"", "\"\"", ": \"description\" is \"\", but must be a text"},
    {"\"virt\"", "null", ": \"qemu.machine\" is null"},
    {"\"32\"]", "32]", ": \"qemu.arguments\" is [\"-m\",32], but must be a list of texts"},
    {"[\"-m\", \"32\"]", "{}", ": \"qemu.arguments\" is {}"},
    {"\"32\"]", "\"32\", \"-daemonize\"]",
     ": \"qemu.arguments\": QEMU argument -daemonize: refused: QEMU must not outlive"},
    {"\"32\"]", "\"32\", \"--serial\", \"stdio\"]",
     ": \"qemu.arguments\": QEMU argument --serial: refused: the serial line"},
    {"\"virt\"", WITH_LINE(""), ": \"qemu.line_arguments\": none of them names the serial line"},
    {"\"virt\"", WITH_LINE("\"-device\", \"d,chardev=serial2\""),
     ": \"qemu.line_arguments\": none of them names the serial line"},
    {"\"virt\"", WITH_LINE("7"), ": \"qemu.line_arguments\" is [7], but must be a list of texts"},
    {"\"virt\"", WITH_LINE("\"-chardev\", \"pty,id=x\", \"chardev:serial\""),
     ": \"qemu.line_arguments\": QEMU argument -chardev: refused: the serial line"},
    {"\"u\"", "\"virtio_console\"",
     ": \"qemu.line_arguments\": no device \"virtserialport\", which the driver \"virtio_console\" "
     "is for"},
    {"1024", "0",
     ": \"memory.regions[0].size_bytes\" is 0, but must be a whole number, at least 1"},
    {"1024", "-1", ": \"memory.regions[0].size_bytes\" is -1"},
    {"1024", "1.5", ": \"memory.regions[0].size_bytes\" is 1.5"},
    {"1024", "1e30", ": \"memory.regions[0].size_bytes\" is 1e+30"},
    {"1024", "\"1024\"", ": \"memory.regions[0].size_bytes\" is \"1024\""},
    {"\"0x20000000\"", "536870912",
     ": \"memory.regions[1].origin\" is 536870912, but must be an address"},
    {"\"0x20000000\"", "\"20000000\"", ": \"memory.regions[1].origin\" is \"20000000\""},
    {"\"model\"", "\"pointer_size_bytes\": 2, \"model\"",
     ": \"pointer_size_bytes\" is 2, but must be 4 or 8"},
    {"\"0x4000FF00\"", "\"0xFG\"", ": \"uart.base\" is \"0xFG\""},
    {"\"0x4000FF00\"", "\"0x\"", ": \"uart.base\" is \"0x\""},
    {"\"0x4000FF00\"", "\"0x12345678901234567\"", ": \"uart.base\" is \"0x12345678901234567\""},
    {"\"t\", \"clock_hz\": 1", "\"t\"", ": \"timer.clock_hz\" is missing"},
    {"\"halt\"", "\"hlt\"", ": \"hlt\": no such field"},
    {"\"clock_hz\": 16", "\"baud\": 9600", ": \"uart.baud\": no such field"},
    {"\"clock_hz\": 16", "\"clock_hz\": \"0x10\"", ": \"uart.clock_hz\" is \"0x10\", but must be"},
    {"\"clock_hz\": 1}", "\"clock_hz\": 1, \"base\": 5}", ": \"timer.base\" is 5, but must be an"},
    {"0x1000", "0x3fc",
     ": \"interrupt_controller.reset_vectors\" is \"0x3fc\", which is within memory.regions[0], "
     "flash"},
    {"0x1000", "0x1002",
     ": \"interrupt_controller.reset_vectors\" is \"0x1002\", but must be a multiple of 4, of 32 "
     "bits"},
    {"\"cortex_m\"", "\"riscv\"",
     ": \"interrupt_controller.reset_vectors\": for architecture \"cortex_m\" alone"},
    {": 256", ": 255",
     ": \"main_stack_size_bytes\" is 255, but must be a whole number, at least 256"},
    {": 512", ": 65537",
     ": \"rpc_packet_size_bytes\" is 65537, but must be a whole number from 512"},
    {"\"reset_vectors\"", "\"vectors\"", ": \"interrupt_controller.vectors\": no such field"},
    {"{\"driver\": \"h\"}", "\"h\"", ": \"halt\" is \"h\", but must be an object"},
    {"\"prefix\"", "\"prefx\"", ": \"toolchain.prefx\": no such field"},
    {"\"t-\"", "\"\"", ": \"toolchain.prefix\" is \"\", but must be a text"},
    {"\"regions\"", "\"flash\": {\"origin\": \"0x0\"}, \"regions\"",
     ": \"memory.flash\": no such field"},
    {"{\"name\": \"flash\"", "7, {\"name\": \"flash\"",
     ": \"memory.regions[0]\" is 7, but must be an object with"},
    {"\"flash\"", "\"my flash\"",
     ": \"memory.regions[0].name\" is \"my flash\", but must be a name of at most 31 letters"},
    {"\"flash\"", "\"for_code\"", ": \"memory.regions[0].name\" is \"for_code\", but must be"},
    {"\"RAM\"", "\"flash\"",
     ": \"memory.regions[1].name\" is \"flash\", which memory.regions[0] is called, too"},
    {"\"holds\": [\"data\"", "\"hold\": [\"data\"", ": \"memory.regions[1].hold\": no such field"},
    {"[\"data\", \"workspace\"]", "[]",
     ": \"memory.regions[1].holds\" is [], but must be a list of"},
    {"\"data\"", "\"stack\"", ": \"memory.regions[1].holds\" is [\"stack\",\"workspace\"], but"},
    {"\"data\"", "\"workspace\"",
     ": \"memory.regions[1].holds\" is [\"workspace\",\"workspace\"], but"},
    {"\"data\"", "\"code\"",
     ": \"memory.regions[1].holds\" is [\"code\",\"workspace\"], but must be without data and "
     "workspace where it has code"},
    {"[\"data\", \"workspace\"]", "[\"data\"]",
     ": \"memory.regions\": none of them holds workspace"},
    {"\"code\", ", "", ": \"memory.regions\": none of them holds code"},
    {"{\"name\": \"RAM\"",
     "{\"name\": \"F\", \"origin\": \"0x10000000\", \"size_bytes\": 1, \"holds\": [\"code\"]}, "
     "{\"name\": \"RAM\"",
     ": \"memory.regions\": 2 of them hold code, one may"},
    {"\"0x20000000\"", "\"0x3f0\"",
     ": \"memory\": flash and RAM overlap: RAM begins at 0x3f0, where flash still goes on to "
     "0x3ff"},
    {"\"0x40000000\"", "\"0x3fffffff\"",
     ": \"memory\": RAM and devices overlap: devices begins at 0x3fffffff, where RAM still goes on "
     "to "
     "0x3fffffff"},
    {"\"0x40000000\"", "\"0x100000000\"",
     ": \"memory.devices\": 65536 bytes from 0x100000000 on go "
     "beyond the last address, 0xffffffff"},
    {"\"0x40000000\", \"size_bytes\": 65536", "\"0xffff0000\", \"size_bytes\": 65537",
     ": \"memory.devices\": 65537 bytes from 0xffff0000 on go beyond"},
    {"\"0x4000FF00\"", "\"0x40010000\"",
     ": \"uart.base\" is \"0x40010000\", which the firmware can't reach: memory.devices is from "
     "0x40000000 to 0x4000ffff"},
    {"\"reset_vectors\"", "\"cpu_base\": \"0x3fffffff\", \"reset_vectors\"",
     ": \"interrupt_controller.cpu_base\" is \"0x3fffffff\", which the firmware can't reach"},
    {"\"interrupt\": 0", "\"interrupt\": 1024",
     ": \"uart.interrupt\" is 1024, but must be a whole number from 0 to 1023"},
    {"{\"driver\": \"h\"}}", "{\"driver\": \"h\"}", ":15: not JSON"},
    {"}}\n", "}} x\n", ":14: not JSON"},
};

enum { MISTAKES_COUNT = sizeof(MISTAKES) / sizeof(MISTAKES[0]) };

START_TEST(mistakes_are_named)
{
    write_machine("test.json", MISTAKES[_i].from, MISTAKES[_i].to);
    const char *path = scratch_path("test.json");
    ck_assert(!machine_load_file(path, &machine, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_int_eq(strncmp(err.text, path, strlen(path)), 0);
    ck_assert_msg(
        strncmp(err.text + strlen(path), MISTAKES[_i].error, strlen(MISTAKES[_i].error)) == 0,
        "\"%s\" instead of \"%s\"", err.text, MISTAKES[_i].error);
}
END_TEST

START_TEST(not_an_object)
{
    static const char *const texts[] = {"", "[]", "\"x\"", "null", "{"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        scratch_write("test.json", texts[i]);
        ck_assert(!machine_load_file(scratch_path("test.json"), &machine, &err));
        ck_assert_int_eq(err.kind, ERROR_USAGE);
    }
    ck_assert(!machine_load_file(scratch_path("none.json"), &machine, &err));
    ck_assert_int_eq(err.kind, ERROR_SYSTEM);
}
END_TEST

/* Every beginning of a good file is an error, and none is a crash. */
START_TEST(truncated_anywhere)
{
    char text[sizeof(GOOD)];
    for (size_t length = 0; length < strlen(GOOD) - 1; length++) {
        memcpy(text, GOOD, length);
        text[length] = '\0';
        scratch_write("test.json", text);
        ck_assert_msg(!machine_load_file(scratch_path("test.json"), &machine, &err),
                      "the first %zu bytes were accepted", length);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("machine");
    tcase_add_checked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_test(tests, all_fields_arrive);
    tcase_add_test(tests, regions_may_go_to_the_end);
    tcase_add_test(tests, lists_may_be_left_out);
    tcase_add_test(tests, the_line_may_have_a_device);
    tcase_add_loop_test(tests, mistakes_are_named, 0, MISTAKES_COUNT);
    tcase_add_test(tests, not_an_object);
    tcase_add_test(tests, truncated_anywhere);
    tcase_add_test(tests, the_line_is_buffered_where_that_helps);
    Suite *suite = suite_create("machine");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
