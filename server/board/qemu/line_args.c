#include "board/qemu/line_args.h"
#include "board/qemu/qemu_args.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define FIELD "\"qemu.line_arguments\""

const char *const LINE_ARGS_DEFAULT[] = {"-serial", "chardev:serial", NULL};

static const struct {
    const char *name;
    const char *device; /* what QEMU is to have for it; NULL: a UART of the machine */
    bool takes_many;
    long buffered_from; /* QEMU's first release that loses no byte of a buffer */
} DRIVERS[] = {
    {"ns16550", NULL, true, 0},
    {"nrf51", NULL, true, 0},
    /* Before 7.0 who reads a byte gets the next one instead, if that is at hand. */
    {"stm32", NULL, false, 7},
    {"virtio_console", "virtserialport", true, 0},
};

enum { DRIVERS_COUNT = sizeof(DRIVERS) / sizeof(DRIVERS[0]) };

/* "chardev:serial" of -serial, "chardev=serial" among the properties of -device. */
static bool names_line(const char *argument)
{
    static const char property[] = "chardev=serial";
    if (strcmp(argument, "chardev:serial") == 0)
        return true;
    const char *found = strstr(argument, property);
    const char *after = found ? found + strlen(property) : "x";
    return *after == '\0' || *after == ',';
}

static bool has_device(const char *const *args, const char *device)
{
    size_t length = strlen(device);
    for (; *args; args++)
        if (strncmp(*args, device, length) == 0 &&
            ((*args)[length] == '\0' || (*args)[length] == ','))
            return true;
    return false;
}

static bool check_driver(const char *const *args, const char *uart_driver, struct error *err)
{
    for (size_t i = 0; i < DRIVERS_COUNT; i++)
        if (DRIVERS[i].device && strcmp(DRIVERS[i].name, uart_driver) == 0 &&
            !has_device(args, DRIVERS[i].device))
            return error_set(err, ERROR_USAGE, 0,
                             FIELD ": no device \"%s\", which the driver \"%s\" is for",
                             DRIVERS[i].device, uart_driver);
    return true;
}

bool line_args_check(const char *const *args, const char *uart_driver, struct error *err)
{
    bool is_named = false;
    for (const char *const *arg = args; *arg; arg++) {
        const char *const alone[] = {*arg, NULL};
        is_named = is_named || names_line(*arg);
        if (strcmp(*arg, "-serial") != 0 && !qemu_args_check(alone, err))
            return error_wrap(err, FIELD);
    }
    if (!is_named)
        return error_set(err, ERROR_USAGE, 0,
                         FIELD ": none of them names the serial line: \"chardev:serial\" behind "
                               "-serial, or chardev=serial among the properties of a -device");
    return check_driver(args, uart_driver, err);
}

bool line_args_want_buffer(const char *uart_driver, const char *qemu_version)
{
    bool known = qemu_version && *qemu_version != '\0';
    for (size_t i = 0; i < DRIVERS_COUNT; i++)
        if (uart_driver && strcmp(DRIVERS[i].name, uart_driver) == 0)
            return !DRIVERS[i].takes_many &&
                   (!known || strtol(qemu_version, NULL, 10) >= DRIVERS[i].buffered_from);
    return true;
}
