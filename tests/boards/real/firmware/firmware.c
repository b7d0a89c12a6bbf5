/* A firmware of a few lines, to test the board with: no runtime, no interrupts.
 *
 * It sends HELLO. The first byte that it gets says what it does from then on:
 *   'e' echoes    'f' faults    's' sends nothing more    'w' sends without end
 *   'l' sends a line of text, then faults
 * Built with BOOT_FAULT or BOOT_SILENT it faults, or spins, before HELLO.
 * A fault is reported as the real firmware does: ff 0a, a line of text, and the end of QEMU.
 *
 * It enables its receiver without reading a byte and polls: QEMU then leaves a host's bytes where
 * they are until something wakes its main loop, which the board must see to. */
#include <stdint.h>

enum { HELLO = 'H' };

static volatile uint32_t *word_at(uintptr_t address)
{
    return (volatile uint32_t *)address;
}

static void send(uint8_t byte);
static uint8_t receive(void);
static void __attribute__((noreturn)) halt(void);

static void send_text(const char *text)
{
    while (*text)
        send((uint8_t)*text++);
}

static void send_hexadecimal(uint32_t number)
{
    send_text("0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        send((uint8_t) "0123456789abcdef"[(number >> shift) & 0xf]);
}

void __attribute__((noreturn, used)) report_fault(uint32_t pc)
{
    send(0xff);
    send('\n');
    send_text("fault: test pc=");
    send_hexadecimal(pc);
    send('\n');
    halt();
}

#ifdef __arm__
/* CMSDK UART 0 of mps2-an385. */
enum { UART = 0x40004000, DATA = 0, STATE = 4, CTRL = 8, BAUDDIV = 16 };
enum { STACK_TOP = 0x20400000 };

static void open_uart(void)
{
    *word_at(UART + BAUDDIV) = 16;
    *word_at(UART + CTRL) = 3;
}

static void send(uint8_t byte)
{
    while (*word_at(UART + STATE) & 1)
        continue;
    *word_at(UART + DATA) = byte;
}

static uint8_t receive(void)
{
    while (!(*word_at(UART + STATE) & 2))
        continue;
    return (uint8_t)*word_at(UART + DATA);
}

static void halt(void)
{
    __asm volatile("udf #0"); /* inside HardFault: the CPU locks up, QEMU aborts */
    __builtin_unreachable();
}

static void __attribute__((naked)) hard_fault(void)
{
    __asm volatile("ldr r0, [sp, #24]\n b report_fault"); /* the stacked pc */
}

void start(void);
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {
    STACK_TOP, (uintptr_t)start, (uintptr_t)hard_fault, (uintptr_t)hard_fault};

#else
/* 16550 of RISC-V virt. */
enum { UART = 0x10000000, LINE_STATUS = 5, TEST_DEVICE = 0x100000, TEST_FAIL = 0x3333 };

static volatile uint8_t *byte_at(uintptr_t address)
{
    return (volatile uint8_t *)address;
}

static void open_uart(void)
{
}

static void send(uint8_t byte)
{
    while (!(*byte_at(UART + LINE_STATUS) & 0x20))
        continue;
    *byte_at(UART) = byte;
}

static uint8_t receive(void)
{
    while (!(*byte_at(UART + LINE_STATUS) & 1))
        continue;
    return *byte_at(UART);
}

static void halt(void)
{
    *word_at(TEST_DEVICE) = (1 << 16) | TEST_FAIL;
    for (;;)
        continue;
}

/* Since GCC 12 rv32imac has no instructions for these; before, there was no name for them. */
#if __GNUC__ >= 12
#define WITH_STATUS_REGISTERS ".option arch, +zicsr\n"
#else
#define WITH_STATUS_REGISTERS ""
#endif

void __attribute__((interrupt, aligned(4), used)) trap(void)
{
    uint32_t pc = 0;
    __asm volatile(WITH_STATUS_REGISTERS "csrr %0, mepc" : "=r"(pc));
    report_fault(pc);
}

__asm(".pushsection .vectors,\"ax\"\n" WITH_STATUS_REGISTERS "la sp, 0x80800000\n"
      "la t0, trap\n"
      "csrw mtvec, t0\n"
      "j start\n"
      ".popsection\n");
#endif

static void __attribute__((noinline)) fault_on_purpose(void)
{
    __builtin_trap();
}

static void __attribute__((noinline)) spin(void)
{
    for (;;)
        continue;
}

static void act(uint8_t command)
{
    switch (command) {
    case 'e':
        for (;;)
            send(receive());
    case 'w':
        for (;;)
            send('w');
    case 'l':
        send_text("about to fault\n");
        fault_on_purpose();
        break;
    case 'f':
        fault_on_purpose();
        break;
    default:
        spin();
    }
}

void __attribute__((used)) start(void)
{
    open_uart();
#ifdef BOOT_FAULT
    fault_on_purpose();
#endif
#ifdef BOOT_SILENT
    spin();
#endif
    send(HELLO);
    act(receive());
    spin();
}
