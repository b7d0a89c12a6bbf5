#include "base/cleanup.h"
#include "base/file.h"
#include "base/temp_dir.h"
#include "board/machine.h"
#include "commands/commands.h"
#include "commands/doctor/findings.h"
#include "commands/doctor/probe.h"
#include "commands/doctor/sample.h"
#include "commands/exit_code.h"
#include "commands/json_option.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: microtvm-qemu doctor [--json]\n"
    "\n"
    "Looks whether all that the boards need is installed, builds a small firmware for each board\n"
    "and boots it, and names the packages that are missing. Takes a few seconds.\n"
    "  --json   one JSON object of all that was found, for scripts\n"
    "\n"
    "Exit code 0: every board works that QEMU here has; 6: not every one does.\n";

struct doctor {
    struct interrupt interrupt;
    struct machine_list boards;
    char *share_dir;
    struct temp_dir temp_dir;
    bool can_build;     /* cmake and ninja work */
    bool cache_checked; /* of ccache nothing is left to say */
    struct findings findings;
};

static void dispose_doctor(struct doctor *doctor)
{
    struct error ignored;
    (void)temp_dir_remove(&doctor->temp_dir, &ignored);
    findings_dispose(&doctor->findings);
    free(doctor->share_dir);
    machine_list_dispose(&doctor->boards);
    interrupt_close(&doctor->interrupt);
}

/* Of several toolchains, which the distribution has is not known here. */
static bool note_toolchain(struct doctor *doctor, const struct machine *board, struct error *err)
{
    const struct toolchain_list *toolchains = &board->toolchains;
    if (toolchains->count == 1) {
        for (char **package = toolchains->items[0].packages; *package; package++)
            findings_need_package(&doctor->findings, *package);
        return true;
    }
    char *remedy = toolchain_remedy(toolchains);
    if (!remedy)
        return error_no_memory(err, "package names", toolchains->count);
    findings_need_choice(&doctor->findings, remedy);
    return true;
}

static void report(struct doctor *doctor, const char *state, const char *what, const char *detail)
{
    findings_add(&doctor->findings, state, what, detail);
}

/* One program's --version. Only an interrupt is an error here: all else is the report. */
static bool check_program(struct doctor *doctor, const char *program, const char *package,
                          bool *ret_works, struct error *err)
{
    const char *const argv[] = {program, "--version", NULL};
    char line[PROBE_LINE_SIZE];
    bool ok = false;
    if (!probe_first_line(argv, &doctor->interrupt, line, &ok, err)) {
        if (err->kind == ERROR_INTERRUPTED)
            return false;
        report(doctor, err->kind == ERROR_TOOL ? "missing" : "broken", program,
               err->kind == ERROR_TOOL ? package : err->text);
    } else {
        report(doctor, ok ? "ok" : "broken", program, line);
    }
    *ret_works = ok;
    return true;
}

/* The same for one that a single package brings. */
static bool need_program(struct doctor *doctor, const char *program, const char *package,
                         bool *ret_works, struct error *err)
{
    if (!check_program(doctor, program, package, ret_works, err))
        return false;
    if (!*ret_works)
        findings_need_package(&doctor->findings, package);
    return true;
}

static bool check_build_programs(struct doctor *doctor, struct error *err)
{
    bool cmake;
    bool ninja;
    bool works;
    if (!need_program(doctor, "cmake", "cmake", &cmake, err) ||
        !need_program(doctor, "ninja", "ninja-build", &ninja, err))
        return false;
    doctor->can_build = cmake && ninja;

    const char *const argv[] = {"ccache", "--version", NULL};
    doctor->cache_checked = true;
    char line[PROBE_LINE_SIZE];
    if (probe_first_line(argv, &doctor->interrupt, line, &works, err)) {
        report(doctor, works ? "ok" : "broken", "ccache", line);
        doctor->cache_checked = !works;
    } else if (err->kind == ERROR_INTERRUPTED)
        return false;
    else
        report(doctor, "optional", "ccache", "not there: every project compiles the runtime anew");
    return true;
}

static void report_machine(struct doctor *doctor, const char *machine)
{
    char detail[PROBE_LINE_SIZE];
    snprintf(detail, sizeof detail, "%s: QEMU here does not have it, a newer one may", machine);
    report(doctor, "missing", "  machine", detail);
}

/* A QEMU without the machine is no fault of this computer's, and no package mends it. */
static bool check_qemu(struct doctor *doctor, const struct machine *board, bool *ret_works,
                       bool *ret_available, struct error *err)
{
    *ret_available = true;
    if (!need_program(doctor, board->qemu_program, board->qemu_package, ret_works, err))
        return false;
    if (!*ret_works)
        return true;
    bool listed;
    if (!probe_qemu_machine(board->qemu_program, board->qemu_machine, &doctor->interrupt, &listed,
                            err))
        return false;
    if (listed)
        report(doctor, "ok", "  machine", board->qemu_machine);
    else
        report_machine(doctor, board->qemu_machine);
    *ret_works = *ret_available = listed;
    return true;
}

/* The compiler and its C library: one package each. */
static bool check_compiler(struct doctor *doctor, const struct machine *board, bool *ret_works,
                           struct error *err)
{
    cleanup_free char *compiler = file_path("%sgcc", board->toolchain_prefix);
    char **packages = toolchain_choose(&board->toolchains)->packages;
    if (!compiler)
        return error_no_memory(err, "a program's name", strlen(board->toolchain_prefix));
    if (!check_program(doctor, compiler, packages[0] ? packages[0] : "gcc", ret_works, err))
        return false;
    return *ret_works || note_toolchain(doctor, board, err);
}

/* What a step of the sample said, whole: a failure of this machine's is no verdict on the board. */
static bool report_step(struct doctor *doctor, const struct machine *board, const char *what,
                        struct error *err)
{
    if (err->kind == ERROR_INTERRUPTED || err->kind == ERROR_SYSTEM || err->kind == ERROR_INTERNAL)
        return false;
    struct error no_memory;
    if (err->kind == ERROR_TOOL && !note_toolchain(doctor, board, &no_memory)) {
        *err = no_memory;
        return false;
    }
    findings_add_text(&doctor->findings, err->kind == ERROR_TOOL ? "missing" : "broken", what,
                      err->text);
    return true;
}

/* That it starts does not mean that it has where to keep things: a build says so, once. */
static void look_for_cache(void *context, const char *line)
{
    struct doctor *doctor = context;
    if (doctor->cache_checked || !strstr(line, "no compiler cache"))
        return;
    report(doctor, "optional", "  ccache", line);
    doctor->cache_checked = true;
}

static bool check_sample(struct doctor *doctor, const struct machine *board, bool *ret_works,
                         struct error *err)
{
    cleanup_free char *dir = file_path("%s/%s", doctor->temp_dir.path, board->name);
    struct sample sample = {
        .share_dir = doctor->share_dir,
        .board = board,
        .dir = dir,
        .interrupt = &doctor->interrupt,
        .on_line = look_for_cache,
        .context = doctor,
    };
    *ret_works = false;
    if (!dir)
        return error_no_memory(err, "a path", PATH_MAX);
    if (!sample_build(&sample, err))
        return report_step(doctor, board, "  firmware", err);
    if (!sample_boot(&sample, err))
        return report_step(doctor, board, "  firmware", err);
    report(doctor, "ok", "  firmware", "builds, links and boots");
    *ret_works = true;
    return true;
}

static bool check_board(struct doctor *doctor, const struct machine *board, struct error *err)
{
    bool qemu;
    bool available;
    bool compiler;
    bool firmware = false;
    findings_begin_board(&doctor->findings, board->name);
    if (!check_qemu(doctor, board, &qemu, &available, err) ||
        !check_compiler(doctor, board, &compiler, err))
        return false;
    if (!qemu || !compiler || !doctor->can_build)
        report(doctor, "not tried", "  firmware", "for lack of the above");
    else if (!check_sample(doctor, board, &firmware, err))
        return false;
    findings_end_board(&doctor->findings, !available ? BOARD_UNAVAILABLE
                                          : firmware ? BOARD_WORKS
                                                     : BOARD_FAILS);
    return true;
}

static bool check_boards(struct doctor *doctor, struct error *err)
{
    for (size_t i = 0; i < doctor->boards.count; i++) {
        if (!check_board(doctor, &doctor->boards.items[i], err))
            return false;
    }
    return true;
}

/* A folder of ours in TMPDIR: that one can be made and written is part of what is checked. */
static bool open_doctor(struct doctor *doctor, struct error *err)
{
    if (!interrupt_open(&doctor->interrupt, err))
        return false;
    if (!file_share_dir(&doctor->share_dir, err))
        return false;
    cleanup_free char *boards_dir = file_path("%s/qemu-machines", doctor->share_dir);
    if (!boards_dir)
        return error_no_memory(err, "a path", PATH_MAX);
    if (!temp_dir_make(temp_dir_parent(), TEMP_DIR_PREFIX, &doctor->temp_dir, err))
        return error_wrap(err, "TMPDIR");
    return machine_list_load(boards_dir, &doctor->boards, err);
}

static bool examine(struct doctor *doctor, struct error *err)
{
    char pty[PROBE_LINE_SIZE];
    findings_begin_machine(&doctor->findings);
    report(doctor, "ok", "temporary folder", doctor->temp_dir.path);
    if (!probe_pty(pty, err))
        return false;
    report(doctor, "ok", "pseudo-terminal", pty);
    return check_build_programs(doctor, err) && check_boards(doctor, err);
}

static int run_doctor(bool as_json)
{
    struct error err = {0};
    __attribute__((cleanup(dispose_doctor))) struct doctor doctor = {
        .interrupt = {.signal_fd = -1, .peer_fd = -1}};
    findings_open(&doctor.findings, as_json);
    if (!open_doctor(&doctor, &err) || !examine(&doctor, &err))
        return (int)exit_with_error("doctor", &err);
    int code = doctor.findings.healthy ? EXIT_CODE_OK : EXIT_CODE_TOOL;
    return findings_finish(&doctor.findings, code, &err) ? code
                                                         : (int)exit_with_error("doctor", &err);
}

int command_doctor(int argc, char **argv)
{
    bool as_json;
    int exit_code;
    return json_option_read(argc, argv, usage, &as_json, &exit_code) ? run_doctor(as_json)
                                                                     : exit_code;
}
