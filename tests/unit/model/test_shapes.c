/* Shapes out of a model's Relay text. */
#include "hostile/scratch.h"
#include "model/order/relay.h"
#include "model/shapes.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static struct model_tensor inputs[2];
static struct model_tensor outputs[2];
static struct model model = {
    .name = "m", .inputs = inputs, .inputs_count = 2, .outputs = outputs, .outputs_count = 2};

static void setup(void)
{
    scratch_make();
    inputs[0] = (struct model_tensor){.name = "x:0", .dtype = "float32", .size_bytes = 256};
    inputs[1] = (struct model_tensor){.name = "a b", .dtype = "int8", .size_bytes = 6};
    outputs[0] = (struct model_tensor){.name = "output0", .dtype = "float32", .size_bytes = 4};
    outputs[1] = (struct model_tensor){.name = "output1", .dtype = "bool", .size_bytes = 3};
}

/* "(1, 64) (2, 3) () ?": in order, '?' where there is none. */
static const char *shapes(void)
{
    static char text[256];
    size_t length = 0;
    for (int i = 0; i < 4; i++) {
        const struct model_tensor *tensor = i < 2 ? &inputs[i] : &outputs[i - 2];
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s",
                                   tensor->has_shape ? "(" : "?");
        for (int j = 0; j < tensor->ndim; j++)
            length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%lld",
                                       j > 0 ? "," : "", (long long)tensor->shape[j]);
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
                                   tensor->has_shape ? ")" : "", i < 3 ? " " : "");
    }
    return text;
}

#define X "%x:0: Tensor[(1, 64), float32]"
#define A "%a b: Tensor[(2, 3), int8]"

static const struct {
    const char *text;
    const char *shapes;
} TEXTS[] = {
    {"def @main(" X ", " A ") -> (float32, Tensor[(3), bool]) {\n}\n", "(1,64) (2,3) () (3)"},
    {"#[version = \"0.0.5\"]\ndef @main(" A ", " X ") {\n  %0 = f(%x:0) -> int8\n}\n",
     "(1,64) (2,3) ? ?"},
    {"def @main(" X " /* ty=fn (" A ") -> int8 span=s */, " A " /* s */, "
     "output_tensor_names=[\"y\"]) -> (Tensor[(1, 1, 1), float32], Tensor[(1, 3), bool]) {\n",
     "(1,64) (2,3) (1,1,1) (1,3)"},
    {"def @main(" X ") -> (Tensor[(1), float32], (Tensor[(3), bool],)) {\n", "(1,64) ? (1) (3)"},
    /* Other types and sizes than metadata.json's. */
    {"def @main(%x:0: Tensor[(1, 63), float32], %a b: Tensor[(2, 3), uint8]) -> (int32, bool) {\n",
     "? ? ? ?"},
    {"def @main(%x:0: Tensor[(?, 64), float32], " A ") -> (Tensor[(2), float32],) {\n",
     "? (2,3) ? ?"},
    {"def @main(%x:0: Tensor[(1, 1, 1, 1, 1, 1, 1, 1, 64), float32], " A ") {\n", "? (2,3) ? ?"},
    {"def @main(%x:0: Tensor[(9223372036854775807, 9223372036854775807), float32]) {\n", "? ? ? ?"},
    {"def @main(" X ", " A ") -> (", "(1,64) (2,3) ? ?"},
    {"def @main(%x:0: Tensor[\n", "? ? ? ?"},
    {"", "? ? ? ?"},
};

static void read_text(void)
{
    char *signature = NULL;
    char *place = NULL;
    ck_assert_msg(relay_signature_load(scratch_path("."), "m", &signature, &place, &err), "%s",
                  err.text);
    model_shapes_read(signature, &model);
    free(signature);
    free(place);
}

START_TEST(reads)
{
    scratch_write(_i % 2 ? "src/m.relay" : "src/relay.txt", TEXTS[_i].text);
    read_text();
    ck_assert_str_eq(shapes(), TEXTS[_i].shapes);
}
END_TEST

START_TEST(no_text)
{
    read_text();
    ck_assert_str_eq(shapes(), "? ? ? ?");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("shapes");
    tcase_add_checked_fixture(tests, setup, scratch_remove);
    tcase_add_loop_test(tests, reads, 0, sizeof(TEXTS) / sizeof(TEXTS[0]));
    tcase_add_test(tests, no_text);
    Suite *suite = suite_create("shapes");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
