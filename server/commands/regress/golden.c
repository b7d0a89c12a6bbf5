#include "commands/regress/golden.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "client/compare.h"
#include "client/npy.h"
#include "client/npz.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool same_form(const struct tensor *a, const struct tensor *b)
{
    return a->code == b->code && a->bits == b->bits && a->size_bytes == b->size_bytes;
}

static struct tolerance tolerance_of(const struct suite_tolerance *rule)
{
    bool is_bounds = rule->rule == RULE_BOUNDS;
    struct tolerance tolerance = {
        .rtol = is_bounds && rule->rtol >= 0 ? rule->rtol : COMPARE_DEFAULT_RTOL,
        .atol = is_bounds && rule->atol >= 0 ? rule->atol : COMPARE_DEFAULT_ATOL,
        .rtol_given = is_bounds && rule->rtol >= 0,
        .atol_given = is_bounds && rule->atol >= 0,
    };
    if (rule->rule == RULE_EXACT)
        tolerance.rtol = tolerance.atol = 0;
    return tolerance;
}

/* Does it match, by the case's tolerance? *ret_change: in words, a new string. */
static bool matches(const struct tensor *now, const struct tensor *before,
                    const struct suite_tolerance *rule, char **ret_change)
{
    const struct tolerance tolerance = tolerance_of(rule);
    char shape[TENSOR_SHAPE_TEXT_SIZE];
    char dtype[32];
    if (!same_form(now, before)) {
        *ret_change = file_path("another type or shape, was %s %s",
                                tensor_dtype_text(before, dtype, sizeof(dtype)),
                                tensor_shape_text(before, shape, sizeof(shape)));
        return false;
    }
    const struct comparison comparison = tensor_compare(now, before, &tolerance);
    *ret_change =
        file_path("%" PRId64 " of %" PRId64 " elements differ, by %.3Lg at most",
                  comparison.mismatches, comparison.elements, comparison.max_absolute_error);
    return comparison.mismatches == 0;
}

static bool check_known(const struct golden *known, const struct suite_case *item,
                        const struct tensor *now, struct error *err)
{
    cleanup_free char *change = NULL;
    return matches(now, &known->tensor, &item->tolerance, &change) ||
           error_set(err, ERROR_USAGE, 0,
                     "%s: case %s gives something else for it than %s (%s): give the cases files "
                     "of their own ({board} in the name), or a tolerance. Nothing was written",
                     known->path, printable(item->name).text, printable(known->case_name).text,
                     change ? change : "");
}

/* What the file is told to hold is what it holds, where that still matches: goldens that a host
 * computed are not to become a board's for the last digits' sake. */
static bool look_at_file(struct golden *golden, const struct suite_case *item, struct error *err)
{
    struct tensor before = {.data = NULL};
    if (access(golden->path, F_OK) != 0) {
        golden->change = strdup("new");
        return true;
    }
    if (!npy_load(golden->path, &before, err))
        return error_wrap(err, "--update of case %s", printable(item->name).text);
    golden->stays = matches(&golden->tensor, &before, &item->tolerance, &golden->change);
    tensor_dispose(&before);
    return true;
}

bool golden_take(struct goldens *goldens, const struct suite_case *item, const char *path,
                 const char *output, struct error *err)
{
    struct golden golden = {.path = path, .case_name = item->name};
    if (npz_is_name(path))
        return error_set(err, ERROR_USAGE, 0,
                         "%s, of case %s: --update writes no .npz: name a .npy for each output. "
                         "Nothing was written",
                         printable(path).text, printable(item->name).text);
    if (!npy_load(output, &golden.tensor, err))
        return false;
    for (size_t i = 0; i < goldens->count; i++) {
        if (strcmp(goldens->items[i].path, path) != 0)
            continue;
        bool good = check_known(&goldens->items[i], item, &golden.tensor, err);
        tensor_dispose(&golden.tensor);
        return good;
    }
    struct golden *grown = realloc(goldens->items, (goldens->count + 1) * sizeof(*grown));
    if (grown)
        goldens->items = grown;
    if (!grown || !look_at_file(&golden, item, err)) {
        tensor_dispose(&golden.tensor);
        return grown ? false : error_no_memory(err, "a golden", sizeof(golden));
    }
    grown[goldens->count++] = golden;
    return true;
}

static bool is_same_file(const char *path, const struct stat *golden)
{
    struct stat status;
    return path && stat(path, &status) == 0 && status.st_dev == golden->st_dev &&
           status.st_ino == golden->st_ino;
}

static bool is_used_by(const struct suite_case *item, const struct stat *golden)
{
    for (size_t i = 0; i < item->inputs.count; i++)
        if (is_same_file(item->inputs.items[i].path, golden))
            return true;
    return is_same_file(item->labels, golden) || is_same_file(item->model, golden);
}

bool goldens_check(const struct goldens *goldens, const struct suite *suite, struct error *err)
{
    struct stat status;
    for (size_t i = 0; i < goldens->count; i++) {
        const struct golden *golden = &goldens->items[i];
        if (golden->stays || stat(golden->path, &status) != 0)
            continue;
        for (size_t j = 0; j < suite->count; j++)
            if (is_used_by(&suite->cases[j], &status))
                return error_set(err, ERROR_USAGE, 0,
                                 "%s: case %s expects this file and would write it, and case %s "
                                 "reads it as an input, labels or model: give what is expected a "
                                 "file of its own. Nothing was written",
                                 printable(golden->path).text, printable(golden->case_name).text,
                                 printable(suite->cases[j].name).text);
    }
    return true;
}

static bool make_folder(const char *path, struct error *err)
{
    const char *slash = strrchr(path, '/');
    cleanup_free char *dir = slash && slash > path ? strndup(path, (size_t)(slash - path)) : NULL;
    return !dir || file_make_dirs(dir, err);
}

bool goldens_write(const struct goldens *goldens, struct error *err)
{
    for (size_t i = 0; i < goldens->count; i++) {
        const struct golden *golden = &goldens->items[i];
        if (golden->stays)
            continue;
        /* A link stays one: what it leads to is written. */
        cleanup_free char *target = realpath(golden->path, NULL);
        if (!make_folder(golden->path, err) ||
            !npy_save(target ? target : golden->path, &golden->tensor, err))
            return false;
        cleanup_free char *line =
            file_path("%s: %s", golden->path, golden->change ? golden->change : "changed");
        text_print_line(stdout, "", line ? line : golden->path);
    }
    return true;
}

void goldens_dispose(struct goldens *goldens)
{
    for (size_t i = 0; i < goldens->count; i++) {
        tensor_dispose(&goldens->items[i].tensor);
        free(goldens->items[i].change);
    }
    free(goldens->items);
    *goldens = (struct goldens){.items = NULL};
}
