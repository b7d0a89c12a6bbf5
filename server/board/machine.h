/* A board as data: qemu-machines/NAME.json (every field is described in qemu-machines/README.md).
 * The guest build reads the same file; C code knows no board by name. */
#ifndef MICROTVM_QEMU_BOARD_MACHINE_H
#define MICROTVM_QEMU_BOARD_MACHINE_H

#include "base/error.h"
#include "definition/regions.h"
#include "toolchain/toolchain.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine {
    char *name; /* "mps2_an385": the file's name without .json, or its "name" key */
    char *description;
    char *core;           /* "Cortex-M4F", for people; NULL: not told */
    char *floating_point; /* "single", "double, MVE", likewise; NULL: none */
    char *qemu_program;   /* "qemu-system-arm" */
    char *qemu_package;   /* Debian package that brings it */
    char *qemu_machine;   /* -machine */
    char **qemu_args;     /* further arguments, NULL-terminated; may be empty, never NULL */
    char **line_args;     /* those that put the serial line in; likewise, and never empty */
    struct toolchain_list toolchains;
    const char *toolchain_prefix;   /* of that to use here, "arm-none-eabi-"; not owned */
    struct regions regions;         /* its memories */
    uint64_t rpc_packet_size_bytes; /* the largest message that its firmware takes */
    char *architecture;             /* "cortex_m" */
    char *uart_driver;              /* its firmware's: "pl011" */
    uint64_t uart_base;             /* its registers */
    uint64_t uart_interrupt;        /* the line that its firmware waits for */
    char *interrupt_driver;         /* "plic"; NULL: none, as a Cortex-M has its own */
    uint64_t interrupt_base;        /* where that is; 0: not told */
    char *model;                    /* what TVM's target calls it ("lm3s6965"), for boards.json */
};

struct machine_list {
    struct machine *items; /* sorted by name */
    size_t count;
};

/* Read one definition. Errors: ERROR_USAGE with file, field and value when it is malformed,
 * ERROR_SYSTEM. On success the caller disposes of it. */
bool machine_load_file(const char *path, struct machine *ret_machine, struct error *err);

/* Read DIR/NAME.json. An unknown name is ERROR_USAGE:
 * `board "qemu_cortex_m4": no such board (have: mps2_an385, ...)`. A name with '/' or a leading
 * '.' is unknown too. */
bool machine_load(const char *dir, const char *name, struct machine *ret_machine,
                  struct error *err);

/* All *.json of DIR. */
bool machine_list_load(const char *dir, struct machine_list *ret_list, struct error *err);

/* Free what is inside; safe on a zeroed struct and twice. */
void machine_dispose(struct machine *machine);
void machine_list_dispose(struct machine_list *list);

#endif
