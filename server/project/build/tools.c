#include "project/build/tools.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/json_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct toolchain {
    char *prefix;   /* "arm-none-eabi-" */
    char *packages; /* "a b", for apt-get */
};

static void toolchain_dispose(struct toolchain *toolchain)
{
    free(toolchain->prefix);
    free(toolchain->packages);
}

#define cleanup_toolchain __attribute__((cleanup(toolchain_dispose)))

static bool join_packages(const cJSON *packages, char **ret_text, struct error *err)
{
    const cJSON *package = NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    cJSON_ArrayForEach(package, packages)
    {
        if (stream && cJSON_IsString(package))
            fprintf(stream, "%s%s", ftell(stream) > 0 ? " " : "", package->valuestring);
    }
    if (!stream || fclose(stream) != 0) {
        free(text);
        return error_no_memory(err, "package names", size);
    }
    *ret_text = text;
    return true;
}

static bool toolchain_load(const char *project_dir, struct toolchain *toolchain, struct error *err)
{
    cleanup_free char *path = file_path("%s/board.json", project_dir);
    cJSON *json = NULL;
    if (!path)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (!json_read_file(path, ERROR_USAGE, &json, err))
        return false;
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(json, "toolchain");
    bool good = (json_read_text(object, "prefix", ERROR_USAGE, &toolchain->prefix, err) &&
                 join_packages(cJSON_GetObjectItemCaseSensitive(object, "packages"),
                               &toolchain->packages, err)) ||
                error_wrap(err, "%s: \"toolchain\"", path);
    cJSON_Delete(json);
    return good;
}

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* As execvp looks for it. */
char *build_tools_find(const char *program)
{
    const char *at = getenv("PATH"); /* NOLINT(concurrency-mt-unsafe): one thread */
    if (strchr(program, '/'))
        return is_program(program) ? strdup(program) : NULL;
    for (at = at ? at : "/bin:/usr/bin";; at++) {
        size_t length = strcspn(at, ":");
        char *path = file_path("%.*s/%s", length ? (int)length : 1, length ? at : ".", program);
        if (path && is_program(path))
            return path;
        free(path);
        at += length;
        if (!*at)
            return NULL;
    }
}

static bool need(const char *program, const char *packages, struct error *err)
{
    cleanup_free char *path = build_tools_find(program);
    if (path)
        return true;
    return error_set(err, ERROR_TOOL, 0,
                     "%s: no such program; install it: apt-get install --no-install-recommends %s",
                     program, packages);
}

bool build_tools_compiler(const char *project_dir, char **ret_program, struct error *err)
{
    cleanup_toolchain struct toolchain toolchain = {0};
    if (!toolchain_load(project_dir, &toolchain, err))
        return false;
    *ret_program = file_path("%sgcc", toolchain.prefix);
    return *ret_program || error_no_memory(err, "a program's name", strlen(toolchain.prefix));
}

bool build_tools_check(const char *project_dir, struct error *err)
{
    cleanup_toolchain struct toolchain toolchain = {0};
    if (!toolchain_load(project_dir, &toolchain, err))
        return false;
    cleanup_free char *compiler = file_path("%sgcc", toolchain.prefix);
    if (!compiler)
        return error_no_memory(err, "a program's name", strlen(toolchain.prefix));
    return need("cmake", "cmake", err) && need("ninja", "ninja-build", err) &&
           need(compiler, toolchain.packages, err);
}

bool build_tools_no_libc(const char *project_dir, struct error *err)
{
    cleanup_toolchain struct toolchain toolchain = {0};
    if (!toolchain_load(project_dir, &toolchain, err))
        return false;
    return error_set(err, ERROR_TOOL, 0,
                     "%sgcc finds no picolibc.specs, the C library of the firmware; install it: "
                     "apt-get install --no-install-recommends %s",
                     toolchain.prefix, toolchain.packages);
}

bool build_tools_no_cxx(const char *project_dir, struct error *err)
{
    cleanup_toolchain struct toolchain toolchain = {0};
    if (!toolchain_load(project_dir, &toolchain, err))
        return false;
    return error_set(err, ERROR_TOOL, 0,
                     "%sg++: no such program, and C++ is to be compiled; install it: apt-get "
                     "install --no-install-recommends %s",
                     toolchain.prefix, toolchain.packages);
}
