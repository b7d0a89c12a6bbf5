#include "api/device.h"

#include "api/options.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/name_list.h"
#include "base/text.h"
#include "model/notes.h"
#include "project/build/build.h"
#include "project/build/folder.h"
#include "project/generate.h"
#include "project/manifest.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define cleanup_manifest __attribute__((cleanup(manifest_dispose)))
#define cleanup_settings __attribute__((cleanup(settings_dispose)))

bool device_open(const char *project_dir, bool is_debugging, const struct interrupt *interrupt,
                 struct device *ret_device, struct error *err)
{
    char *real = realpath(project_dir ? project_dir : ".", NULL);
    if (!real)
        return error_set(err, ERROR_SYSTEM, errno, "project folder \"%s\"",
                         project_dir ? project_dir : ".");
    *ret_device = (struct device){.project_dir = real,
                                  .is_template = !manifest_exists(real),
                                  .is_debugging = is_debugging,
                                  .interrupt = interrupt};
    settings_init(&ret_device->board_settings);
    return true;
}

static void drop_board(struct device *device)
{
    board_free(device->board);
    device->board = NULL;
    machine_dispose(&device->machine);
    settings_dispose(&device->board_settings);
}

void device_close(struct device *device)
{
    drop_board(device);
    free(device->project_dir);
    device->project_dir = NULL;
}

static bool refuse_in_template(const struct device *device, const char *method, struct error *err)
{
    if (!device->is_template)
        return true;
    return error_set(err, ERROR_STATE, 0,
                     "%s: \"%s\" is a template, not a generated project (it has no project.json): "
                     "call generate_project, then start the server of that project",
                     method, device->project_dir);
}

/* Other servers' options are taken, but who set one should know that it does nothing. */
static void tell_ignored(struct device *device, const cJSON *options)
{
    cleanup_free char *names = device->has_told_ignored ? NULL : options_ignored(options);
    if (!names)
        return;
    fprintf(stderr, "microtvm-qemu: ignored, for QEMU plays the board: option %s\n", names);
    device->has_told_ignored = true;
}

/* To whoever started the server: clients show what it prints there. */
static void print_note(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "microtvm-qemu: %s\n", line);
}

static bool tell_notes(const char *project_dir, struct error *err)
{
    cleanup_manifest struct manifest manifest = {0};
    if (!manifest_load(project_dir, &manifest, err))
        return false;
    model_tell_notes(&manifest.model, print_note, NULL);
    return true;
}

bool device_generate(struct device *device, const char *model_path, const char *crt_dir,
                     const char *project_dir, const cJSON *options, struct error *err)
{
    if (!device->is_template)
        return error_set(err, ERROR_STATE, 0,
                         "generate_project: \"%s\" is a generated project already: use the server "
                         "of the template folder (microtvm-qemu template-dir prints it)",
                         device->project_dir);
    /* A client runs in another folder than this server: it would look for the project elsewhere. */
    if (project_dir[0] != '/')
        return error_set(err, ERROR_USAGE, 0,
                         "generate_project: project_dir \"%s\": want an absolute path; the server "
                         "would take this one from its own working folder",
                         project_dir);
    cleanup_settings struct settings settings;
    cleanup_free char *share_dir = NULL;
    cleanup_free char *program_path = NULL;
    settings_init(&settings);
    if (!options_apply(options, &settings, err) || !options_check_board(&settings, err) ||
        !file_share_dir(&share_dir, err) || !file_program_path(&program_path, err))
        return false;
    tell_ignored(device, options);
    return generate_project(&(struct generate_options){.model_path = model_path,
                                                       .crt_dir = crt_dir,
                                                       .project_dir = project_dir,
                                                       .share_dir = share_dir,
                                                       .program_path = program_path,
                                                       .settings = &settings},
                            err) &&
           tell_notes(project_dir, err);
}

/* The manifest with this call's options over those that the project was generated with: what an
 * earlier call was given is none of this one's. */
static bool load_manifest(struct device *device, const char *method, const cJSON *options,
                          struct manifest *manifest, struct error *err)
{
    if (!refuse_in_template(device, method, err) ||
        !manifest_load(device->project_dir, manifest, err) ||
        !manifest_forget_build(manifest, err) ||
        !options_apply(options, &manifest->settings, err) ||
        !options_check_fixed(&manifest->generated, &manifest->settings, err))
        return false;
    tell_ignored(device, options);
    return true;
}

static void print_line(void *context, const char *line)
{
    (void)context;
    text_print_line(stderr, "", line);
}

static bool is_shown(const struct device *device, const struct manifest *manifest)
{
    return device->is_debugging || manifest->settings.verbose;
}

bool device_build(struct device *device, const cJSON *options, struct error *err)
{
    cleanup_manifest struct manifest manifest = {0};
    if (!load_manifest(device, "build", options, &manifest, err))
        return false;
    return build_project(
        &(struct build_options){.project_dir = device->project_dir,
                                .manifest = &manifest,
                                .interrupt = device->interrupt,
                                .on_line = is_shown(device, &manifest) ? print_line : NULL,
                                .on_notice = print_line},
        err);
}

static bool lists_equal(char *const *a, char *const *b)
{
    for (; a && b && *a && *b && strcmp(*a, *b) == 0; a++)
        b++;
    return (!a || !*a) && (!b || !*b);
}

static bool same_power(const struct settings *a, const struct settings *b)
{
    return a->gdbserver_port == b->gdbserver_port && a->icount == b->icount &&
           lists_equal(a->qemu_args, b->qemu_args);
}

/* A board for these settings: the one that is there when it was made with the same ones. */
static bool provide_board(struct device *device, struct settings *settings, struct error *err)
{
    if (device->board && same_power(&device->board_settings, settings))
        return true;
    cleanup_free char *definition = file_path("%s/board.json", device->project_dir);
    cleanup_free char *flash = file_path("%s/flash.elf", device->project_dir);
    if (!definition || !flash)
        return error_no_memory(err, "a path", PATH_MAX);
    drop_board(device);
    if (!machine_load_file(definition, &device->machine, err))
        return false;
    struct board_options options = {.machine = &device->machine,
                                    .flash_path = flash,
                                    .interrupt = device->interrupt,
                                    .gdbserver_port = (int)settings->gdbserver_port,
                                    .icount_shift = (int)settings->icount,
                                    .extra_qemu_args = (const char *const *)settings->qemu_args,
                                    .debug = device->is_debugging};
    if (!board_new(&options, &device->board, err))
        return false;
    device->board_settings = *settings;
    settings_init(settings); /* moved */
    return true;
}

/* A tuner runs many boards at once: which one failed? */
static bool board_failed(const char *serial_number, struct error *err)
{
    return serial_number ? error_wrap(err, "board with serial number %s", serial_number) : false;
}

bool device_flash(struct device *device, const cJSON *options, struct error *err)
{
    cleanup_manifest struct manifest manifest = {0};
    cleanup_free char *elf = build_firmware_path(device->project_dir);
    if (!elf)
        return error_no_memory(err, "a path", PATH_MAX);
    if (!load_manifest(device, "flash", options, &manifest, err))
        return false;
    if (access(elf, R_OK) != 0)
        return error_set(err, ERROR_STATE, errno,
                         "flash: no firmware to flash: call build first (\"%s\")", elf);
    const char *serial_number = manifest.settings.serial_number; /* it may move to the device */
    return (provide_board(device, &manifest.settings, err) &&
            board_flash(device->board, elf, err)) ||
           board_failed(serial_number, err);
}

bool device_open_transport(struct device *device, const cJSON *options, bool *ret_is_halting,
                           struct error *err)
{
    cleanup_manifest struct manifest manifest = {0};
    if (!load_manifest(device, "open_transport", options, &manifest, err))
        return false;
    if (device->board && board_is_open(device->board))
        return error_set(err, ERROR_STATE, 0,
                         "open_transport: the transport is open already: call close_transport "
                         "first");
    const char *serial_number = manifest.settings.serial_number; /* it may move to the device */
    if (!provide_board(device, &manifest.settings, err))
        return board_failed(serial_number, err);
    if (!board_is_flashed(device->board))
        return error_set(err, ERROR_STATE, 0,
                         "open_transport: the board's flash is empty: call build and flash first");
    if (!board_open(device->board, err))
        return board_failed(serial_number, err);
    silence_end(&device->silence);
    device->upload = (struct upload){.all_bytes = 0};
    if (is_shown(device, &manifest))
        upload_begin(&device->upload, device->project_dir, &manifest);
    *ret_is_halting = device->board_settings.gdbserver_port != 0;
    return true;
}

void device_close_transport(struct device *device)
{
    if (device->board)
        board_close(device->board);
}

/* Clients tell a dead transport from other mistakes by this kind. */
static bool refuse_closed(struct error *err)
{
    return error_set(err, ERROR_CLOSED, 0, "the transport is not open: call open_transport first");
}

bool device_read(struct device *device, void *data, size_t size_bytes, struct deadline deadline,
                 struct error *err)
{
    int64_t began_ns = clock_now_ns();
    if (device->board && board_read(device->board, data, size_bytes, deadline, err)) {
        silence_end(&device->silence);
        return true;
    }
    if (!device->board || err->kind == ERROR_STATE)
        return refuse_closed(err);
    silence_explain(&device->silence, device->board, began_ns, err);
    return board_failed(device->board_settings.serial_number, err);
}

bool device_write(struct device *device, const void *data, size_t size_bytes,
                  struct deadline deadline, struct error *err)
{
    int64_t began_ns = clock_now_ns();
    if (device->board && board_write(device->board, data, size_bytes, deadline, err)) {
        upload_sent(&device->upload, size_bytes);
        silence_end(&device->silence);
        return true;
    }
    if (!device->board || err->kind == ERROR_STATE)
        return refuse_closed(err);
    silence_explain(&device->silence, device->board, began_ns, err);
    return board_failed(device->board_settings.serial_number, err);
}

/* A project has its own copies of what a template finds beside the program. */
bool device_describe_options(const struct device *device, cJSON **ret_json, struct error *err)
{
    cleanup_free char *share_dir = NULL;
    if (device->is_template && !file_share_dir(&share_dir, err))
        return false;
    cleanup_free char *machines_dir =
        file_path("%s/qemu-machines", share_dir ? share_dir : device->project_dir);
    cleanup_free char *apps_dir = share_dir ? file_path("%s/guest/apps", share_dir)
                                            : file_path("%s/apps", device->project_dir);
    if (!machines_dir || !apps_dir)
        return error_no_memory(err, "a path", PATH_MAX);
    cleanup_name_list char **boards = NULL;
    cleanup_name_list char **types = NULL;
    if (!name_list_load(&(struct name_place){machines_dir, "", ".json"}, &boards, err) ||
        !name_list_load(&(struct name_place){apps_dir, "", "/"}, &types, err))
        return false;
    const struct option_choices choices = {.boards = boards, .project_types = types};
    return options_describe(&choices, ret_json, err);
}
