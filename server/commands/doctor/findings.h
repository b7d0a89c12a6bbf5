/* What doctor finds: printed as it is found, or kept for the document of --json. */
#ifndef MICROTVM_QEMU_COMMANDS_DOCTOR_FINDINGS_H
#define MICROTVM_QEMU_COMMANDS_DOCTOR_FINDINGS_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum { FINDINGS_PACKAGES = 64 };

struct findings {
    bool as_json;
    bool complete; /* else memory ran out: there is no document */
    cJSON *machine;
    cJSON *boards;
    cJSON *board;                            /* the one that is looked at; NULL: this machine is */
    const char *packages[FINDINGS_PACKAGES]; /* to install; not owned */
    size_t packages_count;
    char *
        choices[FINDINGS_PACKAGES]; /* commands, where a board's toolchain can be had in two ways */
    size_t choices_count;
    size_t unavailable_count; /* boards that QEMU here does not have */
    bool healthy;             /* all others work */
};

enum findings_verdict { BOARD_WORKS, BOARD_UNAVAILABLE, BOARD_FAILS };

void findings_open(struct findings *findings, bool as_json);
void findings_dispose(struct findings *findings);

/* What is said from now on is about this machine, or about a board. */
void findings_begin_machine(struct findings *findings);
void findings_begin_board(struct findings *findings, const char *name);
void findings_end_board(struct findings *findings, enum findings_verdict verdict);

/* state: "ok", "missing", "broken", "optional", "not tried". what: with two spaces in front where
 * it is part of what was said before. detail: one line, or several where it is TEXT. */
void findings_add(struct findings *findings, const char *state, const char *what,
                  const char *detail);
void findings_add_text(struct findings *findings, const char *state, const char *what,
                       const char *text);

/* A package to install, which outlives the findings; and a command of which it takes ownership.
 * Each is told once. */
void findings_need_package(struct findings *findings, const char *package);
void findings_need_choice(struct findings *findings, char *command);

/* Remedies and a last word; or the document. Errors: ERROR_INTERNAL (memory). */
bool findings_finish(struct findings *findings, int exit_code, struct error *err);

#endif
