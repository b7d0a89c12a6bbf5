#include "project/footprint/origin.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* In the build's folder: the model's objects, where several models had names in common. */
#define RENAMED_OBJECTS "model_objects/"

/* Where the model's are in the way, they come before what they are in. */
static const struct {
    const char *folder;
    enum memory_part_id part;
} FOLDERS[] = {
    {"model/", MEMORY_MODEL_CODE},
    {RENAMED_OBJECTS, MEMORY_MODEL_CODE},
    {"linked_params.S.", MEMORY_MODEL_CODE},
    {"standalone/model.c.", MEMORY_MODEL_CODE}, /* in RAM, its tensors and pools */
    {"crt/", MEMORY_RUNTIME},
    {"cmsis/", MEMORY_CMSIS_NN},
    {"apps/", MEMORY_PLATFORM},
    {"boot/", MEMORY_PLATFORM},
    {"clock/", MEMORY_PLATFORM},
    {"cxx/", MEMORY_PLATFORM},
    {"interrupts/", MEMORY_PLATFORM},
    {"platform/", MEMORY_PLATFORM},
    {"standalone/", MEMORY_PLATFORM},
    {"uart/", MEMORY_PLATFORM},
};

/* TEXT behind PREFIX; NULL: it does not begin so. */
static const char *behind(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* The file's path in the project; NULL: it is not in there. Objects of sources lie in the build as
 * the sources lie in the project. */
static const char *in_project(const char *file, const char *project_dir)
{
    static const char *const PREFIXES[] = {"CMakeFiles/firmware.dir/", "../"};
    for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++)
        if (behind(file, PREFIXES[i]))
            return behind(file, PREFIXES[i]);
    if (behind(file, RENAMED_OBJECTS))
        return file;
    const char *path = behind(file, project_dir);
    return path && *path == '/' ? path + 1 : NULL;
}

static enum memory_part_id part_of(const char *file, const char *project_dir)
{
    const char *path = in_project(file, project_dir);
    if (!path)
        return MEMORY_LIBC;
    for (size_t i = 0; i < sizeof(FOLDERS) / sizeof(FOLDERS[0]); i++)
        if (behind(path, FOLDERS[i].folder))
            return FOLDERS[i].part;
    return MEMORY_EXTRA_FILES;
}

struct origin origin_of_piece(const struct link_piece *piece, const char *project_dir)
{
    enum memory_part_id part = part_of(piece->file, project_dir);
    if (part != MEMORY_MODEL_CODE)
        return (struct origin){part, part};
    bool is_code = behind(piece->section, ".text") != NULL;
    return (struct origin){is_code ? MEMORY_MODEL_CODE : MEMORY_CONSTANTS, MEMORY_WORKSPACE};
}

struct origin origin_of_section(const char *name)
{
    enum memory_part_id part = MEMORY_LIBC; /* .tbss_space: errno */
    if (strcmp(name, ".stack") == 0)
        part = MEMORY_STACK;
    else if (strcmp(name, ".heap") == 0)
        part = MEMORY_HEAP;
    return (struct origin){part, part};
}
