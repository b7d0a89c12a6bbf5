/* Does a reply look as it should? A pattern is JSON, too:
 *   "..."                a string that is just three dots stands for any value
 *   "say * more"         * stands for any characters, as in file names (and ? for one of them)
 *   {"a": 1, "...": 0}   other members may be there
 *   [1, "..."]           other elements may follow
 * All else must be equal; the order of members does not count. */
#ifndef MICROTVM_QEMU_TESTS_JSON_MATCH_H
#define MICROTVM_QEMU_TESTS_JSON_MATCH_H

#include <cjson/cJSON.h>
#include <stdbool.h>

bool json_matches(const cJSON *pattern, const cJSON *value);

#endif
