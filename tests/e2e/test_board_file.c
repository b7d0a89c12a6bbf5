/* A board of the user's own, by path: in `run` from any working folder, and in the API; its project
 * needs the file no more. */
#include "base/cleanup.h"
#include "base/file.h"
#include "e2e/api_client.h"
#include "e2e/digits.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEST_TIMEOUT_S = 300, DEFINITION_MAX_BYTES = 64 * 1024 };

static const char TEMPLATE[] = BUILD_DIR "/share/microtvm-qemu/template";
static struct error err;

#define ASSERT_GOOD(call) ck_assert_msg((call), "%s", err.text)

static void set_up(void)
{
    scratch_make();
    ck_assert_int_eq(setenv("TMPDIR", scratch_path("."), 1), 0);
    ck_assert_int_eq(chdir(scratch_path(".")), 0);
}

static void tear_down(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    scratch_remove();
}

/* SCRATCH/my_board.json: a shipped definition with one text changed. */
static void write_changed(const char *board, const char *from, const char *to)
{
    char path[256];
    cleanup_free char *text = NULL;
    char changed[DEFINITION_MAX_BYTES];
    snprintf(path, sizeof(path), SOURCE_DIR "/qemu-machines/%s.json", board);
    ASSERT_GOOD(file_read(path, DEFINITION_MAX_BYTES, &text, NULL, &err));
    char *found = strstr(text, from);
    ck_assert_msg(found != NULL, "no %s", from);
    snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(found - text), text, to,
             found + strlen(from));
    scratch_write("my_board.json", changed);
}

static void write_board(const char *from, const char *to)
{
    write_changed("qemu_riscv32", from, to);
}

#define RUN(board)                                                                                 \
    program_run("run", DIGITS_ARCHIVE, "--board", (board), "--input", DIGITS_IMAGES, "--expect",   \
                DIGITS_EXPECTED, NULL)

START_TEST(from_the_working_folder)
{
    write_board("\"qemu_riscv32\"", "\"mine\"");
    ck_assert_int_eq(RUN("./my_board.json"), 0);
    ASSERT_PRINTED("mine on qemu-system-riscv32");
    ck_assert_int_eq(RUN("my_board.json"), 0);
}
END_TEST

static const struct {
    const char *from;
    const char *to;
    const char *says;
} MISTAKES[] = {
    {"\"halt\"", "\"hat\"", "my_board.json: \"hat\": no such field"},
    {"\"0x10001000\"", "5", "my_board.json: \"uart.base\" is 5, but must be an address"},
    {"virtio_console", "uart",
     "\"uart.driver\": driver \"uart\": no such driver (have: cmsdk, nrf51, ns16550, pl011, "
     "stm32, virtio_console)"},
    {"chardev=serial", "chardev=line",
     "my_board.json: \"qemu.line_arguments\": none of them names the serial line"},
    {"virtserialport", "virtconsole",
     "my_board.json: \"qemu.line_arguments\": no device \"virtserialport\", which the driver "
     "\"virtio_console\" is for"},
    {"\"clint\"", "\"clock\"",
     "\"timer.driver\": driver \"clock\": no such driver (have: arm_generic, clint, fpgaio, nrf51, "
     "stellaris, stm32)"},
    {", \"base\": \"0x2000000\"", "",
     "my_board.json: \"timer.base\" is missing: the driver \"clint\" needs it"},
    {"\"base\": \"0x2000000\"", "\"base\": \"33554432 up\"",
     "my_board.json: \"timer.base\" is \"33554432 up\", but must be an address like"},
    {", \"base\": \"0x100000\"", "",
     "my_board.json: \"halt.base\" is missing: the driver \"sifive_test\" needs it"},
    {"\"driver\": \"plic\", ", "",
     "my_board.json: \"interrupt_controller.driver\" is missing; it must be a name"},
    {"\"plic\"", "\"pic\"",
     "\"interrupt_controller.driver\": driver \"pic\": no such driver (have: gicv2, gicv3, plic)"},
    {"sifive_test", "off",
     "\"halt.driver\": driver \"off\": no such driver (have: cmsdk_watchdog, lockup, psci, "
     "sifive_test)"},
};

START_TEST(mistakes_are_named)
{
    write_board(MISTAKES[_i].from, MISTAKES[_i].to);
    ck_assert_int_eq(RUN("./my_board.json"), 2);
    ASSERT_PRINTED(MISTAKES[_i].says);
}
END_TEST

START_TEST(no_machine)
{
    write_board("\"virt\"", "\"mps9-an999\"");
    ck_assert_int_eq(RUN("./my_board.json"), 6);
    ASSERT_PRINTED("board \"qemu_riscv32\" did not boot: qemu-system-riscv32 here has no machine "
                   "\"mps9-an999\"; a newer QEMU may have it");
}
END_TEST

START_TEST(no_device)
{
    write_board("virtio-serial-device", "virtio-serial-dervice");
    ck_assert_int_eq(RUN("./my_board.json"), 6);
    ASSERT_PRINTED("board \"qemu_riscv32\" did not boot: qemu-system-riscv32 here lacks a device "
                   "that the board is made of; another QEMU may have it");
    ASSERT_PRINTED("'virtio-serial-dervice' is not a valid device model name");
}
END_TEST

static const struct {
    const char *from;
    const char *to;
    const char *says;
} OTHERS[] = {
    {"\"reset_vectors\": \"0x0\"", "\"driver\": \"plic\"",
     "my_board.json: \"interrupt_controller.driver\": not for architecture \"cortex_m\", which has "
     "its own"},
    {"\"0x60000000\"", "\"0x60000003\"",
     "\"memory.regions[0].origin\" is \"0x60000003\", but must be a multiple of 16"},
};

START_TEST(what_another_board_has)
{
    write_changed("mps3_an547", OTHERS[_i].from, OTHERS[_i].to);
    ck_assert_int_eq(RUN("./my_board.json"), 2);
    ASSERT_PRINTED(OTHERS[_i].says);
}
END_TEST

static const struct {
    const char *from;
    const char *to;
    const char *says;
} DEVICES[] = {
    {"\"base\": \"0x40004000\"", "\"base\": \"0x40005000\"",
     "what it said first did not go to QEMU's chardev \"serial\": mend \"uart.base\" of its "
     "definition"},
    {"\"driver\": \"fpgaio\", \"base\": \"0x40028000\", \"clock_hz\": 25000000",
     "\"driver\": \"nrf51\", \"base\": \"0x40008000\", \"clock_hz\": 8000000",
     "its timer does not go on: mend \"timer.driver\" or \"timer.base\" of its definition"},
};

/* Nothing comes from the board: where its CPU stands tells why. */
START_TEST(another_device_is_there)
{
    write_changed("mps2_an385", DEVICES[_i].from, DEVICES[_i].to);
    ck_assert_int_eq(RUN("./my_board.json"), 5);
    ASSERT_PRINTED("the firmware sent no byte");
    ASSERT_PRINTED(DEVICES[_i].says);
}
END_TEST

static const struct {
    const char *from;
    const char *to;
    const char *says;
} MEMORIES[] = {
    {"\"0x20000000\"", "\"0x60000000\"",
     "\"memory.regions[1]\" of its definition, SSRAM23, is from 0x60000000 to 0x603fffff, but "
     "QEMU's machine \"mps2-an385\" has no memory at 0x60000000"},
    {"\"0x0\"", "\"0x60000000\"",
     "\"memory.regions[0]\" of its definition, SSRAM1, is from 0x60000000 to 0x603fffff, but "
     "QEMU's machine \"mps2-an385\" has no memory at 0x60000000"},
};

START_TEST(memory_that_is_not_there)
{
    write_changed("mps2_an385", MEMORIES[_i].from, MEMORIES[_i].to);
    ck_assert_int_eq(RUN("./my_board.json"), 5);
    ASSERT_PRINTED("board \"mps2_an385\" did not boot: ");
    ASSERT_PRINTED(MEMORIES[_i].says);
}
END_TEST

/* The driver does not find what it is for: a function tells by its name. */
START_TEST(the_device_is_elsewhere)
{
    write_board("bus=virtio-mmio-bus.0", "bus=virtio-mmio-bus.1");
    ck_assert_int_eq(RUN("./my_board.json"), 5);
    ASSERT_PRINTED("the firmware sent no byte");
    ASSERT_PRINTED("no_virtio_console_at_uart_base at ./uart/uart_virtio_console.c:");
}
END_TEST

static const struct {
    const char *board;
    const char *from;
    const char *to;
    const char *says;
} INTERRUPTS[] = {
    {"mps2_an385", "\"interrupt\": 0", "\"interrupt\": 5",
     "interrupt 5, which \"uart.interrupt\" of its definition is, but interrupt 0 is pending:"},
    {"mps2_an521", "\"interrupt\": 42", "\"interrupt\": 33",
     "interrupt 33, which \"uart.interrupt\" of its definition is, but interrupts 32, 42 are "
     "pending:"},
    {"qemu_riscv32", "\"interrupt\": 1", "\"interrupt\": 10",
     "interrupt 10, which \"uart.interrupt\" of its definition is, but interrupt 1 is pending:"},
    {"qemu_cortex_a15", "\"interrupt\": 48", "\"interrupt\": 49",
     "interrupt 49, which \"uart.interrupt\" of its definition is, but interrupt 48 is pending:"},
};

/* The firmware starts, and sleeps: nothing wakes it. One of each interrupt controller, and one
 * whose UART has two lines. */
START_TEST(the_interrupt_is_another)
{
    write_changed(INTERRUPTS[_i].board, INTERRUPTS[_i].from, INTERRUPTS[_i].to);
    ck_assert_int_eq(program_run("run", SOURCE_DIR "/tests/models/digits_usmp.tar", "--board",
                                 "./my_board.json", "--project-type", "aot_standalone_demo",
                                 "--timeout", "3", "--input", DIGITS_IMAGES, NULL),
                     5);
    ASSERT_PRINTED(INTERRUPTS[_i].says);
}
END_TEST

/* What a board has whose QEMU has nothing better. */
START_TEST(on_a_uart)
{
    ck_assert_int_eq(RUN(SOURCE_DIR "/tests/boards/machines/qemu_riscv32_uart.json"), 0);
    ASSERT_PRINTED("qemu_riscv32_uart on qemu-system-riscv32");
}
END_TEST

START_TEST(no_definition)
{
    ck_assert_int_eq(RUN("./none.json"), 2);
    ASSERT_PRINTED("board ./none.json: No such file or directory");
    scratch_write("my_board.json", "[1,\n2");
    ck_assert_int_eq(RUN("./my_board.json"), 2);
    ASSERT_PRINTED("my_board.json:2: not JSON");
    ck_assert_int_eq(RUN("/"), 7);
    ASSERT_PRINTED("Is a directory");
}
END_TEST

START_TEST(through_the_api)
{
    struct api_client client;
    struct link_stream stream;
    char options[600];
    cleanup_free char *project = strdup(scratch_path("project"));
    write_board("\"qemu_riscv32\"", "\"mine\"");
    ASSERT_GOOD(api_start(TEMPLATE, &client, &err));
    ck_assert(
        !api_generate(&client, DIGITS_ARCHIVE, project, "{\"board\": \"./my_board.json\"}", &err));
    ck_assert_msg(strstr(err.text, "want a name, or an absolute path") != NULL, "%s", err.text);
    snprintf(options, sizeof(options), "{\"board\": \"%s\", \"project_type\": \"host_driven\"}",
             scratch_path("my_board.json"));
    ASSERT_GOOD(api_generate(&client, DIGITS_ARCHIVE, project, options, &err));
    ck_assert_int_eq(api_stop(&client), 0);
    ck_assert_int_eq(unlink(scratch_path("my_board.json")), 0);

    ASSERT_GOOD(api_start(project, &client, &err));
    ASSERT_GOOD(api_step(&client, "build", &err));
    ASSERT_GOOD(api_step(&client, "flash", &err));
    ASSERT_GOOD(api_call(&client, "open_transport", api_options(options), &err));
    stream = api_stream(&client);
    ASSERT_GOOD(digits_check(&stream, 1, &err));
    ck_assert_int_eq(api_stop(&client), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("board_file");
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, from_the_working_folder);
    tcase_add_loop_test(tests, mistakes_are_named, 0, sizeof(MISTAKES) / sizeof(MISTAKES[0]));
    tcase_add_test(tests, no_machine);
    tcase_add_test(tests, no_device);
    tcase_add_loop_test(tests, memory_that_is_not_there, 0, sizeof(MEMORIES) / sizeof(MEMORIES[0]));
    tcase_add_test(tests, the_device_is_elsewhere);
    tcase_add_loop_test(tests, what_another_board_has, 0, sizeof(OTHERS) / sizeof(OTHERS[0]));
    tcase_add_loop_test(tests, another_device_is_there, 0, sizeof(DEVICES) / sizeof(DEVICES[0]));
    tcase_add_loop_test(tests, the_interrupt_is_another, 0,
                        sizeof(INTERRUPTS) / sizeof(INTERRUPTS[0]));
    tcase_add_test(tests, on_a_uart);
    tcase_add_test(tests, no_definition);
    tcase_add_test(tests, through_the_api);
    Suite *suite = suite_create("board_file");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
