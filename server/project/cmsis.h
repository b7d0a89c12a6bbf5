/* The option cmsis_path: CMSIS-NN for models that call it.
 *
 * Taken are the releases of CMSIS 5 (PATH/CMSIS/NN, PATH/CMSIS/Core, PATH/CMSIS/DSP), CMSIS-NN
 * beside it (PATH/CMSIS-NN), the repositories of today side by side (PATH/CMSIS-NN, PATH/CMSIS_6,
 * PATH/CMSIS-DSP), and CMSIS-NN alone (PATH/Include, PATH/Source). */
#ifndef MICROTVM_QEMU_PROJECT_CMSIS_H
#define MICROTVM_QEMU_PROJECT_CMSIS_H

#include "base/error.h"

#include <stdbool.h>

/* Where the project's code includes a header of CMSIS: copy the headers to
 * PROJECT/cmsis/include/{nn,core, dsp} and, to PROJECT/cmsis/src, those sources of CMSIS-NN that
 * the code calls, directly or not. Where it includes none: nothing is done.
 *
 * cmsis_path NULL or "": $CMSIS_PATH, as TVM's own Project API servers do it. The project has its
 * model and extra files by now. Errors: ERROR_USAGE (no such folder, no CMSIS-NN in it; none named
 * but needed: with the file that needs it), ERROR_SYSTEM, ERROR_INTERNAL (memory). */
bool cmsis_add(const char *cmsis_path, const char *project, struct error *err);

#endif
