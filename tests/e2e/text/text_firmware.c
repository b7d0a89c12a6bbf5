#include "e2e/text/text_firmware.h"

#include "base/cleanup.h"
#include "client/npy.h"
#include "e2e/digits.h"
#include "hostile/make_archive.h"
#include "hostile/scratch.h"

#include <check.h>
#include <string.h>

enum {
    LINE_TIMEOUT_MS = 60 * 1000,
    IMAGE_ELEMENTS = 64,
    HEADER_BYTES = IMAGE_ELEMENTS * 24 + 256,
};

static const char TEMPLATE[] = BUILD_DIR "/share/microtvm-qemu/template";

#define ASSERT_GOOD(call) ck_assert_msg((call), "%s", err.text)

void text_firmware_open(const char *archive, const char *options_json,
                        struct api_client *ret_client)
{
    struct error err;
    cleanup_free char *project = strdup(scratch_path("project"));
    ASSERT_GOOD(api_start(TEMPLATE, ret_client, &err));
    ASSERT_GOOD(api_generate(ret_client, archive, project, options_json, &err));
    ck_assert_int_eq(api_stop(ret_client), 0);
    ASSERT_GOOD(api_start(project, ret_client, &err));
    ASSERT_GOOD(api_step(ret_client, "build", &err));
    ASSERT_GOOD(api_step(ret_client, "flash", &err));
    ASSERT_GOOD(api_step(ret_client, "open_transport", &err));
}

void text_firmware_send(struct api_client *client, const char *text)
{
    struct error err;
    struct link_stream stream = api_stream(client);
    ASSERT_GOOD(
        stream.write(stream.context, text, strlen(text), deadline_in_ms(LINE_TIMEOUT_MS), &err));
}

bool text_firmware_next(struct api_client *client, char *ret_character, struct error *err)
{
    size_t got = 0;
    struct link_stream stream = api_stream(client);
    return stream.read(stream.context, ret_character, 1, 1, &got, deadline_in_ms(LINE_TIMEOUT_MS),
                       err);
}

void text_firmware_await(struct api_client *client, const char *begin, char line[TEXT_LINE_BYTES])
{
    struct error err;
    size_t length = 0;
    for (;;) {
        ck_assert_uint_lt(length, TEXT_LINE_BYTES - 1);
        ASSERT_GOOD(text_firmware_next(client, &line[length], &err));
        if (line[length++] != '\n')
            continue;
        line[length - 1] = '\0';
        if (strncmp(line, begin, strlen(begin)) == 0)
            return;
        length = 0;
    }
}

void text_firmware_add_input(FILE *tar, int image)
{
    static const char BEGIN[] = "#include <stddef.h>\n#include <stdint.h>\n"
                                "#include <dlpack/dlpack.h>\n"
                                "const size_t input_data_len = 64;\n"
                                "float input_data[] ={";
    struct error err;
    struct tensor images;
    char text[HEADER_BYTES];
    size_t used = (size_t)snprintf(text, sizeof(text), "%s", BEGIN);
    ASSERT_GOOD(npy_load(DIGITS_IMAGES, &images, &err));
    for (int i = 0; i < IMAGE_ELEMENTS; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%.9g, ",
                                 (double)((const float *)images.data)[IMAGE_ELEMENTS * image + i]);
    snprintf(text + used, sizeof(text) - used, "};\n\n");
    tensor_dispose(&images);
    tar_text(tar, "include/tvm/input_data.h", text);
}
