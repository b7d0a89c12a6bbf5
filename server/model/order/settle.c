#include "model/order/settle.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "model/order/question.h"
#include "model/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_SHOWN = 6 };

#define cleanup_question __attribute__((cleanup(question_dispose)))

/* The place that knows how many there are; NULL: none does. */
static const struct claim *counting_place(const struct claim claims[CLAIM_PLACES])
{
    static const enum claim_place PLACES[] = {CLAIM_TABLE, CLAIM_GRAPH, CLAIM_HEADER};
    for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++)
        if (claims[PLACES[i]].place)
            return &claims[PLACES[i]];
    return NULL;
}

size_t settle_count(const struct claim claims[CLAIM_PLACES], size_t listed_count)
{
    const struct claim *counting = counting_place(claims);
    return counting ? counting->count : listed_count;
}

static bool copy_tensor(const struct model_tensor *from, const char *name,
                        struct model_tensor *ret_tensor, struct error *err)
{
    struct model_tensor tensor = {.size_bytes = from ? from->size_bytes : 0};
    tensor.name = strdup(name);
    tensor.dtype = from && from->dtype ? strdup(from->dtype) : NULL;
    if (!tensor.name || (from && from->dtype && !tensor.dtype)) {
        free(tensor.name);
        free(tensor.dtype);
        return error_no_memory(err, "a tensor", strlen(name));
    }
    *ret_tensor = tensor;
    return true;
}

/* ---- names where metadata.json has none ---- */

/* The first place that names all of them; NULL: none does. */
static const struct claim *naming_place(const struct claim claims[CLAIM_PLACES], size_t count)
{
    for (size_t i = 0; i < CLAIM_PLACES; i++) {
        const struct claim *claim = &claims[i];
        bool names = claim->place && claim->count == count;
        for (size_t k = 0; names && k < count; k++)
            names = claim->tensors[k].name != NULL;
        if (names)
            return claim;
    }
    return NULL;
}

/* TVM calls a single output "output", several "output0", ... */
static bool list_names(const struct claim claims[CLAIM_PLACES], struct settled *settled,
                       struct error *err)
{
    size_t count = settle_count(claims, 0);
    const struct claim *naming = naming_place(claims, count);
    if (settled->count || count == 0)
        return true;
    free(settled->tensors); /* none are in it */
    settled->tensors = calloc(count, sizeof(*settled->tensors));
    if (!settled->tensors)
        return error_no_memory(err, "tensors", count * sizeof(*settled->tensors));
    for (; settled->count < count; settled->count++) {
        size_t i = settled->count;
        cleanup_free char *number =
            count == 1 ? strdup(settled->kind) : file_path("%s%zu", settled->kind, i);
        const char *name = naming ? naming->tensors[i].name : number;
        if (!name)
            return error_no_memory(err, "a name", strlen(settled->kind));
        if (!copy_tensor(NULL, name, &settled->tensors[i], err))
            return false;
    }
    return true;
}

/* ---- names by place ---- */

/* By place: the name's index, or SIZE_MAX where it is not known. NULL when memory ran out. */
static size_t *find_names(const struct question *question, size_t count)
{
    bool known = count == question->count && !question->places[0];
    size_t *name_of = calloc(count + 1, sizeof(*name_of));
    cleanup_free size_t *name_of_block = calloc(count + 1, sizeof(*name_of_block));
    cleanup_free size_t *block_size = calloc(count + 1, sizeof(*block_size));
    if (!name_of || !name_of_block || !block_size) {
        free(name_of);
        return NULL;
    }
    for (size_t i = 0; known && i < count; i++) {
        size_t block = question->blocks.of_name[i];
        name_of_block[block] = i;
        block_size[block]++;
    }
    for (size_t i = 0; i < count; i++) {
        size_t block = known ? question->blocks.of_place[i] : 0;
        name_of[i] = known && block_size[block] == 1 ? name_of_block[block] : SIZE_MAX;
    }
    return name_of;
}

/* Could one of the names be taken for a number? */
static bool has_numbers(const struct settled *settled)
{
    size_t length = strlen(settled->kind);
    for (size_t i = 0; i < settled->count; i++) {
        const char *name = settled->tensors[i].name;
        if (strncmp(name, settled->kind, length) == 0 &&
            name[length + strspn(name + length, "0123456789")] == '\0')
            return true;
    }
    return false;
}

/* Do all that are listed have one type? */
static bool have_one_type(const struct settled *settled)
{
    const struct model_tensor *first = settled->tensors;
    bool one = settled->count > 0 && question_has_types(first, settled->count);
    for (size_t i = 1; one && i < settled->count; i++)
        one = strcmp(first[i].dtype, first->dtype) == 0 && first[i].size_bytes == first->size_bytes;
    return one;
}

static bool place_tensor(const struct settled *settled, const struct claim *typed, size_t place,
                         size_t name, struct model_tensor *ret_tensor, struct error *err)
{
    const struct model_tensor *listed = name == SIZE_MAX ? NULL : &settled->tensors[name];
    const struct model_tensor *by_place = typed ? &typed->tensors[place] : NULL;
    if (listed)
        return copy_tensor(listed->dtype || !by_place ? listed : by_place, listed->name, ret_tensor,
                           err);
    cleanup_free char *number =
        file_path("%s%zu", has_numbers(settled) ? "#" : settled->kind, place);
    if (!number)
        return error_no_memory(err, "a name", strlen(settled->kind));
    if (!by_place && have_one_type(settled))
        by_place = settled->tensors;
    return copy_tensor(by_place, number, ret_tensor, err);
}

/* ---- why there are numbers ---- */

static void print_unknown(FILE *out, const struct settled *settled, const size_t *name_of)
{
    size_t shown = 0;
    for (size_t name = 0; name < settled->count; name++) {
        char text[UNPACK_NAME_TEXT_SIZE];
        bool known = false;
        for (size_t i = 0; i < settled->count && !known; i++)
            known = name_of[i] == name;
        if (known)
            continue;
        if (shown++ == NAMES_SHOWN) {
            fputs(", ...", out);
            return;
        }
        fprintf(out, "%s%s", shown > 1 ? ", " : "",
                unpack_name_text(settled->tensors[name].name, text));
    }
}

static void print_note(FILE *out, const struct settled *settled, const struct question *question,
                       const struct claim *counting, const size_t *name_of)
{
    if (question->assumed && !question->places[0]) {
        fprintf(out,
                "nothing in the archive tells whether %s0, %s1, ... are the model's names or TVM's "
                "numbers: they are taken for numbers",
                settled->kind, settled->kind);
        return;
    }
    if (counting && counting->count != settled->count) {
        fprintf(out, "metadata.json names %zu %s%s, %s has %zu", settled->count, settled->kind,
                settled->count == 1 ? "" : "s", counting->place, counting->count);
    } else if (question->places[0]) {
        fprintf(out, "%s and %s contradict each other about the %ss", question->places[1],
                question->places[0], settled->kind);
    } else {
        fprintf(out, "nothing in the archive tells which of its %ss is which of ", settled->kind);
        print_unknown(out, settled, name_of);
    }
    fprintf(out, ": they are numbered, in the order of the model's %ss", settled->kind);
}

/* *ret_note stays NULL where all names are known. */
static bool make_note(const struct settled *settled, const struct question *question,
                      const struct claim *counting, const size_t *name_of, size_t count,
                      char **ret_note, struct error *err)
{
    bool known = true;
    size_t size = 0;
    char *note = NULL;
    for (size_t i = 0; i < count; i++)
        known = known && name_of[i] != SIZE_MAX;
    if (known && !question->assumed)
        return true;
    FILE *out = open_memstream(&note, &size);
    if (out)
        print_note(out, settled, question, counting, name_of);
    if (!out || fclose(out) != 0) {
        free(note);
        return error_no_memory(err, "a note", size);
    }
    *ret_note = note;
    return true;
}

/* ---- all of it ---- */

static bool place_all(const struct claim claims[CLAIM_PLACES], const struct question *question,
                      struct settled *settled, struct error *err)
{
    const struct claim *counting = counting_place(claims);
    size_t count = settle_count(claims, settled->count);
    struct settled placed = {.kind = settled->kind};
    const struct claim *typed = counting;
    if (typed && (typed->count == 0 || !question_has_types(typed->tensors, typed->count)))
        typed = NULL;
    cleanup_free size_t *name_of = find_names(question, count);
    placed.tensors = calloc(count + 1, sizeof(*placed.tensors));
    bool good = (name_of && placed.tensors) || error_no_memory(err, "tensors", count);
    good = good && make_note(settled, question, counting, name_of, count, &placed.note, err);
    for (; good && placed.count < count; placed.count += good)
        good = place_tensor(settled, typed, placed.count, name_of[placed.count],
                            &placed.tensors[placed.count], err);
    struct settled *unwanted = good ? settled : &placed;
    model_tensors_free(unwanted->tensors, unwanted->count);
    if (good)
        *settled = placed;
    else
        free(placed.note);
    return good;
}

bool settle(const struct claim claims[CLAIM_PLACES], struct settled *settled, struct error *err)
{
    bool is_listed = settled->count > 0;
    if (!list_names(claims, settled, err))
        return false;
    cleanup_question struct question question = {
        .names = settled->tensors, .count = settled->count, .kind = settled->kind};
    if (!question_ask(&question, claims, err))
        return false;
    question.assumed = question.assumed && is_listed;
    return place_all(claims, &question, settled, err);
}
