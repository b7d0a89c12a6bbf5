/* A board whose QEMU is tests/fakes/fake_qemu.c, for one test at a time. */
#ifndef MICROTVM_QEMU_TESTS_BOARD_FIXTURE_H
#define MICROTVM_QEMU_TESTS_BOARD_FIXTURE_H

#include "board/board.h"

/* HURRY_MS is long enough to start a program in, on a busy machine, too. */
enum { SHORT_MS = 200, HURRY_MS = 1500, BOARD_DATA_BYTES = 64 };

extern struct error err;
extern struct machine machine; /* may be changed before flash */
extern struct board *board;
extern struct interrupt interrupt;  /* of every board here */
extern char data[BOARD_DATA_BYTES]; /* for a test's reads */

/* A checked fixture: a scratch folder with firmware.elf, and a board that is off. */
void make_board(void);
void free_board(void);

/* Another board, with HURRY_MS to boot in. */
void hurry(void);

/* One more, with the same flash; the caller frees it. */
struct board *another_board(void);

/* FAKE_QEMU_NAME for the QEMUs that are started from now on. */
void set_fault(const char *name);

struct deadline long_time(void);
bool flash(void);
void flash_and_open(void);
void kill_qemu(void);

/* No process is left behind. */
void check_no_children(void);

/* result is false, and err is of that kind and has that text in it. */
void check_error(bool result, enum error_kind kind, const char *text);

#endif
