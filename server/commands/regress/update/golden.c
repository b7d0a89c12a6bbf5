#include "commands/regress/update/golden.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "client/npy.h"
#include "client/npz.h"
#include "regress/json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t inferences_of(const struct outcome *outcome)
{
    double inferences = 1;
    json_number_at(outcome->run, "inferences", &inferences);
    return (int64_t)inferences;
}

/* A second case for the same file. */
static void compare_known(struct golden *known, const struct outcome *outcome,
                          const struct tensor *now)
{
    cleanup_free char *change = NULL;
    if (outputs_match(now, &known->tensor, inferences_of(outcome), &outcome->item->tolerance,
                      &change, &known->allowance))
        return;
    known->other_case = outcome->item->name;
    free(known->difference);
    known->difference = steal_pointer(change);
}

char *golden_dispute(const struct golden *golden)
{
    char allowed[128];
    if (!golden->other_case)
        return NULL;
    allowance_text(&golden->allowance, allowed, sizeof(allowed));
    return file_path("%s: case %s gives something else for it than case %s: %s%s%s", golden->path,
                     golden->other_case, golden->case_name,
                     golden->difference ? golden->difference : "?", allowed[0] ? "; " : "",
                     allowed);
}

/* What the file is told to hold is what it holds, where that still matches: goldens that a host
 * computed are not to become a board's for the last digits' sake. */
static bool look_at_file(struct golden *golden, const struct outcome *outcome, struct error *err)
{
    struct tensor before = {.data = NULL};
    struct allowance ignored = {.atol = 0};
    if (access(golden->path, F_OK) != 0) {
        golden->change = strdup("new");
        return true;
    }
    if (!npy_load(golden->path, &before, err))
        return error_wrap(err, "--update of case %s", printable(golden->case_name).text);
    golden->stays = outputs_match(&golden->tensor, &before, inferences_of(outcome),
                                  &outcome->item->tolerance, &golden->change, &ignored);
    tensor_dispose(&before);
    return true;
}

/* The file that PATH leads to, there or not, in a folder that is told without links and dots if it
 * is there. A new string; NULL: no memory. */
static char *find_file(const char *path)
{
    cleanup_free char *file = file_behind(path);
    cleanup_free char *dir = file ? file_folder(file) : NULL;
    cleanup_free char *real = dir ? realpath(dir, NULL) : NULL;
    const char *slash = file ? strrchr(file, '/') : NULL;
    if (!dir)
        return NULL;
    return real ? file_path("%s/%s", real, slash ? slash + 1 : file) : steal_pointer(file);
}

static struct golden *find_known(const struct goldens *goldens, const char *file)
{
    for (size_t i = 0; i < goldens->count; i++)
        if (strcmp(goldens->items[i].file, file) == 0)
            return &goldens->items[i];
    return NULL;
}

static void dispose(struct golden *golden)
{
    tensor_dispose(&golden->tensor);
    free(golden->file);
    free(golden->change);
    free(golden->difference);
}

static bool add(struct goldens *goldens, struct golden *golden, const struct outcome *outcome,
                struct error *err)
{
    struct golden *grown = realloc(goldens->items, (goldens->count + 1) * sizeof(*grown));
    if (!grown)
        return error_no_memory(err, "a golden", sizeof(*golden));
    goldens->items = grown;
    if (!look_at_file(golden, outcome, err))
        return false;
    grown[goldens->count++] = *golden;
    *golden = (struct golden){.path = NULL};
    return true;
}

bool golden_take(struct goldens *goldens, const struct outcome *outcome, const char *path,
                 const char *output, struct error *err)
{
    struct golden golden = {.path = path, .case_name = outcome->item->name};
    if (npz_is_name(path))
        return error_set(err, ERROR_USAGE, 0,
                         "%s, of case %s: --update writes no .npz: name a .npy for each output. "
                         "Nothing was written",
                         printable(path).text, printable(golden.case_name).text);
    golden.file = find_file(path);
    bool good = golden.file ? npy_load(output, &golden.tensor, err)
                            : error_no_memory(err, "a path", strlen(path));
    struct golden *known = good ? find_known(goldens, golden.file) : NULL;
    if (known)
        compare_known(known, outcome, &golden.tensor);
    else
        good = good && add(goldens, &golden, outcome, err);
    dispose(&golden);
    return good;
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

/* The first case that reads the file as it is now; NULL: there is none. */
static const struct suite_case *find_reader(const struct golden *golden, const struct suite *suite)
{
    struct stat status;
    if (golden->stays || stat(golden->path, &status) != 0)
        return NULL;
    for (size_t i = 0; i < suite->count; i++)
        if (is_used_by(&suite->cases[i], &status))
            return &suite->cases[i];
    return NULL;
}

static bool check_agreement(const struct goldens *goldens, struct error *err)
{
    size_t disputes = 0;
    for (size_t i = 0; i < goldens->count; i++) {
        if (!goldens->items[i].other_case)
            continue;
        cleanup_free char *line = golden_dispute(&goldens->items[i]);
        text_print_line(stderr, "", line ? line : goldens->items[i].path);
        disputes++;
    }
    return disputes == 0 ||
           error_set(err, ERROR_USAGE, 0,
                     "%zu file%s of expected outputs would not do for all cases that have it: give "
                     "them files of their own ({board} in the name), or a tolerance. Nothing was "
                     "written",
                     disputes, disputes == 1 ? "" : "s");
}

/* A link that leads nowhere yet makes a file, as it does for any program; a folder it does not:
 * what is missing there may be a disk. */
static bool check_link(const char *path, struct error *err)
{
    struct stat status;
    cleanup_free char *target = file_behind(path);
    cleanup_free char *dir = target ? file_folder(target) : NULL;
    if (!dir)
        return error_no_memory(err, "a path", strlen(path));
    if (lstat(path, &status) != 0 || !S_ISLNK(status.st_mode) || access(dir, W_OK | X_OK) == 0)
        return true;
    return error_set(err, ERROR_USAGE, errno, "%s leads to %s. Nothing was written",
                     printable(path).text, printable(target).text);
}

bool goldens_check(const struct goldens *goldens, const struct suite *suite, struct error *err)
{
    if (!check_agreement(goldens, err))
        return false;
    for (size_t i = 0; i < goldens->count; i++) {
        const struct golden *golden = &goldens->items[i];
        const struct suite_case *reader = find_reader(golden, suite);
        if (reader)
            return error_set(err, ERROR_USAGE, 0,
                             "%s: case %s expects this file and would write it, and case %s reads "
                             "it as an input, labels or model: give what is expected a file of its "
                             "own. Nothing was written",
                             printable(golden->path).text, printable(golden->case_name).text,
                             printable(reader->name).text);
        if (!golden->stays && !check_link(golden->path, err))
            return false;
    }
    return true;
}

/* A link stays one: what it leads to is written. */
static bool write_golden(const struct golden *golden, struct error *err)
{
    cleanup_free char *dir = file_folder(golden->file);
    if (!dir)
        return error_no_memory(err, "a path", strlen(golden->file));
    return file_make_dirs(dir, err) && npy_save(golden->file, &golden->tensor, err);
}

bool goldens_write(const struct goldens *goldens, struct error *err)
{
    for (size_t i = 0; i < goldens->count; i++) {
        const struct golden *golden = &goldens->items[i];
        if (golden->stays)
            continue;
        if (!write_golden(golden, err))
            return false;
        cleanup_free char *line =
            file_path("%s: %s", golden->path, golden->change ? golden->change : "changed");
        text_print_line(stdout, "", line ? line : golden->path);
    }
    return true;
}

void goldens_dispose(struct goldens *goldens)
{
    for (size_t i = 0; i < goldens->count; i++)
        dispose(&goldens->items[i]);
    free(goldens->items);
    *goldens = (struct goldens){.items = NULL};
}
