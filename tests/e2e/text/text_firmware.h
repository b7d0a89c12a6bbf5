/* A firmware that talks in text, reached through the API server; for tests. Each function aborts
 * the test when it fails. */
#ifndef MICROTVM_QEMU_TESTS_TEXT_FIRMWARE_H
#define MICROTVM_QEMU_TESTS_TEXT_FIRMWARE_H

#include "e2e/api_client.h"

#include <stdio.h>

enum { TEXT_LINE_BYTES = 4096 };

/* From an archive to an open transport; options in JSON. The caller stops the client. */
void text_firmware_open(const char *archive, const char *options_json,
                        struct api_client *ret_client);
void text_firmware_send(struct api_client *client, const char *text);
/* Lines of the firmware, without their newline, until one that begins so. */
void text_firmware_await(struct api_client *client, const char *begin, char line[TEXT_LINE_BYTES]);
/* The next character; false: the board is gone, and err says why. */
bool text_firmware_next(struct api_client *client, char *ret_character, struct error *err);

/* TVM's create_header_file for an image of digits_images.npy, in a tar archive. */
void text_firmware_add_input(FILE *tar, int image);

#endif
