#include "regress/suite/suite.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static bool is_chosen(const char *name, const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(patterns[i], name, 0) == 0 || strstr(name, patterns[i]))
            return true;
    return count == 0;
}

bool suite_board_is_file(const char *board)
{
    static const char ENDING[] = ".json";
    size_t length = strlen(board);
    return strchr(board, '/') ||
           (length > strlen(ENDING) && strcmp(board + length - strlen(ENDING), ENDING) == 0);
}

bool suite_has(const struct suite *suite, const char *pattern)
{
    for (size_t i = 0; i < suite->count; i++)
        if (is_chosen(suite->cases[i].name, &pattern, 1))
            return true;
    return false;
}

void suite_select(struct suite *suite, const char *const *patterns, size_t patterns_count,
                  unsigned shard, unsigned shards)
{
    size_t kept = 0;
    size_t chosen = 0;
    for (size_t i = 0; i < suite->count; i++) {
        if (!is_chosen(suite->cases[i].name, patterns, patterns_count))
            continue;
        if (shards == 0 || chosen % shards == shard - 1)
            suite->cases[kept++] = suite->cases[i];
        chosen++;
    }
    suite->count = kept;
}

void suite_dispose(struct suite *suite)
{
    for (size_t i = 0; i < suite->kept_count; i++)
        free(suite->kept[i]);
    free(suite->kept);
    free(suite->cases);
    free(suite->dir);
    *suite = (struct suite){.cases = NULL};
}
