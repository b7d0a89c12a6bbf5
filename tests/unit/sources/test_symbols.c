/* Which sources a program needs, found in their text. */
#include "sources/lexer.h"
#include "sources/symbols.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct symbols *symbols;

static void setup(void)
{
    ck_assert(symbols_new(&symbols, &err));
}

static void teardown(void)
{
    symbols_free(symbols);
}

static size_t add(const char *text)
{
    size_t unit = 0;
    ck_assert(symbols_add_source(symbols, text, strlen(text), &unit, &err));
    return unit;
}

static void reach(const char *text)
{
    ck_assert(symbols_reach(symbols, add(text), &err));
}

/* The tokens of a text with a blank behind each; a directive in brackets. */
static const char *tokens_of(const char *text)
{
    static char seen[512];
    struct c_lexer lexer = c_lexer_start(text, strlen(text));
    struct c_token token;
    seen[0] = '\0';
    while (c_lexer_next(&lexer, &token)) {
        size_t used = strlen(seen);
        const char *format = token.kind == C_DIRECTIVE ? "[%.*s] " : "%.*s ";
        snprintf(seen + used, sizeof(seen) - used, format, (int)token.length, token.text);
    }
    return seen;
}

static const struct {
    const char *text;
    const char *tokens;
} TEXTS[] = {
    {"", ""},
    {"int a;", "int a ; "},
    {"a /* b */ c // d\ne", "a c e "},
    {"a /* never ends", "a "},
    {"\"str \\\" ing\" x 'c' '\\'' y", "x y "},
    {"\"never ends", ""},
    {"\"ends with its line\nx", "x "},
    {"0x1fu 1.5e3 x1 12abc", "0x1fu 1.5e3 x1 12abc "},
    {"#include <a.h>\nx", "[include <a.h>] x "},
    {"  #  if A /* # */\n", "[  if A /* # */] "},
    {"a # b", "a # b "},
    {"#define A \\\n b\nc", "[define A \\\n b] c "},
    {"#define A /* over\nlines */ b\nc", "[define A /* over\nlines */ b] c "},
    {"a\\\nb", "a b "},
    {"#", "[] "},
    {"\\", "\\ "},
    {"/", "/ "},
};

START_TEST(tokens)
{
    ck_assert_str_eq(tokens_of(TEXTS[_i].text), TEXTS[_i].tokens);
}
END_TEST

/* Each defines `wanted`. */
static const char *const DEFINITIONS[] = {
    "int wanted(void) { return 0; }",
    "static inline void other(int a) {} int wanted(int b)\n{ if (b) { } }",
    "__attribute__((noinline)) int wanted(void) {}",
    "int wanted(void) __attribute__((noinline)) {}",
    "MACRO(x) int wanted(void) {}",
    "const int wanted[3] = {1, 2, 3};",
    "int wanted[3];",
    "int wanted;",
    "int wanted = 5;",
    "int a[2] = {0}, wanted = 5;",
    "extern \"C\" { int wanted(void) {} }",
    "struct s { int a; };\nint wanted(void) {}",
    "typedef struct { int a; } s;\nint wanted(void) {}",
    "int a(void) {\n#if X\n if (x) {\n#else\n if (y) {\n#endif\n } }\nint wanted(void) {}",
    "#ifdef A\nextern \"C\" {\n#endif\nint wanted(void) {}\n#ifdef A\n}\n#endif",
    "#define wanted(a) other(a)",
    "char brace = '{';\nint wanted(void) {}",
};

START_TEST(definitions)
{
    size_t definer = add(DEFINITIONS[_i]);
    size_t other = add("int unwanted(void) { }");
    reach("int main(void) { return wanted(); }");
    ck_assert_msg(symbols_is_reached(symbols, definer), "%s", DEFINITIONS[_i]);
    ck_assert(!symbols_is_reached(symbols, other));
}
END_TEST

/* None of them defines `wanted`. */
static const char *const USES[] = {
    "int wanted(void);",
    "int a(void) { return wanted(); }",
    "int a(void) { int wanted = 1; }",
    "int a(int wanted) {}",
    "/* int wanted(void) {} */",
    "const char *a = \"int wanted(void) {}\";",
    "int a(int b[wanted]);",
};

START_TEST(uses)
{
    size_t user = add(USES[_i]);
    reach("int main(void) { return wanted(); }");
    ck_assert_msg(!symbols_is_reached(symbols, user), "%s", USES[_i]);
}
END_TEST

/* What a needed source needs is needed, too; in circles as well. */
START_TEST(transitive)
{
    size_t a = add("int a(void) { return b(); }");
    size_t b = add("int b(void) { return c() + a(); }");
    size_t c = add("int c(void) { return table[0]; }");
    size_t table = add("const int table[] = {1};");
    size_t d = add("int d(void) { return a(); }");
    reach("int main(void) { return a(); }");
    ck_assert(symbols_is_reached(symbols, a));
    ck_assert(symbols_is_reached(symbols, b));
    ck_assert(symbols_is_reached(symbols, c));
    ck_assert(symbols_is_reached(symbols, table));
    ck_assert(!symbols_is_reached(symbols, d));
}
END_TEST

/* A header counts by the piece: what one of its functions calls is not needed for the others. */
START_TEST(headers)
{
    static const char HEADER[] = "#define MACRO(x) by_macro(x)\n"
                                 "int declared(void);\n"
                                 "static inline int used(void) { return by_used(); }\n"
                                 "static inline int unused(void) { return by_unused(); }\n";
    size_t by_macro = add("int by_macro(int x) {}");
    size_t by_used = add("int by_used(void) {}");
    size_t by_unused = add("int by_unused(void) {}");
    size_t declared = add("int declared(void) {}");
    ck_assert(symbols_add_header(symbols, HEADER, strlen(HEADER), &err));
    reach("int main(void) { return used() + MACRO(1); }");
    ck_assert(symbols_is_reached(symbols, by_macro));
    ck_assert(symbols_is_reached(symbols, by_used));
    ck_assert(!symbols_is_reached(symbols, by_unused));
    ck_assert(!symbols_is_reached(symbols, declared));
}
END_TEST

/* The same names from a further text. */
START_TEST(names_of_a_second_text)
{
    static const char SECOND[] = "void f(void) { wanted(); }";
    size_t wanted = add("int wanted(void) {}");
    size_t unit = add("int main(void) {}");
    ck_assert(symbols_add_names(symbols, unit, SECOND, strlen(SECOND), &err));
    ck_assert(symbols_reach(symbols, unit, &err));
    ck_assert(symbols_is_reached(symbols, wanted));
}
END_TEST

/* Many units and names, so that every table grows. */
START_TEST(many)
{
    enum { COUNT = 3000 };
    static size_t units[COUNT];
    for (int i = 0; i < COUNT; i++) {
        char text[80];
        snprintf(text, sizeof(text), "int f%d(void) { return f%d(); }", i, i + 2);
        units[i] = add(text);
    }
    reach("int main(void) { return f0(); }");
    for (int i = 0; i < COUNT; i++)
        ck_assert_int_eq(symbols_is_reached(symbols, units[i]), i % 2 == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("symbols");
    TCase *tests = tcase_create("symbols");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, tokens, 0, sizeof(TEXTS) / sizeof(TEXTS[0]));
    tcase_add_loop_test(tests, definitions, 0, sizeof(DEFINITIONS) / sizeof(DEFINITIONS[0]));
    tcase_add_loop_test(tests, uses, 0, sizeof(USES) / sizeof(USES[0]));
    tcase_add_test(tests, transitive);
    tcase_add_test(tests, headers);
    tcase_add_test(tests, names_of_a_second_text);
    tcase_add_test(tests, many);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
