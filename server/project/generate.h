/* generate_project: a folder that holds everything its firmware needs.
 *
 *   launch_microtvm_api_server.sh, microtvm_api_server.sh   launchers (from template/)
 *   microtvm-qemu          this program
 *   project.json           manifest.h
 *   board.json             the chosen board's definition
 *   qemu-machines/         all of them: to name boards, and where a model would fit
 *   model.tar              the archive as it came
 *   model/                 unpacked
 *   crt/                   the C runtime: include/ and src/
 *   cmsis/                 what the model calls of CMSIS-NN (option cmsis_path)
 *   extra_sources.txt      which of the user's own files are compiled (option extra_files_tar)
 *   CMakeLists.txt boot/ link/ uart/ platform/ apps/ cxx/ crt_config/   guest sources
 */
#ifndef MICROTVM_QEMU_PROJECT_GENERATE_H
#define MICROTVM_QEMU_PROJECT_GENERATE_H

#include "base/error.h"
#include "project/settings.h"

#include <stdbool.h>

struct generate_options {
    const char *model_path;   /* the archive */
    const char *crt_dir;      /* standalone_crt_dir; NULL, "", missing or without a CRT: bundled */
    const char *project_dir;  /* must not exist; its parent must */
    const char *share_dir;    /* file_share_dir */
    const char *program_path; /* file_program_path */
    const struct settings *settings; /* board must be set; a path's file was read as a definition */
    bool choose_type; /* where settings name no project type: that which can run the model */
};

/* All or nothing: the folder is made beside its final place and renamed at the end; on any error
 * nothing of it is left. Errors: ERROR_USAGE (folder exists, unknown board or project type, no such
 * model in the archive, option crt=given without a runtime), ERROR_MODEL (also: the given runtime
 * cannot run it), ERROR_SYSTEM, ERROR_TOOL. */
bool generate_project(const struct generate_options *options, struct error *err);

#endif
