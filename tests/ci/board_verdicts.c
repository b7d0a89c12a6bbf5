/* board_verdicts: for each definition of a board on stdin, one a line, what the program says of it
 * when a project is made for it: "good", or the error, on one line. tests/ci/schema asks it of
 * thousands. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/temp_dir.h"
#include "board/machine.h"
#include "project/board_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SHARE_DIR[] = BUILD_DIR "/share/microtvm-qemu";

static bool take(const char *definition, const char *folder, struct error *err)
{
    struct machine machine;
    cleanup_free char *path = file_path("%s/given.json", folder);
    if (!path)
        return error_no_memory(err, "a path", 0);
    if (!file_write(path, definition, strlen(definition), 0600, err) ||
        !machine_load_file(path, &machine, err))
        return false;
    machine_dispose(&machine);
    return board_file_copy(SHARE_DIR, path, folder, err);
}

static void tell(const char *definition, const char *folder)
{
    struct error err = {.text = ""};
    bool good = take(definition, folder, &err);
    for (char *at = err.text; *at; at++)
        if (*at == '\n')
            *at = ' ';
    puts(good ? "good" : err.text);
}

int main(void)
{
    struct error err;
    struct temp_dir folder;
    char *line = NULL;
    size_t size = 0;
    if (!temp_dir_make(temp_dir_parent(), TEMP_DIR_PREFIX, &folder, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    while (getline(&line, &size, stdin) > 0)
        tell(line, folder.path);
    free(line);
    return temp_dir_remove(&folder, &err) ? EXIT_SUCCESS : EXIT_FAILURE;
}
