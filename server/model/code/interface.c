#include "model/code/interface.h"

#include "model/code/c_text.h"

#include <stdlib.h>
#include <string.h>

static bool check_member(const struct claim *claim, struct span name, const char *place,
                         struct error *err)
{
    if (!c_text_check_name(name, name, place, err))
        return false;
    for (size_t i = 0; i < claim->count; i++) {
        const char *other = claim->tensors[i].name;
        if (c_text_equal(name, (struct span){other, strlen(other)}))
            return error_set(err, ERROR_MODEL, 0,
                             "%s: two inputs or two outputs are called \"%s\" there: TVM's code "
                             "for this model does not compile. Give them names that differ in "
                             "letters or digits, and export the model again",
                             place, other);
    }
    return true;
}

/* Members behind the struct's '{', to its '}'. */
static bool read_struct(const char *at, const char *place, struct claim *claim, struct error *err)
{
    static const char MEMBER[] = "void* ";
    const char *end = strchr(at, '}');
    if (!end)
        return true;
    if (!claim_begin(claim, place, err))
        return false;
    for (at = strstr(at, MEMBER); at && at < end; at = strstr(at, MEMBER)) {
        at += strlen(MEMBER);
        struct span name = {at, strcspn(at, ";}")};
        if (!check_member(claim, name, place, err) || !claim_add(claim, at, name.length, err))
            return false;
    }
    return true;
}

bool interface_read_header(const char *text, const char *place, struct claims *claims,
                           struct error *err)
{
    static const char INPUTS[] = "_inputs {";
    static const char OUTPUTS[] = "_outputs {";
    const char *inputs = strstr(text, INPUTS);
    const char *outputs = strstr(text, OUTPUTS);
    struct claim *input_claim = &claims->inputs[CLAIM_HEADER];
    struct claim *output_claim = &claims->outputs[CLAIM_HEADER];
    if (inputs && !input_claim->place &&
        !read_struct(inputs + strlen(INPUTS), place, input_claim, err))
        return false;
    return !outputs || output_claim->place ||
           read_struct(outputs + strlen(OUTPUTS), place, output_claim, err);
}

/* "inputs->x,inputs->y,outputs->output,": those that begin with STRUCT. */
static bool read_members(struct span list, const char *structure, const char *place,
                         struct claim *claim, struct error *err)
{
    struct span word;
    if (!claim_begin(claim, place, err))
        return false;
    while (c_text_word(&list, &word)) {
        if (!c_text_equal(word, (struct span){structure, strlen(structure)}) ||
            !c_text_begins(list, "->"))
            continue;
        if (c_text_word(&list, &word) && !claim_add(claim, word.text, word.length, err))
            return false;
    }
    return true;
}

/* ".x = &((uint8_t*)workspace_pools->sram)[0]," and so on, in the function whose name ends so. */
static bool read_map(const char *text, const char *function, const char *place, struct claim *claim,
                     struct error *err)
{
    static const char BEGIN[] = "ret = {";
    const char *at = strstr(text, function);
    const char *begin = at ? strstr(at, BEGIN) : NULL;
    const char *end = begin ? strstr(begin, "};") : NULL;
    if (!end)
        return true;
    struct span rest = {begin + strlen(BEGIN), (size_t)(end - begin) - strlen(BEGIN)};
    struct span line;
    if (!claim_begin(claim, place, err))
        return false;
    while (c_text_line(&rest, &line)) {
        const char *equals = c_text_find(line, " = &(");
        if (!equals || *line.text != '.')
            continue;
        struct span name = {line.text + 1, (size_t)(equals - line.text) - 1};
        if (!check_member(claim, name, place, err) ||
            !claim_add(claim, name.text, name.length, err))
            return false;
    }
    return true;
}

bool interface_read_call(const char *text, const char *place, struct claims *claims,
                         struct error *err)
{
    static const char CALL[] = "___tvm_main__(inputs->";
    static const char CALL_WITHOUT_INPUTS[] = "___tvm_main__(outputs->";
    struct claim *inputs = &claims->inputs[CLAIM_CALL];
    struct claim *outputs = &claims->outputs[CLAIM_CALL];
    const char *call = strstr(text, CALL);
    if (!call)
        call = strstr(text, CALL_WITHOUT_INPUTS);
    if (inputs->place || outputs->place)
        return true;
    if (!call)
        return read_map(text, "_map_inputs(", place, inputs, err) &&
               read_map(text, "_map_outputs(", place, outputs, err);
    struct span list = {call, strcspn(call, ";\n")};
    return read_members(list, "inputs", place, inputs, err) &&
           read_members(list, "outputs", place, outputs, err);
}

/* Is each member that is handed on there? */
static bool check_direction(const struct claim claims[CLAIM_PLACES], struct error *err)
{
    const struct claim *header = &claims[CLAIM_HEADER];
    const struct claim *call = &claims[CLAIM_CALL];
    for (size_t i = 0; header->place && i < call->count; i++) {
        size_t member = 0;
        while (member < header->count &&
               strcmp(header->tensors[member].name, call->tensors[i].name) != 0)
            member++;
        if (member == header->count)
            return error_set(err, ERROR_MODEL, 0,
                             "%s: it has no \"%.100s\", which %s uses: TVM's code for this model "
                             "does not compile. Give each input and each output a name of its own, "
                             "and export the model again",
                             header->place, call->tensors[i].name, call->place);
    }
    return true;
}

bool interface_check(const struct claims *claims, struct error *err)
{
    return check_direction(claims->inputs, err) && check_direction(claims->outputs, err);
}
