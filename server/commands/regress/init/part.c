#include "commands/regress/init/part.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "regress/json.h"

#include <string.h>

static const struct golden *find_golden(const struct goldens *goldens, const char *path)
{
    for (size_t i = 0; i < goldens->count; i++)
        if (strcmp(goldens->items[i].path, path) == 0)
            return &goldens->items[i];
    return NULL;
}

/* "output0_y.npy" -> "output0_y_{board}.npy" */
static bool name_each_board(cJSON *file, struct error *err)
{
    const char *name = file->valuestring;
    cleanup_free char *each =
        file_path("%.*s_{board}.npy", (int)(strlen(name) - strlen(".npy")), name);
    return (each && cJSON_SetValuestring(file, each)) || error_no_memory(err, "a suite", 0);
}

/* expected: of the suite's document; item: a case that it is of. */
static bool part_files(cJSON *expected, const struct suite_case *item,
                       const struct goldens *goldens, struct error *err)
{
    cJSON *file = expected->child;
    for (size_t i = 0; i < item->expected.count && file; i++, file = file->next) {
        const struct golden *golden = find_golden(goldens, item->expected.items[i].path);
        cleanup_free char *dispute = golden ? golden_dispute(golden) : NULL;
        if (!dispute)
            continue;
        text_print_line(stdout, "a file for each board: ", dispute);
        if (!name_each_board(file, err))
            return false;
    }
    return true;
}

bool init_part(const struct regress_args *args, const struct suite *suite,
               const struct goldens *goldens, struct error *err)
{
    cleanup_json cJSON *document = NULL;
    cJSON *item = NULL;
    size_t index = 0; /* of the first case of an archive: each is one on each board */
    if (!json_load(args->suite, SUITE_FORMAT, &document, err))
        return false;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(document, "cases"))
    {
        cJSON *expected = cJSON_GetObjectItemCaseSensitive(item, "expected");
        if (!part_files(expected, &suite->cases[index], goldens, err))
            return false;
        index += args->boards.count;
    }
    return json_save(args->suite, document, err);
}
