/* What the programs of a build have around them: the variables that they see, the files that they
 * reach (confine/confine.h), how long and how large they may get, and a compiler cache where there
 * is one that works. */
#ifndef MICROTVM_QEMU_PROJECT_BUILD_ENV_H
#define MICROTVM_QEMU_PROJECT_BUILD_ENV_H

#include "base/child.h"
#include "base/deadline.h"
#include "base/error.h"
#include "confine/confine.h"
#include "project/settings.h"

#include <stdbool.h>

enum { BUILD_ENV_WORDS_MAX = 160, BUILD_ENV_OWNED_MAX = 96 };

struct build_env {
    const char *project_dir;           /* not owned */
    const char *toolchain_prefix;      /* not owned; the compiler, which a build may read */
    const struct interrupt *interrupt; /* not owned */
    struct confine confine;
    struct bounds bounds;
    struct deadline deadline;
    const char *words[BUILD_ENV_WORDS_MAX]; /* in front of a program's own */
    size_t words_count;
    char *owned[BUILD_ENV_OWNED_MAX]; /* strings that the above point to */
    size_t owned_count;
    char no_cache[200]; /* why nothing is cached; "": something is */
};

#define BUILD_ENV_NONE ((struct build_env){.confine = CONFINE_INIT})

/* PROJECT_DIR/build is made, with an empty tmp/ in it; what an earlier build that was killed left
 * there is gone. project_dir is absolute, with links resolved. Errors: ERROR_SYSTEM (also where the
 * confinement that the option asks for is not to be had), ERROR_INTERRUPTED. */
bool build_env_open(const char *project_dir, const char *toolchain_prefix,
                    const struct settings *settings, const struct interrupt *interrupt,
                    struct build_env *ret_env, struct error *err);
/* Safe on BUILD_ENV_NONE and twice. */
void build_env_close(struct build_env *env);

/* From now on nothing is cached; why is for a person. */
void build_env_drop_cache(struct build_env *env, const char *why);

/* Run it to its end, in the project's folder. *ret_status as of child_run. Errors: those of
 * child_run; ERROR_TIMEOUT is that of the option build_timeout_s. */
bool build_env_run(struct build_env *env, const char *const *argv, child_line_fn on_line,
                   void *context, int *ret_status, struct error *err);

#endif
