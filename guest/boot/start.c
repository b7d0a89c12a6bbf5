/* From a bare CPU with a stack to main(): the part that every architecture shares. */
#include "boot/start.h"
#include "boot/board_config.h"
#include "boot/cpu.h"
#include "boot/fatal.h"
#include "boot/layout.h"
#include "clock/clock.h"
#include "platform/heap.h"
#include "uart/uart.h"

#include <string.h>

extern int main(void);

/* The server counts on it. */
_Static_assert(sizeof(void *) == BOARD_POINTER_SIZE_BYTES, "board.json: pointer_size_bytes");

void runtime_start(void)
{
    cpu_protect_memory();
    memset(layout_stack_bottom, LAYOUT_STACK_PAINT, layout_address(layout_stack_paint_size));
    memcpy(layout_data_start, layout_data_source, layout_address(layout_data_size));
    memset(layout_bss_start, 0, layout_address(layout_bss_size));
    cpu_set_thread_pointer(layout_tls_start);
    heap_init(layout_heap_start, layout_heap_end);
    uart_init();
    clock_init(); /* after it, for what uart/uart_nrf51.c says */
    cpu_interrupts_set(true);
    for (void (*const *init)(void) = layout_init_array_start; init < layout_init_array_end; ++init)
        (*init)();
    int status = main();
    fatal_begin("exit: main returned");
    fatal_hex("status", (uint32_t)status);
    fatal_end();
}
