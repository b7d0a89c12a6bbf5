/* Addresses that link/firmware.ld defines. They are symbols: only their addresses mean anything. */
#ifndef BOOT_LAYOUT_H
#define BOOT_LAYOUT_H

#include <stdint.h>

/* What start-up fills the stack with, but for its upper end: where it is still there, the stack
 * never was so deep. The host looks (server/project/footprint/marks.h). The upper end is in use by
 * then, and it has room for waiting for the host with an interrupt on top (of which Cortex-M puts a
 * part on this stack, at times more, at times less): so two runs look alike. */
enum { LAYOUT_STACK_PAINT = 0xa5 };

extern char layout_flash_start[], layout_flash_size[];
extern char layout_text_start[], layout_text_end[];
extern char layout_stack_memory_start[], layout_stack_memory_end[], layout_heap_memory_end[];
extern char layout_devices_start[], layout_devices_size[];
extern char layout_stack_bottom[], layout_stack_top[], layout_stack_paint_size[];
extern char layout_data_start[], layout_data_size[], layout_data_source[];
extern char layout_bss_start[], layout_bss_size[];
extern char layout_tls_start[];
extern char layout_heap_start[], layout_heap_end[];
extern void (*const layout_init_array_start[])(void);
extern void (*const layout_init_array_end[])(void);

static inline uintptr_t layout_address(const char *symbol)
{
    return (uintptr_t)symbol;
}

#endif
