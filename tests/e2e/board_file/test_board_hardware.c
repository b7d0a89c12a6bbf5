/* A definition of the user's own that says something else than the machine is: what QEMU and the
 * firmware show of it is told as the field that is to be mended. */
#include "client/npy.h"
#include "e2e/board_file/my_board.h"
#include "e2e/memory/sized_model.h"
#include "e2e/run_program.h"
#include "hostile/scratch.h"

#include <check.h>
#include <stdlib.h>

enum { TEST_TIMEOUT_S = 300 };

START_TEST(no_machine)
{
    my_board_change("qemu_riscv32", "\"virt\"", "\"mps9-an999\"");
    ck_assert_int_eq(MY_BOARD_RUN("./my_board.json"), 6);
    ASSERT_PRINTED("board \"qemu_riscv32\" did not boot: qemu-system-riscv32 here has no machine "
                   "\"mps9-an999\"; a newer QEMU may have it");
}
END_TEST

START_TEST(no_device)
{
    my_board_change("qemu_riscv32", "virtio-serial-device", "virtio-serial-dervice");
    ck_assert_int_eq(MY_BOARD_RUN("./my_board.json"), 6);
    ASSERT_PRINTED("board \"qemu_riscv32\" did not boot: qemu-system-riscv32 here lacks a device "
                   "that the board is made of; another QEMU may have it");
    ASSERT_PRINTED("'virtio-serial-dervice' is not a valid device model name");
}
END_TEST

static const struct {
    const char *board;
    const char *from;
    const char *to;
    const char *says;
} DEVICES[] = {
    {"mps2_an385", "\"base\": \"0x40004000\"", "\"base\": \"0x40005000\"",
     "what it said first did not go to QEMU's chardev \"serial\": mend \"uart.base\" or "
     "\"uart.driver\" of its definition, or \"qemu.line_arguments\""},
    {"mps2_an385", "\"driver\": \"fpgaio\", \"base\": \"0x40028000\", \"clock_hz\": 25000000",
     "\"driver\": \"nrf51\", \"base\": \"0x40008000\", \"clock_hz\": 8000000",
     "its timer does not go on: mend \"timer.driver\" or \"timer.base\" of its definition"},
    {"mps2_an385", "\"cmsdk\"", "\"pl011\"",
     "its UART does not take what it says: mend \"uart.driver\" or \"uart.base\" of its "
     "definition"},
    {"qemu_riscv32", "\"virtio_console\"", "\"ns16550\"",
     "its UART does not take what it says: mend \"uart.driver\" or \"uart.base\" of its "
     "definition"},
    /* The driver does not find what it is for: a function tells by its name. */
    {"qemu_riscv32", "bus=virtio-mmio-bus.0", "bus=virtio-mmio-bus.1",
     "no_virtio_console_at_uart_base at ./uart/uart_virtio_console.c:"},
};

enum { DEVICES_COUNT = sizeof(DEVICES) / sizeof(DEVICES[0]) };

/* Nothing comes from the board: where its CPU stands tells why. */
START_TEST(another_device_is_there)
{
    for (int i = 0; i < DEVICES_COUNT; i++) {
        my_board_change(DEVICES[i].board, DEVICES[i].from, DEVICES[i].to);
        my_board_keep(i);
    }
    my_boards_run(DEVICES_COUNT, DIGITS_ARCHIVE " --input " DIGITS_IMAGES);
    for (int i = 0; i < DEVICES_COUNT; i++) {
        ck_assert_int_eq(my_board_end(i), 5);
        ASSERT_PRINTED("the firmware sent no byte");
        ASSERT_PRINTED(DEVICES[i].says);
    }
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
    my_board_change("mps2_an385", MEMORIES[_i].from, MEMORIES[_i].to);
    ck_assert_int_eq(MY_BOARD_RUN("./my_board.json"), 5);
    ASSERT_PRINTED("board \"mps2_an385\" did not boot: ");
    ASSERT_PRINTED(MEMORIES[_i].says);
}
END_TEST

/* What a board has whose QEMU has nothing better; and its UART is another. */
static const char RISCV32_UART[] = SOURCE_DIR "/tests/boards/machines/qemu_riscv32_uart.json";

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
    {"microbit", "\"interrupt\": 2", "\"interrupt\": 3",
     "interrupt 3, which \"uart.interrupt\" of its definition is, but interrupt 2 is pending:"},
    {"netduinoplus2", "\"interrupt\": 37", "\"interrupt\": 38",
     "interrupt 38, which \"uart.interrupt\" of its definition is, but interrupt 37 is pending:"},
    {"qemu_cortex_m3", "\"interrupt\": 5", "\"interrupt\": 6",
     "interrupt 6, which \"uart.interrupt\" of its definition is, but interrupt 5 is pending:"},
    {RISCV32_UART, "\"interrupt\": 10", "\"interrupt\": 1",
     "interrupt 1, which \"uart.interrupt\" of its definition is, but interrupt 10 is pending:"},
    {"qemu_cortex_a15", "\"interrupt\": 48", "\"interrupt\": 49",
     "interrupt 49, which \"uart.interrupt\" of its definition is, but interrupt 48 is pending:"},
};

enum { INTERRUPTS_COUNT = sizeof(INTERRUPTS) / sizeof(INTERRUPTS[0]) };

#define SLEEPER                                                                                    \
    SOURCE_DIR                                                                                     \
    "/tests/models/digits_usmp.tar --project-type aot_standalone_demo --input " DIGITS_IMAGES

/* The firmware starts, and sleeps: nothing wakes it. One of each UART, and of each interrupt
 * controller that QEMU shows. That is certain long before the time is over. */
START_TEST(the_interrupt_is_another)
{
    for (int i = 0; i < INTERRUPTS_COUNT; i++) {
        my_board_change(INTERRUPTS[i].board, INTERRUPTS[i].from, INTERRUPTS[i].to);
        my_board_keep(i);
    }
    my_boards_run(INTERRUPTS_COUNT, SLEEPER " --timeout 200");
    for (int i = 0; i < INTERRUPTS_COUNT; i++) {
        ck_assert_int_eq(my_board_end(i), 5);
        ASSERT_PRINTED(
            "the board does not take what it is sent: its UART holds it, and its CPU sleeps");
        ASSERT_PRINTED(INTERRUPTS[i].says);
    }
}
END_TEST

/* Of a GICv3 it shows no line that is high: not certain, but likely when the time is over. */
START_TEST(the_controller_is_not_shown)
{
    my_board_change("qemu_cortex_a15", "\"virt\"", "\"virt,gic-version=3\"");
    my_board_change("./my_board.json", "\"gicv2\"", "\"gicv3\"");
    my_board_change("./my_board.json", "\"cpu_base\": \"0x8010000\"",
                    "\"redistributor_base\": \"0x80a0000\"");
    ck_assert_int_eq(MY_BOARD_RUN("./my_board.json"), 0);
    my_board_change("./my_board.json", "\"interrupt\": 48", "\"interrupt\": 49");
    my_board_keep(0);
    my_boards_run(1, SLEEPER " --timeout 2");
    ck_assert_int_eq(my_board_end(0), 5);
    ASSERT_PRINTED("its UART holds what it was sent, and interrupt 49 does not wake it: mend "
                   "\"uart.interrupt\" of its definition, or \"interrupt_controller\"");
}
END_TEST

static const struct {
    const char *board;
    const char *from;
    const char *to;
    size_t used_bytes; /* of the heap, to its last byte */
    const char *says;
} ENDS[] = {
    {"qemu_riscv32", "\"size_bytes\": 50331648", "\"size_bytes\": 150331648", 100000000,
     "\"memory.regions[1]\" of its definition, RAM, is from 0x"},
    {"mps2_an500", "\"size_bytes\": 16777216", "\"size_bytes\": 33554432", 20000000,
     "\"memory.regions[2]\" of its definition, PSRAM, is from 0x"},
    {"qemu_cortex_a53", "\"size_bytes\": 67108864", "\"size_bytes\": 167108864", 100000000,
     "\"memory.regions[1]\" of its definition, RAM, is from 0x"},
};

/* A region goes on where the machine's memory has ended: it is told when a model comes there. */
START_TEST(a_memory_ends_early)
{
    struct error err;
    float one = 5;
    const struct tensor tensor = {.code = TENSOR_FLOAT,
                                  .bits = 32,
                                  .ndim = 1,
                                  .shape = {1},
                                  .data = &one,
                                  .size_bytes = sizeof(one)};
    ck_assert_msg(npy_save(scratch_path("x.npy"), &tensor, &err), "%s", err.text);
    sized_model(scratch_path("model.tar"), SIZED_HEAP, ENDS[_i].used_bytes);
    my_board_change(ENDS[_i].board, ENDS[_i].from, ENDS[_i].to);
    ck_assert_int_eq(
        program_run("run", "model.tar", "--board", "./my_board.json", "--input", "x.npy", NULL), 5);
    ASSERT_PRINTED(" has no memory at 0x");
    ASSERT_PRINTED(ENDS[_i].says);
}
END_TEST

/* A thousandth of what the timer has: much more time passes on the board than here, also where the
 * line is slow on a busy machine. */
START_TEST(the_clock_is_faster)
{
    static const char *const types[] = {"aot_standalone_demo", "mlperftiny"};
    my_board_change("mps2_an385", "\"0x40028000\", \"clock_hz\": 25000000",
                    "\"0x40028000\", \"clock_hz\": 25000");
    ck_assert_int_eq(program_run("run", SOURCE_DIR "/tests/models/digits_usmp.tar", "--board",
                                 "./my_board.json", "--project-type", types[_i], "--input",
                                 DIGITS_IMAGES, NULL),
                     5);
    ASSERT_PRINTED("by the board's clock ");
    ASSERT_PRINTED(" s here: mend \"timer.clock_hz\" of its definition, at least ");
}
END_TEST

/* Where a UART sends nothing until it is set up, as these two, last words set it up. */
START_TEST(a_fault_comes_before_the_uart)
{
    static const char *const boards[] = {"mps2_an385", "microbit"};
    ck_assert_int_eq(program_run("run", DIGITS_ARCHIVE, "--board", boards[_i], "--input",
                                 DIGITS_IMAGES, "--option", "config_main_stack_size=16", NULL),
                     5);
    ASSERT_PRINTED("stack overflow: the main stack is from bottom=0x20000000 to top=0x20000010");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("board_hardware");
    tcase_set_timeout(tests, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tests, my_board_set_up, my_board_tear_down);
    tcase_add_test(tests, no_machine);
    tcase_add_test(tests, no_device);
    tcase_add_loop_test(tests, memory_that_is_not_there, 0, sizeof(MEMORIES) / sizeof(MEMORIES[0]));
    tcase_add_test(tests, another_device_is_there);
    tcase_add_test(tests, the_interrupt_is_another);
    tcase_add_test(tests, the_controller_is_not_shown);
    tcase_add_loop_test(tests, a_memory_ends_early, 0, sizeof(ENDS) / sizeof(ENDS[0]));
    tcase_add_loop_test(tests, the_clock_is_faster, 0, 2);
    tcase_add_loop_test(tests, a_fault_comes_before_the_uart, 0, 2);
    Suite *suite = suite_create("board_hardware");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
