/* What a server serves: a template or one generated project, and that project's virtual board.
 * Values go between project/ and board/ here, as those two do not know each other. */
#ifndef MICROTVM_QEMU_API_DEVICE_H
#define MICROTVM_QEMU_API_DEVICE_H

#include "api/silence.h"
#include "api/upload.h"
#include "base/deadline.h"
#include "base/error.h"
#include "board/board.h"
#include "board/machine.h"
#include "project/settings.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct device {
    char *project_dir;                 /* absolute */
    bool is_template;                  /* no project.json was there at the start */
    bool is_debugging;                 /* compiler, QEMU and QMP to stderr */
    const struct interrupt *interrupt; /* not owned */
    struct machine machine;            /* what board plays */
    struct settings board_settings;    /* what board was made with */
    struct board *board;               /* NULL until the first flash or open */
    struct upload upload;              /* of the open session */
    struct silence silence;            /* likewise */
    bool has_told_ignored;             /* of options, on stderr; once is enough */
};

/* project_dir NULL: the working directory. interrupt must outlive the device.
 * Errors: ERROR_SYSTEM (no such folder), ERROR_INTERNAL (memory). */
bool device_open(const char *project_dir, bool is_debugging, const struct interrupt *interrupt,
                 struct device *ret_device, struct error *err);
/* Ends QEMU. Safe on a zeroed device and twice. */
void device_close(struct device *device);

/* The options for server_info_query, with the boards and project types that are there.
 * The caller deletes *ret_json. Errors: ERROR_USAGE (a damaged board definition), ERROR_TOOL,
 * ERROR_SYSTEM, ERROR_INTERNAL. */
bool device_describe_options(const struct device *device, cJSON **ret_json, struct error *err);

/* The next ones are methods of the same names. `options` is the JSON object that came with the
 * call. Errors: ERROR_STATE where the call makes no sense now, ERROR_USAGE for options, and those
 * of generate_project, build_project, board_flash and board_open. */
bool device_generate(struct device *device, const char *model_path, const char *crt_dir,
                     const char *project_dir, const cJSON *options, struct error *err);
bool device_build(struct device *device, const cJSON *options, struct error *err);
bool device_flash(struct device *device, const cJSON *options, struct error *err);
/* *ret_is_halting: gdb may stop the CPU for any time, so no timeout is right. */
bool device_open_transport(struct device *device, const cJSON *options, bool *ret_is_halting,
                           struct error *err);
void device_close_transport(struct device *device);

/* Exactly size_bytes. Errors: ERROR_CLOSED also when the transport is not open; else those of
 * board_read and board_write; ERROR_TIMEOUT says what the firmware does instead. */
bool device_read(struct device *device, void *data, size_t size_bytes, struct deadline deadline,
                 struct error *err);
bool device_write(struct device *device, const void *data, size_t size_bytes,
                  struct deadline deadline, struct error *err);

#endif
