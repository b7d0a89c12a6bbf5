/* A board of the user's own, by path: in `run` from any working folder, and in the API; its project
 * needs the file no more. And what is wrong with a definition in itself, before QEMU is asked. */
#include "base/cleanup.h"
#include "e2e/api_client.h"
#include "e2e/board_file/my_board.h"
#include "e2e/digits.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEST_TIMEOUT_S = 300 };

static const char TEMPLATE[] = BUILD_DIR "/share/microtvm-qemu/template";
static struct error err;

#define ASSERT_GOOD(call) ck_assert_msg((call), "%s", err.text)

START_TEST(from_the_working_folder)
{
    my_board_change("qemu_riscv32", "\"qemu_riscv32\"", "\"mine\"");
    ck_assert_int_eq(MY_BOARD_RUN("./my_board.json"), 0);
    ASSERT_PRINTED("mine on qemu-system-riscv32");
    ck_assert_int_eq(MY_BOARD_RUN("my_board.json"), 0);
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
    my_board_change("qemu_riscv32", MISTAKES[_i].from, MISTAKES[_i].to);
    ck_assert_int_eq(MY_BOARD_RUN("./my_board.json"), 2);
    ASSERT_PRINTED(MISTAKES[_i].says);
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
    my_board_change("mps3_an547", OTHERS[_i].from, OTHERS[_i].to);
    ck_assert_int_eq(MY_BOARD_RUN("./my_board.json"), 2);
    ASSERT_PRINTED(OTHERS[_i].says);
}
END_TEST

/* What a board has whose QEMU has nothing better. */
START_TEST(on_a_uart)
{
    ck_assert_int_eq(MY_BOARD_RUN(SOURCE_DIR "/tests/boards/machines/qemu_riscv32_uart.json"), 0);
    ASSERT_PRINTED("qemu_riscv32_uart on qemu-system-riscv32");
}
END_TEST

START_TEST(no_definition)
{
    ck_assert_int_eq(MY_BOARD_RUN("./none.json"), 2);
    ASSERT_PRINTED("board ./none.json: No such file or directory");
    scratch_write("my_board.json", "[1,\n2");
    ck_assert_int_eq(MY_BOARD_RUN("./my_board.json"), 2);
    ASSERT_PRINTED("my_board.json:2: not JSON");
    ck_assert_int_eq(MY_BOARD_RUN("/"), 7);
    ASSERT_PRINTED("Is a directory");
}
END_TEST

START_TEST(through_the_api)
{
    struct api_client client;
    struct link_stream stream;
    char options[600];
    cleanup_free char *project = strdup(scratch_path("project"));
    my_board_change("qemu_riscv32", "\"qemu_riscv32\"", "\"mine\"");
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
    tcase_add_checked_fixture(tests, my_board_set_up, my_board_tear_down);
    tcase_add_test(tests, from_the_working_folder);
    tcase_add_loop_test(tests, mistakes_are_named, 0, sizeof(MISTAKES) / sizeof(MISTAKES[0]));
    tcase_add_loop_test(tests, what_another_board_has, 0, sizeof(OTHERS) / sizeof(OTHERS[0]));
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
