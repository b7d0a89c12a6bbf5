/* The document of `run --json`: all that is known of a run, for programs.
 * server/doc/run.schema.json says what each key means.
 *
 * It has all its keys from the beginning, null for what is not known (yet), so that a run that ends
 * early tells what it knew by then. To add a section:
 *  1. describe it in run.schema.json, where it may be null;
 *  2. name its key in KEYS of document.c, in the place where readers shall find it;
 *  3. make its value where it becomes known (a function of your own, with value.h: commands know
 *     JSON, the folders below them don't) and hand it to run_document_put. Without --json that is
 *     no error and does nothing; run_document_is_wanted tells, where making it costs time.
 * Nothing in it may differ between two runs of the same thing, but what is called time_ms. */
#ifndef MICROTVM_QEMU_COMMANDS_RUN_DOCUMENT_DOCUMENT_H
#define MICROTVM_QEMU_COMMANDS_RUN_DOCUMENT_DOCUMENT_H

#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct run_document {
    const char *path; /* not owned; "-": standard output; NULL: no document is wanted */
    cJSON *root;      /* owned; NULL: likewise, or memory ran out */
};

/* All keys, null. A document that is not wanted is none of its own. */
void run_document_open(struct run_document *document, const char *path);

/* Is what is written to PATH, which may be NULL, standard output: "-", or the very file that it
 * is? Then text for people has to go elsewhere. */
bool run_document_is_stdout(const char *path);

bool run_document_is_wanted(const struct run_document *document);

/* The document's KEY becomes value, which is taken over: NULL stands for memory that ran out, of
 * which run_document_write tells. */
void run_document_put(struct run_document *document, const char *key, cJSON *value);

/* Can a file of that name be written, as far as can be told before? Makes nothing. If not, then the
 * document is wanted no more. Errors: ERROR_SYSTEM. */
bool run_document_check(struct run_document *document, struct error *err);

/* Write it: a file whole or not at all; a device, a pipe or standard output as it goes. That may
 * block, so signals end the program meanwhile (interrupt_give_back).
 * Errors: ERROR_SYSTEM; ERROR_INTERNAL (memory). */
bool run_document_write(const struct run_document *document, struct error *err);

/* Safe on a zeroed struct and twice. */
void run_document_dispose(struct run_document *document);

#endif
