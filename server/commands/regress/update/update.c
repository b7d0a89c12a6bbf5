#include "commands/regress/update/update.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "client/compare.h"
#include "commands/regress/init/part.h"
#include "commands/regress/update/golden.h"
#include "model/model.h"
#include "regress/baseline.h"
#include "regress/json.h"
#include "regress/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How a suite's name may mean an output, the surest first: another output may have the very name
 * that this one would have in C ("a_b" and "a.b"). */
enum likeness { LIKE_NAME, LIKE_C_NAME, LIKE_NUMBER, LIKENESS_COUNT };

static bool is_called(const char *output, size_t number, const char *name, enum likeness likeness)
{
    char text[24];
    snprintf(text, sizeof(text), "#%zu", number);
    switch (likeness) {
    case LIKE_NAME:
        return strcmp(output, name) == 0;
    case LIKE_C_NAME:
        return model_names_match(output, name);
    default:
        return strcmp(text + 1, name) == 0 || strcmp(text, name) == 0;
    }
}

static const char *find_named(const cJSON *run, const char *wanted)
{
    for (int likeness = 0; likeness < LIKENESS_COUNT; likeness++) {
        const cJSON *output = NULL;
        size_t number = 0;
        cJSON_ArrayForEach(output, json_at(run, "outputs"))
        {
            const char *name = json_text_at(output, "name");
            if (name && is_called(name, number, wanted, (enum likeness)likeness))
                return json_text_at(output, "file");
            number++;
        }
    }
    return NULL;
}

/* The file that the run wrote for an expectation; NULL: there is none. place: among those without
 * names. */
static const char *find_output(const cJSON *run, const struct suite_file *file, size_t place)
{
    if (file->name)
        return find_named(run, file->name);
    return json_text_at(cJSON_GetArrayItem(json_at(run, "outputs"), (int)place), "file");
}

static bool take_outputs(const struct outcome *outcome, struct goldens *goldens, struct error *err)
{
    const struct suite_case *item = outcome->item;
    size_t place = 0;
    for (size_t i = 0; i < item->expected.count; i++) {
        const struct suite_file *file = &item->expected.items[i];
        const char *output = find_output(outcome->run, file, place);
        place += !file->name;
        if (!output)
            return error_set(err, ERROR_USAGE, 0, "case %s: the model has no output for %s%s%s",
                             printable(item->name).text, file->name ? file->name : "",
                             file->name ? "=" : "", file->path);
        if (!golden_take(goldens, outcome, file->path, output, err))
            return false;
    }
    return true;
}

/* "12345 -> 12400 (+0.4 %)", for what changed. */
static void tell_measures(const char *name, const cJSON *before, const cJSON *now)
{
    for (int i = 0; i < MEASURE_COUNT; i++) {
        double was = 0;
        double is = 0;
        bool had = json_number_at(before, measure_key((enum measure)i), &was);
        bool has = json_number_at(now, measure_key((enum measure)i), &is);
        if (had && has && was != is)
            printf("%s: %s %.15g, was %.15g (%+.3g %%)\n", printable(name).text,
                   measure_key((enum measure)i), is, was, (is - was) / was * 100);
        else if (has && !had)
            printf("%s: %s %.15g, new\n", printable(name).text, measure_key((enum measure)i), is);
    }
}

static bool make_folder_of(const char *path, struct error *err)
{
    cleanup_free char *dir = file_folder(path);
    return dir ? file_make_dirs(dir, err) : error_no_memory(err, "a path", strlen(path));
}

bool update_check(const struct session *session, struct error *err)
{
    cleanup_free char *target = file_behind(session->suite.baseline);
    cleanup_free char *dir = target ? file_folder(target) : NULL;
    if (!dir)
        return error_no_memory(err, "a path", strlen(session->suite.baseline));
    return access(dir, W_OK | X_OK) == 0 || errno == ENOENT ||
           error_set(err, ERROR_SYSTEM, errno, "%s", target);
}

/* What changed is told once it is written. */
static bool update_baseline(struct session *session, struct error *err)
{
    const struct suite *suite = &session->suite;
    cleanup_json cJSON *before = cJSON_Duplicate(session->baseline, true);
    bool good = before != NULL;
    for (size_t i = 0; good && i < suite->count; i++)
        good = baseline_set(session->baseline, suite->cases[i].name,
                            baseline_entry(session->outcomes[i].run));
    if (!good)
        return error_no_memory(err, "a baseline", 0);
    cleanup_free char *target = file_behind(suite->baseline);
    if (!target)
        return error_no_memory(err, "a path", strlen(suite->baseline));
    if (!make_folder_of(target, err) || !json_save(target, session->baseline, err))
        return false;
    for (size_t i = 0; i < suite->count; i++) {
        const char *name = suite->cases[i].name;
        tell_measures(name, baseline_find(before, name), baseline_find(session->baseline, name));
    }
    return true;
}

static bool take_all(const struct session *session, struct goldens *goldens, struct error *err)
{
    bool good = true;
    for (size_t i = 0; good && i < session->suite.count; i++)
        good = take_outputs(&session->outcomes[i], goldens, err);
    return good;
}

/* In a first suite, boards that give different outputs get a file each, and the suite passes. */
static bool part_disputed(struct session *session, struct goldens *goldens, struct error *err)
{
    bool is_disputed = false;
    for (size_t i = 0; i < goldens->count; i++)
        is_disputed = is_disputed || goldens->items[i].other_case;
    if (session->args->mode != REGRESS_INIT || !is_disputed)
        return true;
    if (!init_part(session->args, &session->suite, goldens, err))
        return false;
    goldens_dispose(goldens); /* their paths are the suite's */
    return session_reload(session, err) && take_all(session, goldens, err);
}

bool update_files(struct session *session, bool *ret_updated, struct error *err)
{
    struct goldens goldens = {.count = 0};
    *ret_updated = false;
    for (size_t i = 0; i < session->suite.count; i++)
        if (verdict(&session->outcomes[i], NULL, NULL) != VERDICT_PASSED)
            return true;
    bool good = take_all(session, &goldens, err) && part_disputed(session, &goldens, err) &&
                goldens_check(&goldens, &session->suite, err) && goldens_write(&goldens, err) &&
                update_baseline(session, err);
    goldens_dispose(&goldens);
    *ret_updated = good;
    return good;
}
