/* The commands of api/internally_implemented.h, but for db. */
#include "api/internally_implemented.h"
#include "api/submitter_implemented.h"
#include "buffer.h"
#include "model_interface.h"
#include "words.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#if EE_CFG_ENERGY_MODE
#error "EE_CFG_ENERGY_MODE: QEMU does not know what energy a board takes: leave it out"
#endif

#ifndef TH_MODEL_VERSION
#if TARGET_MODEL == 1
#define TH_MODEL_VERSION EE_MODEL_VERSION_KWS01
#elif TARGET_MODEL == 2
#define TH_MODEL_VERSION EE_MODEL_VERSION_VWW01
#elif TARGET_MODEL == 3
#define TH_MODEL_VERSION EE_MODEL_VERSION_AD01
#elif TARGET_MODEL == 4
#define TH_MODEL_VERSION EE_MODEL_VERSION_IC01
#else
#define TH_MODEL_VERSION MODEL_NAME
#endif
#endif

enum { COUNT_MAX = 1000000, WARMUPS_DEFAULT = 10 };

static bool failed;   /* ee_error was called since this was last cleared */
static bool inferred; /* there are results */

void ee_error(const char *format, ...)
{
    char text[160];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    th_printf("e-[%s]\r\n", text);
    failed = true;
}

static void say_name(void)
{
    th_printf("m-name-%s-[%s]\r\n", EE_DEVICE_NAME, TH_VENDOR_NAME_STRING);
}

static void say_profile(void)
{
    th_printf("m-profile-[%s]\r\n", EE_FW_VERSION);
    th_printf("m-model-[%s]\r\n", TH_MODEL_VERSION);
}

static void say_help(void)
{
    th_printf("%s\r\n\r\n", EE_FW_VERSION);
    th_printf("help                 this list\r\n");
    th_printf("name                 of the device\r\n");
    th_printf("profile              of firmware and model\r\n");
    th_printf("timestamp            microseconds since boot\r\n");
    th_printf("db load N            N bytes are to come\r\n");
    th_printf("db HH[HH]...         some of them, in hexadecimal\r\n");
    th_printf("db print [N [AT]]    show them all, or N from AT on\r\n");
    th_printf("infer [N=1 [W=10]]   W warm-ups, then N inferences, and their results\r\n");
    th_printf("results              of the last inference\r\n");
}

static void infer_times(unsigned long count)
{
    while (count-- > 0 && !failed)
        th_infer();
}

static void infer(unsigned long count, unsigned long warmups)
{
    inferred = false;
    failed = false;
    th_load_tensor();
    if (failed)
        return;
    th_printf("m-warmup-start-%lu\r\n", warmups);
    infer_times(warmups);
    if (failed)
        return;
    th_printf("m-warmup-done\r\n");
    th_printf("m-infer-start-%lu\r\n", count);
    th_timestamp();
    th_pre();
    infer_times(count);
    th_post();
    th_timestamp();
    if (failed)
        return;
    inferred = true;
    th_printf("m-infer-done\r\n");
    th_results();
}

static void obey_infer(void)
{
    unsigned long count = 1;
    unsigned long warmups = WARMUPS_DEFAULT;
    const char *word = words_next();
    if (word && (!words_parse_count(word, COUNT_MAX, &count) || count == 0)) {
        ee_error("Inference iterations must be >0 and at most %d, not %s", COUNT_MAX, word);
        return;
    }
    word = word ? words_next() : NULL;
    if (word && !words_parse_count(word, COUNT_MAX, &warmups)) {
        ee_error("Inference warmup must be >=0 and at most %d, not %s", COUNT_MAX, word);
        return;
    }
    infer(count, warmups);
}

static void obey_results(void)
{
    if (inferred)
        th_results();
    else
        ee_error("No results: use infer first");
}

static const struct {
    const char *name;
    void (*obey)(void);
} COMMANDS[] = {
    {"name", say_name},  {"timestamp", th_timestamp}, {"profile", say_profile},  {"help", say_help},
    {"db", buffer_obey}, {"infer", obey_infer},       {"results", obey_results},
};

static void obey(const char *name)
{
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++) {
        if (strcmp(name, COMMANDS[i].name) == 0) {
            COMMANDS[i].obey();
            return;
        }
    }
    ee_error("Unknown command: %s", name);
}

static void say_ready(void)
{
    th_printf("m-ready\r\n");
}

void ee_serial_command_parser_callback(char *command)
{
    const char *name = strtok(command, EE_CMD_DELIMITER);
    obey(name ? name : "");
    say_ready();
}

/* Line ends are for people who type. Commands come back in error messages: nothing that a terminal
 * obeys must be in them. */
void ee_serial_callback(char character)
{
    static char command[EE_CMD_SIZE + 1];
    static size_t length; /* also counts what did not fit */
    if (character == '\r' || character == '\n')
        return;
    if (character != EE_CMD_TERMINATOR) {
        if (length < EE_CMD_SIZE)
            command[length] = (char)(isprint((unsigned char)character) ? character : '?');
        if (length <= EE_CMD_SIZE)
            length++;
        return;
    }
    if (length <= EE_CMD_SIZE) {
        command[length] = '\0';
        th_command_ready(command);
    } else {
        ee_error("Command longer than %u characters", EE_CMD_SIZE);
        say_ready();
    }
    length = 0;
}

void ee_benchmark_initialize(void)
{
    th_serialport_initialize();
    th_timestamp_initialize();
    th_final_initialize();
    th_printf("m-init-done\r\n");
    say_ready();
}
