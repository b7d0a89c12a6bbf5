/* Addresses that link/firmware.ld defines. They are symbols: only their addresses mean anything. */
#ifndef BOOT_LAYOUT_H
#define BOOT_LAYOUT_H

#include <stdint.h>

extern char layout_flash_start[], layout_flash_size[];
extern char layout_text_start[], layout_text_end[];
extern char layout_ram_start[], layout_ram_end[], layout_ram_size[];
extern char layout_devices_start[], layout_devices_size[];
extern char layout_stack_bottom[], layout_stack_top[];
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
