#include "memory/declaration.h"

#include "memory/heap_block.h"
#include "model/tensor.h"

#include <stdlib.h>
#include <string.h>

static bool is_word_of(const struct c_token *token, const char *const *words)
{
    while (*words && !c_token_is(token, *words))
        words++;
    return *words != NULL;
}

static void take_word(struct declaration *declaration, const struct c_token *token)
{
    static const char *const qualifiers[] = {"static", "const", "volatile", "TVM_DLL", NULL};
    static const char *const externs[] = {"extern", "typedef", NULL};
    if (is_word_of(token, externs))
        declaration->is_extern = true;
    else if (c_token_is(token, "struct"))
        declaration->is_struct = true;
    else if (c_token_is(token, "__attribute__"))
        declaration->is_attribute = true;
    else if (!is_word_of(token, qualifiers)) {
        declaration->type = declaration->name;
        declaration->name = *token;
    }
}

static void take_parenthesis(struct declaration *declaration, bool opens)
{
    if (opens && declaration->parentheses == 0 && !declaration->is_attribute)
        declaration->function = declaration->name;
    declaration->parentheses += opens ? 1 : -1;
    if (declaration->parentheses == 0)
        declaration->is_attribute = false;
}

bool declaration_take(struct declaration *declaration, const struct c_token *token)
{
    char mark = scan_mark(token);
    if (mark == ';' || mark == '{' || mark == '}')
        return false;
    if (mark == '(' || (mark == ')' && declaration->parentheses > 0))
        take_parenthesis(declaration, mark == '(');
    else if (declaration->parentheses > 0)
        return true;
    else if (token->kind == C_NAME)
        take_word(declaration, token);
    else if (token->kind == C_NUMBER && declaration->is_array && !declaration->has_value)
        declaration->count = scan_number(token);
    else if (mark == '[')
        declaration->is_array = true;
    else if (mark == '=')
        declaration->has_value = true;
    return true;
}

/* 0: not a number's type. */
static uint64_t type_bytes(const struct c_token *type)
{
    static const struct {
        const char *name;
        uint64_t size_bytes;
    } types[] = {
        {"float", 4},    {"double", 8},  {"int8_t", 1},   {"uint8_t", 1}, {"int16_t", 2},
        {"uint16_t", 2}, {"int32_t", 4}, {"uint32_t", 4}, {"int64_t", 8}, {"uint64_t", 8},
        {"bool", 1},     {"int", 4},     {"char", 1},     {"half", 2},    {"uint1_t", 1},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (c_token_is(type, types[i].name))
            return types[i].size_bytes;
    return 0;
}

uint64_t declaration_bytes(const struct declaration *declaration)
{
    if (declaration->is_extern || declaration->function.length)
        return 0;
    if (declaration->is_struct)
        return declaration->name.length ? declaration->struct_bytes : 0;
    return declaration->is_array
               ? memory_product(declaration->count, type_bytes(&declaration->type))
               : 0;
}

/* ---- AOT's description of its tensors ---- */

static bool starts_with(const struct c_token *token, const char *start)
{
    return token->length >= strlen(start) && memcmp(token->text, start, strlen(start)) == 0;
}

static bool ends_with(const struct c_token *token, const char *end)
{
    size_t length = strlen(end);
    return token->length >= length &&
           memcmp(token->text + token->length - length, end, length) == 0;
}

/* { 1L, 16L }; */
static bool read_shape(struct scan *scan, const struct c_token *name)
{
    enum { SHAPES_MAX = 3 * TENSORS_MAX };
    struct scan_shape shape = {.name = *name, .elements = 1};
    struct c_token token;
    while (c_lexer_next(&scan->lexer, &token) && *token.text != '}') {
        if (token.kind != C_NUMBER)
            continue;
        shape.elements = memory_product(shape.elements, scan_number(&token));
        shape.ndim++;
    }
    if (scan->shapes_count == SHAPES_MAX)
        return true;
    struct scan_shape *shapes =
        realloc(scan->shapes, (scan->shapes_count + 1) * sizeof(*scan->shapes));
    if (!shapes)
        return error_no_memory(scan->err, "shapes", sizeof(shape));
    scan->shapes = shapes;
    shapes[scan->shapes_count++] = shape;
    return true;
}

static const struct scan_shape *find_shape(const struct scan *scan, const struct c_token *name)
{
    for (size_t i = 0; i < scan->shapes_count; i++)
        if (scan->shapes[i].name.length == name->length &&
            memcmp(scan->shapes[i].name.text, name->text, name->length) == 0)
            return &scan->shapes[i];
    return NULL;
}

static bool add_tensor(struct scan *scan, struct generated_tensors *tensors,
                       const struct scan_shape *shape, uint64_t element_bits)
{
    struct generated_tensor *items =
        realloc(tensors->items, (tensors->count + 1) * sizeof(*tensors->items));
    if (!items)
        return error_no_memory(scan->err, "tensors", sizeof(*items));
    tensors->items = items;
    items[tensors->count++] = (struct generated_tensor){
        .size_bytes = memory_product(shape->elements, (element_bits + 7) / 8),
        .ndim = shape->ndim,
    };
    return true;
}

/* Records { "NAME", SHAPE, NDIM, {CODE, BITS, LANES} }. The name is no token. */
static bool read_tensors(struct scan *scan, struct generated_tensors *tensors)
{
    enum { BITS = 2 };
    const struct scan_shape *shape = NULL;
    struct c_token token;
    int numbers = 0;
    bool good = true;
    for (int depth = 1; good && depth > 0 && c_lexer_next(&scan->lexer, &token);) {
        char mark = scan_mark(&token);
        depth += mark == '{' ? 1 : 0;
        depth -= mark == '}' ? 1 : 0;
        if (token.kind == C_NAME) {
            shape = find_shape(scan, &token);
            numbers = 0;
        } else if (token.kind == C_NUMBER && ++numbers == BITS + 1 && shape) {
            good = add_tensor(scan, tensors, shape, scan_number(&token));
        }
    }
    return good;
}

/* Records { "NAME", OFFSET, SIZE, "DATA" }. */
static void read_constants(struct scan *scan)
{
    struct generated *generated = scan->generated;
    struct c_token token;
    int numbers = 0;
    for (int depth = 1; depth > 0 && c_lexer_next(&scan->lexer, &token);) {
        char mark = scan_mark(&token);
        depth += mark == '{' ? 1 : 0;
        depth -= mark == '}' ? 1 : 0;
        if (mark == '{')
            numbers = 0;
        else if (token.kind == C_NUMBER && ++numbers == 2)
            generated->description_bytes =
                memory_sum(generated->description_bytes, scan_number(&token));
    }
}

/* (TVMBackendPackedCFunc)NAME, ... The table has the names as text, too. */
static void read_table(struct scan *scan)
{
    struct generated *generated = scan->generated;
    struct c_token token;
    while (c_lexer_next(&scan->lexer, &token) && *token.text != '}') {
        if (token.kind != C_NAME || c_token_is(&token, "TVMBackendPackedCFunc"))
            continue;
        generated->table_count++;
        generated->table_names_bytes += token.length + 1;
    }
}

bool scan_description(struct scan *scan, const struct declaration *declaration)
{
    struct generated *generated = scan->generated;
    const struct c_token *name = &declaration->name;
    if (starts_with(name, "kTvmgenMetadata_") && ends_with(name, "_shape"))
        return read_shape(scan, name);
    if (c_token_is(name, "_tvm_func_array"))
        read_table(scan);
    else if (c_token_is(name, "kTvmgenMetadata_constant_pools"))
        read_constants(scan);
    else if (scan->is_of_module && c_token_is(name, "kTvmgenMetadata_inputs"))
        return read_tensors(scan, &generated->inputs);
    else if (scan->is_of_module && c_token_is(name, "kTvmgenMetadata_outputs"))
        return read_tensors(scan, &generated->outputs);
    else if (scan->is_of_module && c_token_is(name, "kTvmgenMetadata_workspace_pools"))
        return read_tensors(scan, &generated->pools);
    else
        scan_skip_braces(scan);
    return true;
}
