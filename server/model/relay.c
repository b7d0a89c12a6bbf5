#include "model/relay.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <string.h>
#include <unistd.h>

static const size_t TEXT_MAX_BYTES = 1024UL * 1024 * 1024;

static char *first_line(const char *text)
{
    const char *start = strstr(text, "def @main(");
    return start ? strndup(start, strcspn(start, "\n")) : strdup("");
}

bool relay_signature_load(const char *dir, const char *model_name, char **ret_signature,
                          struct error *err)
{
    cleanup_free char *path = file_path("%s/src/%s.relay", dir, model_name);
    cleanup_free char *old_path = file_path("%s/src/relay.txt", dir);
    cleanup_free char *text = NULL;
    if (!path || !old_path)
        return error_no_memory(err, "a path", strlen(dir));
    const char *there = access(path, F_OK) == 0 ? path : old_path;
    if (access(there, F_OK) == 0 && !file_read(there, TEXT_MAX_BYTES, &text, NULL, err))
        return false;
    char *signature = first_line(text ? text : "");
    if (!signature)
        return error_no_memory(err, "the model's text", 0);
    *ret_signature = signature;
    return true;
}

const char *relay_find_input(const char *signature, const char *name)
{
    cleanup_free char *start = file_path("%%%s: ", name);
    for (const char *at = start ? strstr(signature, start) : NULL; at; at = strstr(at + 1, start))
        if (at[-1] == '(' || at[-1] == ' ') /* a signature begins otherwise */
            return at + strlen(start);
    return NULL;
}

/* The first input behind this one that is called alike; the count: none is. */
static size_t next_alike(const struct model *model, size_t index)
{
    size_t next = index + 1;
    while (next < model->inputs_count &&
           !model_names_match(model->inputs[next].name, model->inputs[index].name))
        next++;
    return next;
}

/* Of those that are alike from this one on, the first in the signature comes first. */
static bool take_first(const char *signature, struct model *model, size_t index, struct error *err)
{
    for (size_t next = next_alike(model, index); next < model->inputs_count;
         next = next_alike(model, next)) {
        struct model_tensor *first = &model->inputs[index];
        struct model_tensor *other = &model->inputs[next];
        const char *first_at = relay_find_input(signature, first->name);
        const char *other_at = relay_find_input(signature, other->name);
        if (strcmp(model->executor, "aot") == 0 && (!first_at || !other_at))
            return error_set(err, ERROR_MODEL, 0,
                             "its code calls the inputs \"%.100s\" and \"%.100s\" alike, and no "
                             "src/%s.relay says which comes first: rename one",
                             first->name, other->name, model->name);
        if (!first_at || !other_at || first_at < other_at)
            continue;
        struct model_tensor moved = *first;
        *first = *other;
        *other = moved;
    }
    return true;
}

bool relay_order_namesakes(const char *signature, struct model *model, struct error *err)
{
    for (size_t i = 0; i < model->inputs_count; i++)
        if (!take_first(signature, model, i, err))
            return false;
    return true;
}
