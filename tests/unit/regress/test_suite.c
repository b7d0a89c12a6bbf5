/* A suite's document: what cases it makes, and every mistake in it with its place. */
#include "base/cleanup.h"
#include "hostile/scratch.h"
#include "regress/suite/load.h"
#include "regress/suite/place.h"

#include <check.h>
#include <string.h>

static char m3[] = "m3";
static char riscv[] = "riscv";
static char *boards[] = {m3, riscv, NULL};
static struct suite suite;
static struct mistakes mistakes;
static char *document;
static struct error err;

static bool check_option(const char *text, struct error *error)
{
    return strncmp(text, "icount=", 7) == 0 || strcmp(text, "project_type=known") == 0 ||
           error_set(error, ERROR_USAGE, 0, "%s: no such option", text);
}

static bool check_case(const struct suite_case *item, struct error *error)
{
    return item->timeout_s < 99 || error_set(error, ERROR_USAGE, 0, "they don't go together");
}

static const struct suite_checks CHECKS = {
    .boards = boards, .option = check_option, .run = check_case};

static void make(void)
{
    scratch_make();
    scratch_write("models/a.tar", "");
    scratch_write("models/b.tar", "");
    scratch_write("a_in.npy", "");
    scratch_write("b_in.npy", "");
    scratch_write("my.json", "{}");
}

static void unmake(void)
{
    suite_dispose(&suite);
    mistakes_dispose(&mistakes);
    free(document);
    document = NULL;
    scratch_remove();
}

/* What is behind format and version. */
static bool load(const char *rest)
{
    cleanup_free char *text = NULL;
    ck_assert_int_gt(
        asprintf(&text, "{\"format\": \"microtvm-qemu suite\",\n\"version\": 1,\n%s}", rest), 0);
    scratch_write("suite.json", text);
    static char path[256];
    snprintf(path, sizeof(path), "%s", scratch_path("suite.json"));
    return suite_load(path, &CHECKS, &suite, &mistakes, &document, &err);
}

/* Is there a mistake so, at that place? line: what mistakes_print says. */
static void assert_mistake(const char *line)
{
    cleanup_free char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    ck_assert_ptr_nonnull(out);
    mistakes_print(&mistakes, "S", document, out);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_msg(strstr(printed, line) != NULL, "no \"%s\" in:\n%s", line, printed);
}

START_TEST(patterns_times_boards)
{
    ck_assert_msg(load("\"defaults\": {\"boards\": [\"m3\", \"riscv\"]}, \"cases\": ["
                       "{\"model\": \"models/*.tar\", \"inputs\": {\"x=1\": \"{model}_in.npy\"}}]"),
                  "%s", err.text);
    ck_assert_uint_eq(suite.count, 4);
    ck_assert_str_eq(suite.cases[0].name, "a@m3");
    ck_assert_str_eq(suite.cases[1].name, "a@riscv");
    ck_assert_str_eq(suite.cases[3].name, "b@riscv");
    ck_assert_str_eq(suite.cases[3].model, scratch_path("models/b.tar"));
    ck_assert_str_eq(suite.cases[3].inputs.items[0].name, "x=1");
    ck_assert_str_eq(suite.cases[3].inputs.items[0].path, scratch_path("b_in.npy"));
    ck_assert_str_eq(suite.baseline, scratch_path("suite.baseline.json"));
    ck_assert(suite.cases[0].deadline_s == SUITE_DEADLINE_S);
}
END_TEST

/* A definition of one's own is called as its file is, without folder and ending. */
START_TEST(boards_of_files)
{
    static const char BOARDS[] =
        "\"defaults\": {\"boards\": [\"././/mine.json\", \"own/other.json\", "
        "\"own/x\"]}, \"cases\": [{\"model\": \"./models/a.tar\", \"inputs\": "
        "\"{board}.npy\"}]";
    static const char *const NAMES[] = {"a@mine", "a@other", "a@x"};
    static const char *const FILES[] = {"mine.json", "own/other.json", "own/x"};
    static const char *const INPUTS[] = {"mine.npy", "other.npy", "x.npy"};
    for (size_t i = 0; i < 3; i++) {
        scratch_write(FILES[i], "{}");
        scratch_write(INPUTS[i], "");
    }
    ck_assert_msg(load(BOARDS), "%s", err.text);
    ck_assert_uint_eq(suite.count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(suite.cases[i].name, NAMES[i]);
        ck_assert_str_eq(suite.cases[i].board, scratch_path("%s", FILES[i]));
        ck_assert_str_eq(suite.cases[i].inputs.items[0].path, scratch_path("%s", INPUTS[i]));
    }
}
END_TEST

START_TEST(a_case_goes_before_the_defaults)
{
    ck_assert_msg(load("\"baseline\": \"base.json\", \"defaults\": {\"boards\": [\"m3\"], "
                       "\"tolerance\": \"exact\", \"deadline_s\": 5, "
                       "\"options\": {\"icount\": 4}, \"limits\": {\"rom_bytes\": 10, "
                       "\"growth_percent\": 3}}, \"cases\": [{\"model\": \"models/a.tar\", "
                       "\"tolerance\": {\"cosine\": 0.9}, \"options\": {\"icount\": \"7\"}, "
                       "\"limits\": {\"growth_percent\": {\"ram_bytes\": 1}}},"
                       "{\"model\": \"models/b.tar\", \"boards\": [\"my.json\"]}]"),
                  "%s", err.text);
    const struct suite_case *a = &suite.cases[0];
    const struct suite_case *b = &suite.cases[1];
    ck_assert_int_eq(a->tolerance.rule, RULE_COSINE);
    ck_assert(a->tolerance.least == 0.9);
    ck_assert_str_eq(a->options[0], "icount=7");
    ck_assert_ptr_null(a->options[1]);
    ck_assert(a->limits.most[MEASURE_ROM] == 10);
    ck_assert(a->limits.growth_percent[MEASURE_RAM] == 1);
    ck_assert(a->limits.growth_percent[MEASURE_ROM] == 3);
    ck_assert_int_eq(b->tolerance.rule, RULE_EXACT);
    ck_assert_str_eq(b->options[0], "icount=4");
    ck_assert_str_eq(b->board, scratch_path("my.json"));
    ck_assert_str_eq(b->name, "b@my");
    ck_assert_str_eq(suite.baseline, scratch_path("base.json"));
}
END_TEST

START_TEST(all_mistakes_with_their_places)
{
    ck_assert(!load("\"defaults\": {\"boards\": [\"m4\"],\n\"limits\": {\"rom_bytes\": 1.5}},\n"
                    "\"cases\": [\n{\"model\": \"models/a.tar\",\n\"boards\": [\"m3\"],\n"
                    "\"inputs\": [\"a_in.npy\", \"c.npy\"],\n\"accuracy\": 0.5,\n"
                    "\"tolerance\": {\"rtol\": -1, \"cosine\": 1}},\n"
                    "{\"model\": \"none*.tar\", \"lables\": 1},\n"
                    "{\"model\": \"models/b.tar\", \"options\": {\"nothing\": 1}}, 7,\n"
                    "{\"model\": \"gone.tar\", \"accuracy\": 2}]"));
    assert_mistake("S:3: /defaults/boards/0: \"m4\": no such board");
    assert_mistake("S:4: /defaults/limits/rom_bytes: give a whole number");
    assert_mistake("S:8: /cases/0/inputs/1: ");
    assert_mistake("S:9: /cases/0/accuracy: there are no labels");
    assert_mistake("S:10: /cases/0/tolerance: give rtol and atol");
    assert_mistake("S:10: /cases/0/tolerance/rtol: give a number of at least 0");
    assert_mistake("/none*.tar: there is no such file");
    assert_mistake("S:11: /cases/1/model: ");
    assert_mistake("S:11: /cases/1/lables: \"lables\": no such key (have: name, model, ");
    assert_mistake("S:12: /cases/2/options/nothing: ");
    assert_mistake("S:12: /cases/3: give an object");
    assert_mistake("/gone.tar: there is no such file");
    assert_mistake("S:13: /cases/4/accuracy: give a number from 0 to 1");
    ck_assert_uint_eq(mistakes.count, 12);
    ck_assert_int_eq(err.kind, ERROR_USAGE);
}
END_TEST

START_TEST(what_each_value_may_be)
{
    static const struct {
        const char *field;
        const char *mistake;
    } FIELDS[] = {
        {"\"boards\": []", "/boards: give a list of boards"},
        {"\"boards\": \"m3\"", "/boards: give a list of boards"},
        {"\"name\": 3", "/name: give a text"},
        {"\"name\": \"{x}\"", "/name: \"{x}\": a '{' begins {model} or {board}"},
        {"\"inputs\": 3", "/inputs: give a text"},
        {"\"inputs\": {\"x\": null}", "/inputs/x: no file is named"},
        {"\"expected\": \"none.npy\"", "/expected: "},
        {"\"labels\": \"none.npy\"", "/labels: "},
        {"\"crt_dir\": \"none\"", "/crt_dir: "},
        {"\"tolerance\": \"exactly\"", "/tolerance: \"exactly\""},
        {"\"tolerance\": 1", "/tolerance: give an object"},
        {"\"tolerance\": {}", "/tolerance: give rtol"},
        {"\"tolerance\": {\"top_1_agreement\": 1.5}", "/tolerance/top_1_agreement: give a number"},
        {"\"options\": {\"icount\": []}", "/options/icount: give a text"},
        {"\"options\": {\"x\": 1}", "/options/x: x=1: no such option"},
        {"\"options\": []", "/options: give an object"},
        {"\"deadline_s\": 0", "/deadline_s: give 0.001"},
        {"\"timeout_s\": \"1\"", "/timeout_s: give 0.001"},
        {"\"limits\": 1", "/limits: give an object"},
        {"\"limits\": {\"instructions\": -1}", "/limits/instructions: give a number"},
        {"\"limits\": {\"flash\": 1}", "/limits/flash: \"flash\": no such key"},
        {"\"limits\": {\"growth_percent\": {\"x\": 1}}", "/growth_percent/x: \"x\": no such key"},
        {"\"limits\": {\"growth_percent\": -1}", "/limits/growth_percent: give a number"},
        {"\"tolerance\": {\"rtol\": 1e999}", "/tolerance/rtol: give a number"},
        {"\"limits\": {\"growth_percent\": {\"ram_bytes\": 1e400}}",
         "/growth_percent/ram_bytes: give a number"},
        {"\"limits\": {\"growth_percent\": -1e999}", "/limits/growth_percent: give a number"},
        {"\"project_type\": \"other\"", "/project_type: project_type=other: no such option"},
        {"\"inputs\": \"models\"", "/inputs: "},
        {"\"expected\": [\"models/\"]", "/expected/0: "},
        {"\"labels\": \"/dev/null\"", "/labels: /dev/null: not a regular file"},
        {"\"crt_dir\": \"a_in.npy\"", "/crt_dir: "},
        {"\"inputs\": {\"\": \"a_in.npy\"}", "/inputs/: no tensor's name is empty"},
        {"\"inputs\": {\"x\": \"a_in.npy\", \"x\": \"b_in.npy\"}", "/inputs/x: it is there twice"},
        {"\"options\": {\"icount\": 1, \"icount\": 2}", "/options/icount: it is there twice"},
        {"\"expected\": \"{modle}_in.npy\"", "a '{' begins {model} or {board}"},
        {"\"timeout_s\": 99", "/cases/0: they don't go together"},
        {"\"labels\": \"a_in.npy\", \"labels\": \"a_in.npy\"", "/labels: it is there twice"},
    };
    char text[512];
    bool names_boards = strncmp(FIELDS[_i].field, "\"boards\"", 8) == 0;
    snprintf(text, sizeof(text), "\"cases\": [{\"model\": \"models/a.tar\", %s%s}]",
             names_boards ? "" : "\"boards\": [\"m3\"], ", FIELDS[_i].field);
    ck_assert_msg(!load(text), "%s was taken", FIELDS[_i].field);
    assert_mistake(FIELDS[_i].mistake);
    ck_assert_uint_eq(mistakes.count, 1);
}
END_TEST

START_TEST(a_name_is_there_once)
{
    ck_assert(!load("\"cases\": [{\"name\": \"x\", \"model\": \"models/*.tar\", "
                    "\"boards\": [\"m3\"]}]"));
    assert_mistake("/cases/0: a second case \"x@m3\"");
}
END_TEST

START_TEST(no_json_at_all)
{
    static const struct {
        const char *text;
        size_t size_bytes; /* 0: the string's */
        const char *mistake;
    } TEXTS[] = {
        {"{\n\"a\": [1,\n2,,\n]}", 0, "S:3: this is not JSON, from here: \",\\x0a]}\""},
        {"{\n\"a\": [1", 0, "S:2: this is not JSON: it ends too early"},
        {"", 0, "S:1: this is not JSON: it ends too early"},
        {"{\n\"caf\xe9\": 1}", 0, "S:2: what begins here is not UTF-8"},
        {"\xff\xfe{\0}\0", 6, "S:1: what begins here is not UTF-8"},
        {"{\n}\0{}", 6, "S:2: a NUL is no part of JSON"},
        {"{\n\n\"a\\u0000b\": 1}", 0, "S:3: \\u0000 can't be in a text"},
        {"{\"a\\\\u0000b\": 1}", 0, "no such key"}, /* a backslash and u0000 */
        {"{\"a\": NaN}", 0, "S:1: this is not JSON, from here: \"NaN}\""},
    };
    size_t size_bytes = TEXTS[_i].size_bytes;
    FILE *file = fopen(scratch_path("suite.json"), "w");
    ck_assert_ptr_nonnull(file);
    fwrite(TEXTS[_i].text, 1, size_bytes ? size_bytes : strlen(TEXTS[_i].text), file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert(!suite_load(scratch_path("suite.json"), &CHECKS, &suite, &mistakes, &document, &err));
    assert_mistake(TEXTS[_i].mistake);
}
END_TEST

START_TEST(nested_too_deep)
{
    char text[3000];
    memset(text, '[', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    scratch_write("suite.json", text);
    ck_assert(!suite_load(scratch_path("suite.json"), &CHECKS, &suite, &mistakes, &document, &err));
    assert_mistake("S:1: more than 1000 objects and lists");
}
END_TEST

START_TEST(a_mark_of_utf_8_is_no_mistake)
{
    scratch_write("suite.json",
                  "\xef\xbb\xbf{\"format\": \"microtvm-qemu suite\", \"version\": 1, \"cases\": "
                  "[{\"model\": \"models/a.tar\", \"boards\": [\"m3\"]}]}");
    static char path[256];
    snprintf(path, sizeof(path), "%s", scratch_path("suite.json"));
    ck_assert_msg(suite_load(path, &CHECKS, &suite, &mistakes, &document, &err), "%s", err.text);
    ck_assert_str_eq(suite.cases[0].name, "a@m3");
}
END_TEST

START_TEST(shards_hold_each_case_once)
{
    static const char CASES[] = "\"cases\": [{\"model\": \"models/*.tar\", \"boards\": "
                                "[\"m3\", \"riscv\", \"my.json\"]}]";
    static const char *const PATTERN[] = {"@*"};
    static const char *const BOTH[] = {"a@m*", "riscv"};
    size_t seen = 0;
    for (unsigned shard = 1; shard <= 4; shard++) {
        ck_assert_msg(load(CASES), "%s", err.text);
        suite_select(&suite, NULL, 0, shard, 4);
        ck_assert_uint_eq(suite.count, shard <= 2 ? 2 : 1);
        seen += suite.count;
        suite_dispose(&suite);
        free(document);
    }
    ck_assert_uint_eq(seen, 6);
    ck_assert_msg(load(CASES), "%s", err.text);
    suite_select(&suite, BOTH, 2, 0, 0);
    ck_assert_uint_eq(suite.count, 4); /* a@m3, a@my.json, both on riscv */
    suite_select(&suite, PATTERN, 1, 0, 0);
    ck_assert_uint_eq(suite.count, 0);
}
END_TEST

START_TEST(lines_of_pointers)
{
    static const char TEXT[] = "{ \"a\": [ 1,\n \"x,]\\\"\",\n {\"b/c\":\n true, \"d~\": {} } ],\n"
                               "\"e\": \"\"}";
    ck_assert_uint_eq(place_line(TEXT, ""), 1);
    ck_assert_uint_eq(place_line(TEXT, "/a/1"), 2);
    ck_assert_uint_eq(place_line(TEXT, "/a/2"), 3);
    ck_assert_uint_eq(place_line(TEXT, "/a/2/b~1c"), 3);
    ck_assert_uint_eq(place_line(TEXT, "/a/2/d~0"), 4);
    ck_assert_uint_eq(place_line(TEXT, "/a/2/d~0/missing"), 4);
    ck_assert_uint_eq(place_line(TEXT, "/e"), 5);
    ck_assert_uint_eq(place_line(TEXT, "/missing"), 1);
}
END_TEST

int main(void)
{
    Suite *all = suite_create("suite");
    TCase *tests = tcase_create("suite");
    tcase_add_checked_fixture(tests, make, unmake);
    tcase_add_test(tests, patterns_times_boards);
    tcase_add_test(tests, boards_of_files);
    tcase_add_test(tests, a_case_goes_before_the_defaults);
    tcase_add_test(tests, all_mistakes_with_their_places);
    tcase_add_loop_test(tests, what_each_value_may_be, 0, 37);
    tcase_add_test(tests, a_name_is_there_once);
    tcase_add_loop_test(tests, no_json_at_all, 0, 9);
    tcase_add_test(tests, nested_too_deep);
    tcase_add_test(tests, a_mark_of_utf_8_is_no_mistake);
    tcase_add_test(tests, shards_hold_each_case_once);
    tcase_add_test(tests, lines_of_pointers);
    suite_add_tcase(all, tests);
    SRunner *runner = srunner_create(all);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
