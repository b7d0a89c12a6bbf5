/* From a model archive to a flashed board, as commands do it in this process:
 * generate -> build -> flash, each reported as a step with its time. */
#ifndef MICROTVM_QEMU_COMMANDS_PIPELINE_H
#define MICROTVM_QEMU_COMMANDS_PIPELINE_H

#include "base/deadline.h"
#include "base/error.h"
#include "base/temp_dir.h"
#include "board/board.h"
#include "client/report.h"
#include "commands/cache/firmware_cache.h"
#include "project/manifest.h"

#include <stdbool.h>

struct pipeline {
    /* Set by the caller, not owned. */
    const char *command; /* "run": in front of a warning */
    const struct interrupt *interrupt;
    struct report *report;
    bool verbose;          /* the build's lines, too */
    bool has_device_graph; /* a graph is the board's own executor's to run */
    bool debugs_graphs;    /* TVM's debug executor is in the firmware, too, for a client of it */
    bool with_counts;      /* firmwares that count instructions are built, too (build.h) */
    bool with_trace;       /* the firmware whose operators tell what they give, too (build.h) */
    const char *firmware;  /* what is flashed, of the project's build/; NULL: firmware.elf */
    void (*on_wait)(void *context); /* many times a second while another process builds the same
                                     * firmware; may be NULL */
    void *context;                  /* of on_wait */
    bool choose_type;      /* a model that host_driven can't run gets the project type that can */
    const char *cache_dir; /* firmware that was built before is taken from there, other put there;
                            * NULL: none */
    /* Owned; filled by the steps. */
    struct firmware_entry entry; /* of the cache */
    char *share_dir;
    char *program_path;
    struct temp_dir temp_dir; /* its path is NULL where none was made */
    char *project_dir;
    struct manifest manifest;
    int64_t wait_began_ns;   /* for another process that builds it; 0: there was no need */
    int64_t waited_ns;       /* and how long */
    struct memory_need need; /* of the model, once it is built */
    struct machine machine;  /* the project's board */
    struct board *board;
};

/* A project folder for this command: keep_dir, or with NULL one in a temporary folder (TMPDIR) that
 * pipeline_dispose removes. It does not exist yet. Errors: ERROR_SYSTEM, ERROR_TOOL. */
bool pipeline_prepare(struct pipeline *pipeline, const char *keep_dir, struct error *err);

/* Use a project that was generated before. Errors: those of manifest_load and
 * machine_load_file. */
bool pipeline_use_project(struct pipeline *pipeline, const char *project_dir, struct error *err);

/* crt_dir NULL: the bundled runtime. A temporary project gets larger RPC messages than its board
 * announces to others, unless the settings say how large. Errors: those of generate_project;
 * ERROR_USAGE when crt_dir holds no runtime (who names one wants that one tested, not another in
 * its place). */
bool pipeline_generate(struct pipeline *pipeline, const char *model_path, const char *crt_dir,
                       const struct settings *settings, struct error *err);
bool pipeline_build(struct pipeline *pipeline, struct error *err);

/* How large a temporary project's messages are on a board with so much RAM, if the model leaves
 * room; 0: what the board announces. */
int64_t pipeline_own_packet_bytes(uint64_t ram_bytes);

/* The largest RPC message, session header included, that the firmware takes or sends. */
uint64_t pipeline_packet_size_bytes(const struct pipeline *pipeline);

/* A new string; NULL when memory ran out. */
char *pipeline_firmware_path(const struct pipeline *pipeline);

/* Make the board and flash it; it is not open yet. */
bool pipeline_flash(struct pipeline *pipeline, struct error *err);

/* Power off, and remove what is temporary. Safe on a zeroed struct and twice. */
void pipeline_dispose(struct pipeline *pipeline);

#endif
