/* What a traced firmware's lines are taken for, and which of them are faults. */
#include "commands/run/trace/records.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct trace_records records;
static struct error err;

static void setup(void)
{
    records = (struct trace_records){.items = NULL};
    err = (struct error){.kind = ERROR_NONE};
}

static void teardown(void)
{
    trace_records_dispose(&records);
    trace_records_dispose(&records);
}

static void take(const char *const *lines)
{
    for (; *lines; lines++)
        ck_assert_msg(trace_records_line(&records, *lines), "%s", *lines);
}

#define TAKE(...) take((const char *const[]){__VA_ARGS__, NULL})

START_TEST(operators_of_two_inferences)
{
    size_t operators = 0;
    TAKE("trace: operator conv", "trace: tensor 2 32 1 2", "trace: 0000803f", "trace: 00000040");
    TAKE("trace: operator split", "trace: tensor 0 8 3", "trace: 01ff80", "trace: tensor 1 1",
         "trace: 01");
    ck_assert(!trace_records_line(&records, "a line of the model's own"));
    ck_assert(!trace_records_line(&records, "tracer: no"));
    TAKE("trace: operator conv", "trace: tensor 2 32 1 2", "trace: 0000000000000000");
    TAKE("trace: operator split", "trace: tensor 0 8 3", "trace: 000000", "trace: tensor 1 1",
         "trace: 00");
    ck_assert_msg(trace_records_check(&records, 2, &operators, &err), "%s", err.text);
    ck_assert_uint_eq(operators, 2);
    ck_assert_uint_eq(records.count, 4);
    const struct trace_record *conv = &records.items[0];
    ck_assert_str_eq(conv->name, "conv");
    ck_assert_uint_eq(conv->outputs_count, 1);
    ck_assert_int_eq(conv->outputs[0].ndim, 2);
    ck_assert_int_eq(conv->outputs[0].shape[1], 2);
    const float *numbers = conv->outputs[0].data;
    ck_assert(numbers[0] == 1 && numbers[1] == 2);
    const struct trace_record *split = &records.items[1];
    ck_assert_uint_eq(split->outputs_count, 2);
    ck_assert_int_eq(memcmp(split->outputs[0].data, "\x01\xff\x80", 3), 0);
    ck_assert_int_eq(split->outputs[1].code, TENSOR_BOOL);
    ck_assert_int_eq(split->outputs[1].ndim, 0);
}
END_TEST

START_TEST(an_output_without_elements)
{
    size_t operators = 0;
    TAKE("trace: operator none", "trace: tensor 2 32 0 7");
    ck_assert_msg(trace_records_check(&records, 1, &operators, &err), "%s", err.text);
    ck_assert_uint_eq(records.items[0].outputs[0].size_bytes, 0);
}
END_TEST

static const struct {
    const char *lines[6];
    const char *told;
} FAULTS[] = {
    {{"trace: 00"}, "no byte of an output"},
    {{"trace: tensor 2 32 1"}, "a tensor of no operator"},
    {{"trace: operator a", "trace: tensor 2 32 1", "trace: 000000"}, "operator a: 1 bytes"},
    {{"trace: operator a", "trace: tensor 2 32 1", "trace: 0000000000"}, "\"00\": no byte"},
    {{"trace: operator a", "trace: tensor 2 32 1", "trace: 000"}, "\"0\": no byte"},
    {{"trace: operator a", "trace: tensor 2 32 1", "trace: 00xx"}, "\"xx\": no byte"},
    {{"trace: operator a", "trace: tensor 2 32 1", "trace: operator b"}, "operator a: 4 bytes"},
    {{"trace: operator a", "trace: tensor 2 32 -1"}, "operator a: its dimension 0, -1"},
    {{"trace: operator a", "trace: tensor 2 32 9999999999 9999999999"}, "is impossible"},
    {{"trace: operator a", "trace: tensor 2 128 4"}, "128 bits"},
    {{"trace: operator a", "trace: tensor 2 288 4"}, "255 bits"}, /* 32, modulo 256 */
    {{"trace: operator a", "trace: tensor float32"}, "is no tensor's type"},
    {{"trace: operator a", "trace: operator b", "trace: operator c"}, "3 operators ran in 2"},
    {{"trace: operator a", "trace: operator b"}, "operator b ran where in the first"},
    {{"trace: operator a", "trace: tensor 0 8 1", "trace: 00", "trace: operator a"},
     "operator a ran where"},
    {{"trace: operator a", "trace: tensor 0 8 1", "trace: 00", "trace: operator a",
      "trace: tensor 1 8 1", "trace: 00"},
     "operator a ran where"},
};

START_TEST(a_fault)
{
    size_t operators = 0;
    for (size_t i = 0; i < 6 && FAULTS[_i].lines[i]; i++)
        TAKE(FAULTS[_i].lines[i]);
    ck_assert(!trace_records_check(&records, 2, &operators, &err));
    ck_assert_int_eq(err.kind, ERROR_DEVICE);
    ck_assert_msg(strstr(err.text, FAULTS[_i].told) != NULL, "%s", err.text);
}
END_TEST

START_TEST(nothing_came)
{
    size_t operators = 0;
    ck_assert(!trace_records_check(&records, 1, &operators, &err));
    ck_assert_msg(strstr(err.text, "0 operators ran in 1") != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace_records");
    TCase *tcase = tcase_create("trace_records");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, operators_of_two_inferences);
    tcase_add_test(tcase, an_output_without_elements);
    tcase_add_loop_test(tcase, a_fault, 0, sizeof(FAULTS) / sizeof(FAULTS[0]));
    tcase_add_test(tcase, nothing_came);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
