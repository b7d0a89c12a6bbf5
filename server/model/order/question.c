#include "model/order/question.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <string.h>

static bool has_names(const struct model_tensor *tensors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!tensors[i].name)
            return false;
    return true;
}

bool question_has_types(const struct model_tensor *tensors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!tensors[i].dtype)
            return false;
    return true;
}

/* Does the answer fit what metadata.json lists and, unless that is NULL, another answer, too? */
static bool fits(const struct question *question, const struct answer *answer,
                 const struct answer *other, bool *ret_fits, struct error *err)
{
    cleanup_blocks struct blocks blocks = {NULL, NULL, 0};
    return blocks_new(question->count, &blocks, err) &&
           (!other || blocks_refine(&blocks, question->names, other->claim->tensors, other->aspect,
                                    ret_fits, err)) &&
           blocks_refine(&blocks, question->names, answer->claim->tensors, answer->aspect, ret_fits,
                         err);
}

/* Which place does it contradict? */
static bool find_other(const struct question *question, const struct answer *answer,
                       const char **ret_place, struct error *err)
{
    bool good = true;
    *ret_place = "metadata.json";
    if (!fits(question, answer, NULL, &good, err))
        return false;
    for (size_t i = 0; good && i < question->believed_count; i++) {
        *ret_place = question->believed[i].claim->place;
        if (!fits(question, answer, &question->believed[i], &good, err))
            return false;
    }
    return true;
}

static bool believe(struct question *question, struct answer answer, struct error *err)
{
    bool good;
    if (!blocks_refine(&question->blocks, question->names, answer.claim->tensors, answer.aspect,
                       &good, err))
        return false;
    if (good) {
        question->believed[question->believed_count++] = answer;
        return true;
    }
    if (question->places[0])
        return true;
    question->places[0] = answer.claim->place;
    return find_other(question, &answer, &question->places[1], err);
}

/* Names that are not the same set say nothing: TVM calls a single output "output" here and
 * "output0" there. */
static bool ask_names(struct question *question, struct answer answer, struct error *err)
{
    bool same;
    if (!has_names(answer.claim->tensors, question->count))
        return true;
    if (!fits(question, &answer, NULL, &same, err))
        return false;
    question->named |= same;
    return !same || believe(question, answer, err);
}

static bool ask_place(struct question *question, const struct claim *claim, enum aspect aspect,
                      struct error *err)
{
    if (!claim->place || claim->count != question->count || claim->count == 0)
        return true;
    if (!ask_names(question, (struct answer){claim, aspect}, err))
        return false;
    return !question_has_types(claim->tensors, claim->count) ||
           !question_has_types(question->names, question->count) ||
           believe(question, (struct answer){claim, BY_TYPE}, err);
}

/* Does a place show that TVM was given no names? Relay has them as an attribute, and in the main
 * function the outputs are called "output", "output2", "output3", ... then. */
static bool shows_no_names(const struct question *question, const struct claim claims[CLAIM_PLACES])
{
    const struct claim *main = &claims[CLAIM_MAIN];
    bool shows = main->place && main->count == question->count;
    for (size_t i = 0; shows && i < main->count; i++) {
        cleanup_free char *name =
            i == 0 ? strdup(question->kind) : file_path("%s%zu", question->kind, i + 1);
        shows = name && strcmp(main->tensors[i].name, name) == 0;
    }
    return shows || (claims[CLAIM_RELAY].place && claims[CLAIM_RELAY].count == 0);
}

/* "output0", "output1", ... are TVM's own, by place, where nobody names the outputs otherwise. */
static bool ask_numbers(struct question *question, const struct claim claims[CLAIM_PLACES],
                        struct error *err)
{
    struct claim claim = {.place = NULL};
    struct answer answer = {&claim, BY_NAME};
    bool same = false;
    bool good = true;
    for (size_t i = 0; good && i < question->count; i++) {
        cleanup_free char *name = file_path("%s%zu", question->kind, i);
        good = name ? claim_add(&claim, name, strlen(name), err)
                    : error_no_memory(err, "a name", strlen(question->kind));
    }
    good = good && fits(question, &answer, NULL, &same, err) &&
           (!same ||
            blocks_refine(&question->blocks, question->names, claim.tensors, BY_NAME, &same, err));
    question->assumed = same && question->count > 1 && !shows_no_names(question, claims);
    claim_drop(&claim);
    return good;
}

bool question_ask(struct question *question, const struct claim claims[CLAIM_PLACES],
                  struct error *err)
{
    if (!blocks_new(question->count, &question->blocks, err))
        return false;
    for (size_t i = 0; i < CLAIM_PLACES; i++) {
        /* Relay and the graph have names as they are. */
        bool is_exact = i == CLAIM_RELAY || i == CLAIM_GRAPH;
        if (!ask_place(question, &claims[i], is_exact ? BY_NAME : BY_NAME_IN_C, err))
            return false;
    }
    return question->named || strcmp(question->kind, "output") != 0 ||
           ask_numbers(question, claims, err);
}

void question_dispose(struct question *question)
{
    blocks_dispose(&question->blocks);
}
