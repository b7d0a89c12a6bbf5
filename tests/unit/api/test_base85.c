#include "api/base85.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char python_alphabet[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/* Each printed by Python's base64.b85encode. */
static const struct {
    const char *bytes;
    size_t size;
    const char *text;
} GOLDEN[] = {
    {"", 0, ""},
    {"\0", 1, "00"},
    {"\0\0", 2, "000"},
    {"\xff", 1, "{{"},
    {"\xff\xff\xff", 3, "|Ns9"},
    {"\xff\xff\xff\xff", 4, "|NsC0"},
    {"hello", 5, "Xk~0{Zv"},
    {"microTVM", 8, "ZE0h2Z&X%I"},
};

static const char all_bytes_text[] =
    "009C61O)~M2nh-c3=Iws5D^j+6crX17#SKH9337XAR!_nBqb&%C@Cr{EG;fCFflSSG&MFiI5|2yJUu=?KtV!7L`6nN"
    "NJ&adOifNtP*GA-R8>}2SXo+ITwPvYU}0ioWMyV&XlZI|Y;A6DaB*^Tbai%jczJqze0_d@fPsR8goTEOh>41ejE#<u"
    "kdcy;l$Dm3n3<ZJoSmMZprN9pq@|{(sHv)}tgWuEu(7hUw6(UkxVgH!yuH4^z`?@9#Kp$P$jQpf%+1cv(9zP<)YaD4"
    "*xB0K+}+;a;Njxq<mKk)=;`X~?CtLF@bU8V^!4`l`1$(#{Qds_";

START_TEST(encodes_as_python_does)
{
    char text[32];
    ck_assert_uint_eq(base85_encoded_size(GOLDEN[_i].size), strlen(GOLDEN[_i].text));
    base85_encode(GOLDEN[_i].bytes, GOLDEN[_i].size, text);
    ck_assert_mem_eq(text, GOLDEN[_i].text, strlen(GOLDEN[_i].text));
}
END_TEST

START_TEST(decodes_as_python_does)
{
    struct error err = {0};
    char bytes[32];
    size_t size = strlen(GOLDEN[_i].text);
    ck_assert_uint_eq(base85_decoded_size(size), GOLDEN[_i].size);
    ck_assert_msg(base85_decode(GOLDEN[_i].text, size, bytes, &err), "%s", err.text);
    ck_assert_mem_eq(bytes, GOLDEN[_i].bytes, GOLDEN[_i].size);
}
END_TEST

START_TEST(every_byte_value_at_once)
{
    uint8_t bytes[256];
    char text[sizeof(all_bytes_text)] = "";
    for (int i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    base85_encode(bytes, sizeof(bytes), text);
    ck_assert_str_eq(text, all_bytes_text);
}
END_TEST

/* Exact-size heap blocks, so that a sanitizer sees a byte too many on either side. */
START_TEST(every_length_goes_there_and_back)
{
    struct error err = {0};
    size_t size = (size_t)_i;
    uint8_t *bytes = malloc(size + 1);
    char *text = malloc(base85_encoded_size(size) + 1);
    uint8_t *again = malloc(size ? size : 1);
    srand((unsigned)size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)rand();
    text[base85_encoded_size(size)] = '\x7f';
    base85_encode(bytes, size, text);
    ck_assert_int_eq(text[base85_encoded_size(size)], '\x7f');
    ck_assert_uint_eq(base85_decoded_size(base85_encoded_size(size)), size);
    ck_assert(base85_decode(text, base85_encoded_size(size), again, &err));
    ck_assert_mem_eq(again, bytes, size);
    free(bytes);
    free(text);
    free(again);
}
END_TEST

START_TEST(bytes_outside_the_alphabet_are_named)
{
    char text[] = "0000000";
    char bytes[8];
    char where[32];
    for (int value = 0; value < 256; value++) {
        struct error err = {0};
        bool known = value != 0 && strchr(python_alphabet, value);
        text[_i] = (char)value;
        /* "{" and later overflow a group when they stand at its front; those are not for here. */
        if (known && strchr(python_alphabet, value) > strchr(python_alphabet, '_'))
            continue;
        ck_assert_int_eq(base85_decode(text, 7, bytes, &err), known);
        if (known)
            continue;
        ck_assert_int_eq(err.kind, ERROR_USAGE);
        snprintf(where, sizeof(where), "0x%02x at position %d", (unsigned)value, _i);
        ck_assert_msg(strstr(err.text, where) != NULL, "\"%s\" without \"%s\"", err.text, where);
    }
}
END_TEST

/* What Python refuses as an overflow, also in short groups, which it pads with '~'. */
START_TEST(groups_over_32_bits_are_refused)
{
    static const char *const over[] = {"~~~~~", "~~~~", "~~~", "~~", "|NsC1",
                                       "|NsC",  "|Ns",  "|N",  "|O", "00000|NsC1"};
    static const char *const under[] = {"|NsC0", "{{R3", "{{R30", "|Ns9", "{{"};
    char bytes[16];
    for (size_t i = 0; i < sizeof(over) / sizeof(over[0]); i++) {
        struct error err = {0};
        ck_assert_msg(!base85_decode(over[i], strlen(over[i]), bytes, &err), "%s", over[i]);
        ck_assert_int_eq(err.kind, ERROR_USAGE);
    }
    for (size_t i = 0; i < sizeof(under) / sizeof(under[0]); i++) {
        struct error err = {0};
        ck_assert_msg(base85_decode(under[i], strlen(under[i]), bytes, &err), "%s", err.text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base85");
    TCase *cases = tcase_create("base85");
    tcase_add_loop_test(cases, encodes_as_python_does, 0, sizeof(GOLDEN) / sizeof(GOLDEN[0]));
    tcase_add_loop_test(cases, decodes_as_python_does, 0, sizeof(GOLDEN) / sizeof(GOLDEN[0]));
    tcase_add_test(cases, every_byte_value_at_once);
    tcase_add_loop_test(cases, every_length_goes_there_and_back, 0, 70);
    tcase_add_loop_test(cases, bytes_outside_the_alphabet_are_named, 0, 7);
    tcase_add_test(cases, groups_over_32_bits_are_refused);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
