#include "model/code/main_function.h"

#include "base/cleanup.h"
#include "model/code/c_text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS_MAX = 2 * TENSORS_MAX, NAMES_EACH = 3 };

/* What an argument is called in the text. */
struct argument {
    struct span name;   /* unpacked: of its data; packed: of its type code */
    struct span handle; /* packed: of its DLTensor, and */
    struct span data;   /* of what is in that */
};

struct arguments {
    struct argument *items;
    size_t count;
    bool packed;
    const char *place;
};

static struct span part(const char *begin, const char *end)
{
    return (struct span){begin, begin < end ? (size_t)(end - begin) : 0};
}

static const char *end_of(struct span text)
{
    return text.text + text.length;
}

/* "x_buffer_var_1" is "x": TVM numbers what would be there twice. */
static size_t stem_length(const struct arguments *arguments, struct span name)
{
    const char *suffix = arguments->packed ? "_code" : "_buffer_var";
    size_t length = name.length;
    while (length && isdigit((unsigned char)name.text[length - 1]))
        length--;
    if (length < name.length)
        length = length && name.text[length - 1] == '_' ? length - 1 : name.length;
    size_t stem = length > strlen(suffix) ? length - strlen(suffix) : 0;
    return stem && memcmp(name.text + stem, suffix, strlen(suffix)) == 0 ? stem : name.length;
}

static bool add(struct arguments *arguments, struct span name, struct error *err)
{
    struct span shown = {name.text, stem_length(arguments, name)};
    if (!c_text_check_name(name, shown, arguments->place, err))
        return false;
    if (arguments->count == ARGUMENTS_MAX)
        return error_set(err, ERROR_MODEL, 0, "%s: more than %d arguments", arguments->place,
                         ARGUMENTS_MAX);
    size_t size = (arguments->count + 1) * sizeof(*arguments->items);
    struct argument *items = realloc(arguments->items, size);
    if (!items)
        return error_no_memory(err, "arguments", size);
    arguments->items = items;
    items[arguments->count++] = (struct argument){.name = name};
    return true;
}

/* ---- the unpacked API ---- */

/* "float* x_buffer_var, float* output_buffer_var" */
static bool read_list(struct arguments *arguments, struct span list, struct error *err)
{
    while (list.length) {
        const char *comma = c_text_find(list, ", ");
        struct span one = part(list.text, comma ? comma : end_of(list));
        const char *star = memchr(one.text, '*', one.length);
        struct span name = part(star ? star + 1 : end_of(one), end_of(one));
        while (name.length && *name.text == ' ')
            name = part(name.text + 1, end_of(name));
        if (!star) /* the rest of a name */
            return c_text_check_name(name, one, arguments->place, err);
        if (!add(arguments, name, err))
            return false;
        list = part(comma ? comma + 2 : end_of(list), end_of(list));
    }
    return true;
}

/* ---- the packed one ---- */

/* "void* x = ..." is called x; one of no length does not begin so. */
static struct span declared(struct span line, const char *type)
{
    size_t skipped = c_text_begins(line, type) ? strlen(type) : line.length;
    struct span rest = part(line.text + skipped, end_of(line));
    const char *equals = c_text_find(rest, " = ");
    return part(rest.text, equals ? equals : rest.text);
}

/* The number behind "ARRAY[", "ARRAY)[" or "ARRAY)[(". */
static size_t index_behind(struct span line, const char *array)
{
    const char *at = c_text_find(line, array);
    if (!at)
        return SIZE_MAX;
    struct span rest = part(at + strlen(array), end_of(line));
    while (rest.length && strchr(")[(", *rest.text))
        rest = part(rest.text + 1, end_of(rest));
    return rest.length && isdigit((unsigned char)*rest.text) ? strtoul(rest.text, NULL, 10)
                                                             : SIZE_MAX;
}

static void take_data(struct arguments *arguments, struct span line, struct span name)
{
    static const char CAST[] = "((DLTensor*)";
    const char *cast = c_text_find(line, CAST);
    struct span rest = part(cast + strlen(CAST), end_of(line));
    struct span handle;
    if (!c_text_find(line, ".data)") || !c_text_word(&rest, &handle))
        return;
    for (size_t i = 0; i < arguments->count; i++)
        if (c_text_equal(arguments->items[i].handle, handle))
            arguments->items[i].data = name;
}

static bool unpacks(struct span line)
{
    return (c_text_begins(line, "int32_t ") || c_text_begins(line, "void* ")) &&
           (c_text_find(line, "arg_type_ids") || c_text_find(line, "((TVMValue*)args)") ||
            c_text_find(line, "((DLTensor*)"));
}

static bool read_line(struct arguments *arguments, struct span line, struct error *err)
{
    struct span code = declared(line, "int32_t ");
    struct span pointer = declared(line, "void* ");
    if (code.length && index_behind(line, "arg_type_ids") == arguments->count)
        return add(arguments, code, err);
    size_t index = pointer.length ? index_behind(line, "((TVMValue*)args") : SIZE_MAX;
    if (index < arguments->count) {
        arguments->items[index].handle = pointer;
        return c_text_check_name(pointer, pointer, arguments->place, err);
    }
    if (pointer.length && c_text_find(line, "((DLTensor*)"))
        take_data(arguments, line, pointer);
    return true;
}

/* ---- which are used ---- */

struct name {
    struct span text;
    size_t argument;
};

static int compare_names(const void *a, const void *b)
{
    const struct span *left = &((const struct name *)a)->text;
    const struct span *right = &((const struct name *)b)->text;
    if (left->length != right->length)
        return left->length < right->length ? -1 : 1;
    return left->length ? memcmp(left->text, right->text, left->length) : 0;
}

static void mark_line(const struct name *names, size_t count, struct span line,
                      struct main_argument *arguments)
{
    struct name word;
    while (c_text_word(&line, &word.text)) {
        const struct name *found = bsearch(&word, names, count, sizeof(*names), compare_names);
        if (found)
            arguments[found->argument].used = true;
    }
}

/* names: sorted. Two arguments of one name are told. */
static bool check_twice(const struct arguments *arguments, const struct name *names, size_t count,
                        struct error *err)
{
    for (size_t i = 0; i + 1 < count; i++)
        if (names[i].text.length && compare_names(&names[i], &names[i + 1]) == 0)
            return error_set(err, ERROR_MODEL, 0,
                             "%s: an input or output is called \"%.*s\" there, and so is another: "
                             "TVM's code for this model does not compile. Give them names that "
                             "differ in letters or digits, and export the model again",
                             arguments->place, (int)names[i].text.length, names[i].text.text);
    return true;
}

static bool mark_used(const struct arguments *arguments, struct span body,
                      struct main_argument *marked, struct error *err)
{
    size_t count = 0;
    struct span line;
    cleanup_free struct name *names = calloc(arguments->count * NAMES_EACH + 1, sizeof(*names));
    if (!names)
        return error_no_memory(err, "names", arguments->count * NAMES_EACH * sizeof(*names));
    for (size_t i = 0; i < arguments->count; i++) {
        const struct argument *argument = &arguments->items[i];
        names[count++] = (struct name){argument->name, i};
        names[count++] = (struct name){argument->handle, i};
        names[count++] = (struct name){argument->data, i};
    }
    qsort(names, count, sizeof(*names), compare_names);
    if (!check_twice(arguments, names, count, err))
        return false;
    while (c_text_line(&body, &line))
        if (!arguments->packed || !unpacks(line))
            mark_line(names, count, line, marked);
    return true;
}

/* ---- the function ---- */

/* The line that defines it; *ret_list is what stands in its brackets. */
static bool begins_function(struct span line, struct span *ret_list)
{
    static const char NAME[] = "___tvm_main__(";
    static const char END[] = ") {";
    const char *name = c_text_find(line, NAME);
    if (!name || line.length < strlen(END) ||
        memcmp(end_of(line) - strlen(END), END, strlen(END)) != 0)
        return false;
    *ret_list = part(name + strlen(NAME), end_of(line) - strlen(END));
    return true;
}

/* text begins behind that line: to the bracket that ends the function. */
static struct span body_of(struct span text)
{
    const char *end = c_text_find(text, "\n}");
    return part(text.text, end ? end : end_of(text));
}

static bool hand_over(const struct arguments *arguments, struct span body,
                      struct main_function *function, struct error *err)
{
    function->arguments = calloc(arguments->count + 1, sizeof(*function->arguments));
    function->place = strdup(arguments->place);
    if (!function->arguments || !function->place)
        return error_no_memory(err, "arguments", arguments->count);
    for (; function->count < arguments->count; function->count++) {
        struct span name = arguments->items[function->count].name;
        char *stem = strndup(name.text, stem_length(arguments, name));
        if (!stem)
            return error_no_memory(err, "a name", name.length);
        function->arguments[function->count].name = stem;
    }
    return mark_used(arguments, body, function->arguments, err);
}

static bool read_function(struct arguments *arguments, struct span list, struct span body,
                          struct main_function *function, struct error *err)
{
    struct span rest = body;
    struct span line;
    arguments->packed = c_text_find(list, "arg_type_ids") != NULL;
    if (!arguments->packed && !read_list(arguments, list, err))
        return false;
    while (arguments->packed && c_text_line(&rest, &line))
        if (unpacks(line) && !read_line(arguments, line, err))
            return false;
    return hand_over(arguments, body, function, err);
}

bool main_function_read(const char *text, size_t length, const char *place,
                        struct main_function *function, struct error *err)
{
    struct span rest = {text, length};
    struct span line;
    struct span list;
    while (!function->place && c_text_line(&rest, &line)) {
        if (!begins_function(line, &list))
            continue;
        struct arguments arguments = {.place = place};
        bool good = read_function(&arguments, list, body_of(rest), function, err);
        free(arguments.items);
        return good;
    }
    return true;
}

static bool claim(const struct main_function *function, size_t from, size_t count,
                  struct claim *claim, struct error *err)
{
    if (!claim_begin(claim, function->place, err))
        return false;
    for (size_t i = from; i < from + count; i++) {
        const char *name = function->arguments[i].name;
        if (!claim_add(claim, name, strlen(name), err))
            return false;
    }
    return true;
}

bool main_function_claim(const struct main_function *function, size_t inputs_count,
                         size_t outputs_count, struct claims *claims, struct error *err)
{
    return !function->place || function->count < inputs_count + outputs_count ||
           (claim(function, 0, inputs_count, &claims->inputs[CLAIM_MAIN], err) &&
            claim(function, inputs_count, outputs_count, &claims->outputs[CLAIM_MAIN], err));
}

void main_function_dispose(struct main_function *function)
{
    for (size_t i = 0; i < function->count; i++)
        free(function->arguments[i].name);
    free(function->arguments);
    free(function->place);
    *function = (struct main_function){.place = NULL};
}
