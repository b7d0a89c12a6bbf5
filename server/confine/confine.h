/* How foreign code is compiled with little to reach. A model's sources, and what the user has added
 * to them, are text that a compiler reads: "#include" and ".incbin" name any file of the host, and
 * what they find shows up in the firmware or in an error's text. So the programs of a build see the
 * toolchain and the project, write its build folder, and nothing else.
 *
 * The kernel's Landlock does that where it can (ABI 2, Linux 5.19, is needed for renaming between
 * folders); else bubblewrap, where it is installed and may make namespaces. Neither needs a
 * privilege. Not confined: the network, and what the programs may do to processes of the user. */
#ifndef MICROTVM_QEMU_CONFINE_CONFINE_H
#define MICROTVM_QEMU_CONFINE_CONFINE_H

#include "base/deadline.h"
#include "base/error.h"
#include "confine/paths.h"

#include <stdbool.h>
#include <stddef.h>

enum confine_method { CONFINE_NONE, CONFINE_LANDLOCK, CONFINE_BUBBLEWRAP };

struct confine {
    enum confine_method method;
    int ruleset_fd;   /* for struct bounds; -1: none */
    char **words;     /* to be put in front of the program's own; NULL-terminated, or NULL; owned */
    char reason[256]; /* CONFINE_NONE: why, for a person */
};

#define CONFINE_INIT ((struct confine){.ruleset_fd = -1})

/* wanted: "auto" (what there is, with a reason where there is nothing), "landlock", "bubblewrap" or
 * "off". Errors: ERROR_SYSTEM (the one that is wanted is not to be had), ERROR_INTERNAL (memory),
 * ERROR_INTERRUPTED. */
bool confine_make(const char *wanted, const struct confine_paths *paths,
                  const struct interrupt *interrupt, struct confine *ret_confine,
                  struct error *err);
/* Safe on CONFINE_INIT and twice. */
void confine_dispose(struct confine *confine);

#endif
