#include "memory/generated_read.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "memory/declaration.h"
#include "memory/function.h"
#include "memory/heap_block.h"
#include "sources/walk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const size_t SOURCE_MAX_BYTES = 1024UL * 1024 * 1024;

/* ---- one file ---- */

/* The members behind the brace, each aligned. */
static uint64_t read_members(struct scan *scan)
{
    struct declaration member = {.count = 0};
    struct c_token token;
    uint64_t sum = 0;
    while (c_lexer_next(&scan->lexer, &token)) {
        if (declaration_take(&member, &token))
            continue;
        if (*token.text == '}')
            break;
        if (*token.text == '{')
            scan_skip_braces(scan);
        if (*token.text == ';') {
            sum = memory_sum(memory_aligned(sum), declaration_bytes(&member));
            member = (struct declaration){.count = 0};
        }
    }
    return sum;
}

static bool begin_braces(struct scan *scan, struct declaration *declaration)
{
    if (declaration->has_value) {
        struct generated *generated = scan->generated;
        generated->constants_bytes =
            memory_sum(generated->constants_bytes, declaration_bytes(declaration));
        return scan_description(scan, declaration);
    }
    if (declaration->function.length) {
        struct c_token name = declaration->function;
        *declaration = (struct declaration){.count = 0};
        return scan_function(scan, &name);
    }
    if (declaration->is_struct) {
        declaration->struct_bytes = read_members(scan);
        declaration->name.length = 0; /* the variable's comes behind, if there is one */
        return true;
    }
    /* extern "C" {: what is in it is at file level, too. */
    bool is_block = !declaration->is_extern || declaration->name.length;
    *declaration = (struct declaration){.count = 0};
    if (is_block)
        scan_skip_braces(scan);
    return true;
}

static void end_declaration(struct scan *scan, struct declaration *declaration)
{
    struct generated *generated = scan->generated;
    if (!declaration->has_value)
        generated->buffers_bytes =
            memory_sum(generated->buffers_bytes, declaration_bytes(declaration));
    *declaration = (struct declaration){.count = 0};
}

static bool scan_text(struct scan *scan)
{
    struct declaration declaration = {.count = 0};
    struct c_token token;
    bool good = true;
    while (good && c_lexer_next(&scan->lexer, &token)) {
        if (token.kind == C_DIRECTIVE || declaration_take(&declaration, &token))
            continue;
        if (*token.text == '{')
            good = begin_braces(scan, &declaration);
        else if (*token.text == ';')
            end_declaration(scan, &declaration);
    }
    return good;
}

/* What all files share. */
struct reading {
    const char *module;
    struct generated *generated;
};

/* TVM names the files of a model MODULE_lib0.c, MODULE_lib1.c, ... */
static bool is_of_module(const char *module, const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    size_t length = module ? strlen(module) : 0;
    if (!module)
        return true;
    if (strncmp(name, module, length) != 0 || strncmp(name + length, "_lib", 4) != 0)
        return false;
    name += length + 4;
    return name[strspn(name, "0123456789")] == '.';
}

static bool read_source(void *context, const char *path, struct error *err)
{
    const struct reading *reading = context;
    cleanup_free char *text = NULL;
    size_t length = 0;
    if (!file_read(path, SOURCE_MAX_BYTES, &text, &length, err)) {
        if (err->kind == ERROR_USAGE)
            err->kind = ERROR_MODEL;
        return false;
    }
    struct scan scan = {
        .lexer = c_lexer_start(text, length),
        .is_of_module = is_of_module(reading->module, path),
        .generated = reading->generated,
        .err = err,
    };
    bool good = scan_text(&scan);
    free(scan.shapes);
    return good;
}

/* ---- all of them ---- */

bool generated_read(const char *dir, const char *module, struct generated *ret_generated,
                    struct error *err)
{
    struct generated generated = {.constants_bytes = 0};
    struct reading reading = {.module = module, .generated = &generated};
    struct stat status;
    cleanup_free char *folder = file_path("%s/codegen/host/src", dir);
    if (!folder)
        return error_no_memory(err, "a path", strlen(dir));
    bool good =
        stat(folder, &status) != 0 || (source_walk(folder, ".c", read_source, &reading, err) &&
                                       source_walk(folder, ".cc", read_source, &reading, err) &&
                                       source_walk(folder, ".cpp", read_source, &reading, err));
    if (!good) {
        generated_dispose(&generated);
        return false;
    }
    generated_sort_functions(&generated);
    *ret_generated = generated;
    return true;
}
