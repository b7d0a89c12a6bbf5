#include "board/qemu/qemu_args.h"

#include <string.h>

#define LEAVES "QEMU must not outlive the program that started it"
#define LINE "the serial line and the monitor are this program's"
#define OPENS "it would let the model reach files of this machine"
#define OTHERS "it would start something else than the firmware"
#define TERMINAL "QEMU has no terminal here"

static const struct {
    const char *name;
    const char *why;
} REFUSED[] = {
    {"daemonize", LEAVES},
    {"pidfile", LEAVES},
    {"chroot", LEAVES},
    {"runas", LEAVES},
    {"run-with", LEAVES},
    {"async-teardown", LEAVES},
    {"no-shutdown", LEAVES},
    {"action", LEAVES},
    {"chardev", LINE},
    {"serial", LINE},
    {"echr", LINE},
    {"parallel", LINE},
    {"debugcon", LINE},
    {"mon", LINE},
    {"monitor", LINE},
    {"qmp", LINE},
    {"qmp-pretty", LINE},
    {"preconfig", LINE},
    {"add-fd", LINE},
    {"set", LINE},
    {"readconfig", "a file of arguments cannot be checked; give them one by one"},
    {"nographic", LINE},
    {"display", TERMINAL},
    {"vnc", TERMINAL},
    {"spice", TERMINAL},
    {"curses", TERMINAL},
    {"sdl", TERMINAL},
    {"kernel", OTHERS},
    {"incoming", OTHERS},
    {"loadvm", OTHERS},
    {"semihosting", OPENS},
    {"semihosting-config", OPENS},
    {"virtfs", OPENS},
    {"fsdev", OPENS},
    {"gdb", "the option gdbserver_port is for that"},
    {"s", "the option gdbserver_port is for that"},
    {"icount", "the option icount is for that"},
    {"help", "it would end at once"},
    {"h", "it would end at once"},
    {"version", "it would end at once"},
};

static const char *name_of(const char *argument)
{
    if (argument[0] != '-')
        return "";
    return argument + (argument[1] == '-' ? 2 : 1);
}

bool qemu_args_check(const char *const *args, struct error *err)
{
    for (; args && *args; args++)
        for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++)
            if (strcmp(name_of(*args), REFUSED[i].name) == 0)
                return error_set(err, ERROR_USAGE, 0, "QEMU argument %s: refused: %s", *args,
                                 REFUSED[i].why);
    return true;
}

bool qemu_args_have(const char *const *args, const char *name)
{
    for (; args && *args; args++)
        if (strcmp(name_of(*args), name) == 0)
            return true;
    return false;
}
