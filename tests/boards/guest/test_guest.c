/* The firmware's own ground on real QEMU, on every board: serial line, heap, last words.
 * The clock is test_clock's. */
#include "base/cleanup.h"
#include "base/deadline.h"
#include "boards/guest/guest_suite.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { LINE_BYTES = 8 << 20 }; /* more than all that is between a firmware and its host */

static struct guest_board board;

static void boot(void)
{
    tested_boot(GUEST_ICOUNT_OFF, &board);
}

static void command(char letter)
{
    ck_assert(guest_send(&board, &letter, 1));
}

START_TEST(echoes_every_byte)
{
    enum { SIZE = 20000 };
    static uint8_t sent[SIZE];
    static uint8_t received[SIZE];
    uint8_t header[5] = {'e', SIZE & 255, SIZE >> 8};
    boot();
    for (unsigned i = 0; i < SIZE; ++i)
        sent[i] = (uint8_t)(i * 7 + i / 256);
    ck_assert(guest_send(&board, header, sizeof header));
    for (unsigned at = 0; at < SIZE; at += 1000) {
        ck_assert(guest_send(&board, sent + at, 1000));
        ck_assert(guest_receive(&board, received + at, 1000));
    }
    ck_assert_mem_eq(sent, received, SIZE);
    guest_stop(&board);
}
END_TEST

/* More than ring, UART and socket buffers hold together, to a firmware that is not reading. */
START_TEST(loses_nothing_while_busy)
{
    enum { SIZE = 60000 };
    static uint8_t sent[SIZE];
    uint8_t header[5] = {'s', SIZE & 255, SIZE >> 8};
    uint32_t sum = 0;
    uint32_t device_sum = 0;
    uint8_t go;
    boot();
    for (unsigned i = 0; i < SIZE; ++i) {
        sent[i] = (uint8_t)(i * 11 + i / 128);
        sum = sum * 31 + sent[i];
    }
    ck_assert(guest_send(&board, header, sizeof header));
    ck_assert(guest_receive(&board, &go, 1));
    ck_assert(guest_send(&board, sent, SIZE));
    ck_assert(guest_receive(&board, &device_sum, sizeof device_sum));
    ck_assert_uint_eq(device_sum, sum);
    guest_stop(&board);
}
END_TEST

#define HAS_VIRTIO (strcmp(tested_board->uart_driver, "virtio_console") == 0)

/* Until the line is full from end to end, and the firmware waits for the host. */
static size_t send_until_full(const uint8_t *data)
{
    enum { FULL_MS = 300 };
    struct pollfd line = {.fd = board.serial_fd, .events = POLLOUT};
    size_t sent = 0;
    while (poll(&line, 1, FULL_MS) == 1) {
        ssize_t size = send(board.serial_fd, data + sent, LINE_BYTES - sent, MSG_NOSIGNAL);
        ck_assert(size > 0);
        sent += (size_t)size;
    }
    return sent;
}

/* Of a UART it is QEMU that may drop bytes then, or stand still. */
START_TEST(loses_nothing_when_the_host_is_late)
{
    static uint8_t sent[LINE_BYTES];
    static uint8_t received[LINE_BYTES];
    const uint8_t header[5] = {'e', 0, 0, LINE_BYTES >> 16};
    if (!HAS_VIRTIO)
        return;
    boot();
    for (unsigned i = 0; i < LINE_BYTES; ++i)
        sent[i] = (uint8_t)(i * 13 + i / 256);
    ck_assert(guest_send(&board, header, sizeof header));
    size_t size_bytes = send_until_full(sent);
    ck_assert(guest_receive(&board, received, size_bytes));
    ck_assert_mem_eq(received, sent, size_bytes);
    guest_stop(&board);
}
END_TEST

/* One line of text, without its newline. */
static void receive_line(char *line, size_t size_bytes)
{
    size_t length = 0;
    for (; length + 1 < size_bytes; ++length) {
        ck_assert(guest_receive(&board, line + length, 1));
        if (line[length] == '\n')
            break;
    }
    line[length] = '\0';
}

START_TEST(heap_is_sound)
{
    char line[256];
    boot();
    command('h');
    receive_line(line, sizeof line);
    ck_assert_msg(
        strncmp(line, "heap full: 1 bytes asked for, 0 free, 0 of them in one piece; the heap has ",
                75) == 0,
        "%s", line);
    receive_line(line, sizeof line);
    /* As much as an address of the CPU can say. */
    ck_assert_msg(strncmp(line, "heap full: 4294967288 bytes asked for, ", 39) == 0 ||
                      strncmp(line, "heap full: 18446744073709551608 bytes asked for, ", 49) == 0,
                  "%s", line);
    receive_line(line, sizeof line);
    ck_assert_str_eq(line, "step=0");
    guest_stop(&board);
}
END_TEST

/* Allocates and frees them; returns how many there was room for. */
static uint32_t fill_heap(uint32_t most, double *ret_instructions)
{
    const uint8_t request[5] = {'n', most & 255, most >> 8 & 255, most >> 16};
    uint32_t count = 0;
    uint64_t ticks = 0;
    ck_assert(guest_send(&board, request, sizeof request));
    ck_assert(guest_receive(&board, &count, sizeof count));
    ck_assert(guest_receive(&board, &ticks, sizeof ticks));
    *ret_instructions = (double)ticks * 1e9 / (double)tested_board->timer_clock_hz;
    return count;
}

/* Where each call looks at all blocks, one among many takes many more instructions, each of which
 * is a nanosecond of this board's time. */
START_TEST(many_blocks_are_no_burden)
{
    double few_instructions = 0;
    double instructions = 0;
    double again_instructions = 0;
    tested_boot(0, &board);
    uint32_t few = fill_heap(100, &few_instructions);
    uint32_t count = fill_heap(8000, &instructions);
    ck_assert(count > 1000 || count > tested_board->ram_size_bytes / 128);
    ck_assert_double_lt(instructions / count, 1.5 * few_instructions / few);
    ck_assert_uint_eq(fill_heap(8000, &again_instructions), count); /* nothing has been lost */
    guest_stop(&board);
}
END_TEST

START_TEST(printf_is_text_on_the_line)
{
    char line[256];
    boot();
    command('p');
    receive_line(line, sizeof line);
    ck_assert_str_eq(line, "text 42 ?.");
    guest_stop(&board);
}
END_TEST

START_TEST(what_the_compiler_may_use_is_there)
{
    uint8_t wrong = 0xff;
    boot();
    command('U');
    ck_assert(guest_receive(&board, &wrong, 1));
    ck_assert_msg(wrong == 0, "%s: '%c'", tested_board->name, wrong);
    guest_stop(&board);
}
END_TEST

/* What the host must see of a board that was told how to die, and that QEMU then ends by itself. */
static void expect_words(char how, const char *const *wanted)
{
    char text[1024];
    guest_last_words(&board, text, sizeof text);
    ck_assert_msg(strstr(text, "\xff\n") != NULL, "%s: no last words", tested_board->name);
    for (; *wanted; ++wanted)
        ck_assert_msg(strstr(text, *wanted) != NULL, "%s '%c': no \"%s\" in \"%s\"",
                      tested_board->name, how, *wanted, text + 2);
    ck_assert_int_eq(text[strlen(text) - 1], '\n');
    int status;
    struct error err;
    ck_assert_msg(child_wait(&board.qemu, deadline_in_ms(10000), NULL, &status, &err), "%s",
                  err.text);
    guest_stop(&board);
}

static void expect_last_words(char how, const char *const *wanted)
{
    boot();
    command(how);
    expect_words(how, wanted);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(a_write_to_null_or_flash_is_a_fault)
{
    expect_last_words('w', WORDS("fault: ", "pc=0x"));
    expect_last_words('c', WORDS("fault: ", "pc=0x"));
}
END_TEST

START_TEST(what_is_not_there_is_a_fault)
{
    expect_last_words('r', WORDS("fault: ", " access ", "pc=0x", "00000014"));
}
END_TEST

static void read_at(uint64_t address)
{
    boot();
    command('y');
    for (unsigned shift = 0; shift < 64; shift += 8)
        command((char)(address >> shift));
}

START_TEST(every_memory_can_be_used)
{
    uint8_t wrong = 0xff;
    boot();
    command('g');
    ck_assert(guest_receive(&board, &wrong, 1));
    ck_assert_msg(wrong == 0, "%s: %d bytes", tested_board->name, wrong);
    guest_stop(&board);
}
END_TEST

static bool is_in_a_memory(uint64_t address)
{
    const struct regions *regions = &tested_board->regions;
    for (size_t i = 0; i < regions->count; i++)
        if (address >= regions->items[i].origin &&
            address - regions->items[i].origin < regions->items[i].size_bytes)
            return true;
    return false;
}

/* The byte behind it is no board's, but where another memory begins there, or a device's. */
START_TEST(behind_each_memory_is_a_fault)
{
    enum { DEVICES_BEGIN = 0xe0000000 };
    const struct regions *regions = &tested_board->regions;
    for (size_t i = 0; i < regions->count; i++) {
        uint64_t address = regions->items[i].origin + regions->items[i].size_bytes;
        if (is_in_a_memory(address) || address >= DEVICES_BEGIN)
            continue;
        read_at(address);
        expect_words('y', WORDS("fault: ", "pc=0x"));
    }
}
END_TEST

START_TEST(a_jump_to_nowhere_names_its_caller)
{
    expect_last_words('j', WORDS("fault: ", "(jump to nowhere) from=0x", "pc=0x00000000"));
    expect_last_words('k',
                      WORDS("fault: ", tested_board->is_armv6m ? "(jump to nowhere) from=0x"
                                                               : "(jump to nowhere) last_call=0x"));
}
END_TEST

START_TEST(a_jump_into_data_names_its_caller)
{
    expect_last_words('J', WORDS("fault: ", "instruction access ", "(jump to nowhere) from=0x"));
}
END_TEST

/* 3.25 GiB up, but where that is memory. */
START_TEST(where_the_board_has_nothing_is_a_fault)
{
    const bool is_memory = is_in_a_memory(0xd0000000);
    read_at(is_memory ? 0xf8000000 : 0xd0000000);
    expect_words('y', WORDS("fault: ", "pc=0x",
                            tested_board->is_armv6m ? ""
                            : is_memory             ? "f8000000"
                                                    : "d0000000"));
}
END_TEST

START_TEST(illegal_instruction_is_a_fault)
{
    expect_last_words('i', WORDS("fault: ", "pc=0x"));
}
END_TEST

/* Last words need nothing of what it has in memory. */
START_TEST(a_driver_that_was_written_over_has_last_words)
{
    expect_last_words('z', WORDS("fault: ", "pc=0x"));
    if (HAS_VIRTIO)
        expect_last_words('Z', WORDS("abort: something has written over the memory of the serial "
                                     "line's driver"));
}
END_TEST

START_TEST(stack_overflow_is_named)
{
    expect_last_words('o', WORDS("fault: ", "pc=0x", "stack overflow"));
    expect_last_words('O', WORDS("fault: ", "pc=0x", "stack overflow"));
}
END_TEST

START_TEST(aborts_name_their_reason)
{
    expect_last_words('a', WORDS("abort: TVM error 0x00000503 (heap full", "pc=0x"));
    expect_last_words('A', WORDS("abort: abort()", "pc=0x"));
    expect_last_words('d', WORDS("abort: heap damaged"));
    expect_last_words('m', WORDS("exit: main returned status=0x00000007"));
    expect_last_words('x', WORDS("exit: the model called exit(3) pc=0x"));
    expect_last_words('X', WORDS("before\xff\nexit: the model called _exit(-2147483648) pc=0x"));
    expect_last_words(
        'v', WORDS("abort: an assertion failed pc=0x", ": sink == 42, apps/guest_app/main.c:"));
    expect_last_words('f', WORDS("abort: free of memory that was not allocated: ", "pc=0x"));
}
END_TEST

int main(void)
{
    const struct board_test tests[] = {
        {echoes_every_byte, EVERY_BOARD},
        {loses_nothing_while_busy, ONE_BOARD_PER_UART},
        {loses_nothing_when_the_host_is_late, EVERY_BOARD},
        {heap_is_sound, EVERY_BOARD},
        {many_blocks_are_no_burden, EVERY_BOARD},
        {printf_is_text_on_the_line, EVERY_BOARD},
        {what_the_compiler_may_use_is_there, EVERY_BOARD},
        {a_write_to_null_or_flash_is_a_fault, PROTECTED_BOARDS},
        {what_is_not_there_is_a_fault, PROTECTED_BOARDS},
        {where_the_board_has_nothing_is_a_fault, EVERY_BOARD},
        {every_memory_can_be_used, EVERY_BOARD},
        {behind_each_memory_is_a_fault, EVERY_BOARD},
        {a_jump_to_nowhere_names_its_caller, EVERY_BOARD},
        {a_jump_into_data_names_its_caller, PROTECTED_BOARDS},
        {illegal_instruction_is_a_fault, EVERY_BOARD},
        {a_driver_that_was_written_over_has_last_words, EVERY_BOARD},
        {stack_overflow_is_named, EVERY_BOARD},
        {aborts_name_their_reason, EVERY_BOARD},
    };
    return guest_on_every_board("guest", tests, sizeof tests / sizeof tests[0]);
}
