#include "project/build/tools.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/program.h"
#include "model/json_read.h"
#include "toolchain/toolchain.h"

#include <stdlib.h>
#include <string.h>

struct offer {
    struct toolchain_list list;
    const struct toolchain *chosen;
    char *remedy; /* "apt-get install ..." */
};

static void offer_dispose(struct offer *offer)
{
    toolchain_list_dispose(&offer->list);
    free(offer->remedy);
}

#define cleanup_offer __attribute__((cleanup(offer_dispose)))

static bool offer_load(const char *project_dir, struct offer *offer, struct error *err)
{
    cleanup_free char *path = file_path("%s/board.json", project_dir);
    cJSON *json = NULL;
    if (!path)
        return error_no_memory(err, "a path", strlen(project_dir));
    if (!json_read_file(path, ERROR_USAGE, &json, err))
        return false;
    bool good = toolchain_list_read(path, json, &offer->list, err);
    cJSON_Delete(json);
    if (!good)
        return false;
    offer->chosen = toolchain_choose(&offer->list);
    offer->remedy = toolchain_remedy(&offer->list);
    return offer->remedy || error_no_memory(err, "package names", 0);
}

static bool need(const char *program, const char *remedy, struct error *err)
{
    cleanup_free char *path = program_find(program);
    return path ||
           error_set(err, ERROR_TOOL, 0, "%s: no such program; install it: %s", program, remedy);
}

bool build_tools_check(const char *project_dir, char **ret_prefix, struct error *err)
{
    cleanup_offer struct offer offer = {.chosen = NULL};
    if (!offer_load(project_dir, &offer, err))
        return false;
    const char *prefix = offer.chosen->prefix;
    cleanup_free char *compiler = file_path("%sgcc", prefix);
    if (!compiler)
        return error_no_memory(err, "a program's name", strlen(prefix));
    if (!need("cmake", "apt-get install --no-install-recommends cmake", err) ||
        !need("ninja", "apt-get install --no-install-recommends ninja-build", err) ||
        !need(compiler, offer.remedy, err))
        return false;
    *ret_prefix = strdup(prefix);
    return *ret_prefix || error_no_memory(err, "a program's name", strlen(prefix));
}

bool build_tools_no_libc(const char *project_dir, struct error *err)
{
    cleanup_offer struct offer offer = {.chosen = NULL};
    if (!offer_load(project_dir, &offer, err))
        return false;
    return error_set(err, ERROR_TOOL, 0,
                     "%sgcc finds no picolibc.specs, the C library of the firmware; install it: %s",
                     offer.chosen->prefix, offer.remedy);
}

bool build_tools_no_cxx(const char *project_dir, struct error *err)
{
    cleanup_offer struct offer offer = {.chosen = NULL};
    if (!offer_load(project_dir, &offer, err))
        return false;
    return error_set(err, ERROR_TOOL, 0,
                     "%sg++: no such program, and C++ is to be compiled; install it: %s",
                     offer.chosen->prefix, offer.remedy);
}
