/* Builds with the host's compiler and a small CMakeLists.txt, since what is tested so is how a
 * build is run and how its failures are told. Firmware is built by the end-to-end tests. */
#ifndef MICROTVM_QEMU_TESTS_BUILD_FIXTURE_H
#define MICROTVM_QEMU_TESTS_BUILD_FIXTURE_H

#include "project/build/build.h"

extern struct error err;
extern struct manifest manifest; /* of the project in SCRATCH/p */
extern char output[256 * 1024];  /* all that the last build printed */
extern const char CMAKE_LISTS[];

/* Any compiler that is there: these builds don't use it. */
#define BOARD(flash, ram, packet)                                                                  \
    BOARD_OF("{\"prefix\": \"c99-\", \"packages\": [\"gcc-x\", \"picolibc-x\"]}", flash, ram,      \
             packet)
#define BOARD_OF(toolchain, flash, ram, packet)                                                    \
    "{\"toolchain\": " toolchain                                                                   \
    ", \"main_stack_size_bytes\": 0, \"rpc_packet_size_bytes\": " #packet                          \
    ", \"memory\": {\"regions\": ["                                                                \
    "{\"name\": \"flash\", \"origin\": \"0x0\", \"size_bytes\": " #flash                           \
    ", \"holds\": [\"code\", \"constants\"]},"                                                     \
    "{\"name\": \"RAM\", \"origin\": \"0x20000000\", \"size_bytes\": " #ram                        \
    ", \"holds\": [\"data\", \"workspace\"]}],"                                                    \
    " \"devices\": {\"origin\": \"0x40000000\", \"size_bytes\": 4096}}}"

/* A checked fixture, with scratch_remove: the project SCRATCH/p. */
void build_setup(void);
/* Another, SCRATCH/NAME; the manifest is then this one's. */
void write_project(const char *name);

bool build_at(const char *name);
/* The test fails when the build does. */
void build(void);
/* The test fails unless the build does, so, and says `why`. */
void fails(enum error_kind kind, const char *why);

#endif
