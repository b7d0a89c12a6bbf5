/* The th_ functions for a model with TVM's C interface, on this board. */
#include "api/internally_implemented.h"
#include "api/submitter_implemented.h"
#include "boot/board_config.h"
#include "clock/clock.h"
#include "standalone/characters.h"
#include "standalone/model.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#ifndef TARGET_MODEL
#define TARGET_MODEL 0
#endif
#ifndef OUT_QUANT_SCALE
#define OUT_QUANT_SCALE 1
#endif
#ifndef OUT_QUANT_ZERO
#define OUT_QUANT_ZERO 0
#endif

enum { TASK_VISUAL_WAKE_WORDS = 2, TASK_ANOMALY_DETECTION = 3, TASK_IMAGE_CLASSIFICATION = 4 };

_Static_assert(TARGET_MODEL >= 0 && TARGET_MODEL <= TASK_IMAGE_CLASSIFICATION, "TARGET_MODEL");

#define WEAK __attribute__((weak))
#define MICROSECONDS_PER_SECOND 1000000ULL

/* ---- the model ---- */

/* From 0..255 to -128..127. */
static void make_signed(uint8_t *bytes, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++)
        bytes[i] ^= 0x80;
}

static size_t input_size_bytes(void)
{
    size_t size_bytes = 0;
    for (size_t i = 0; i < MODEL_INPUT_COUNT; i++)
        size_bytes += MODEL_INPUT_TENSORS[i].size_bytes;
    return size_bytes;
}

WEAK void th_load_tensor(void)
{
    bool are_pictures =
        TARGET_MODEL == TASK_VISUAL_WAKE_WORDS || TARGET_MODEL == TASK_IMAGE_CLASSIFICATION;
    size_t loaded_bytes = ee_get_buffer(NULL, SIZE_MAX);
    const uint8_t *bytes = ee_get_buffer_pointer();
    if (loaded_bytes == 0 && model_is_filled())
        return;
    if (loaded_bytes != input_size_bytes()) {
        ee_error("Input db has %lu bytes, expected %lu", (unsigned long)loaded_bytes,
                 (unsigned long)input_size_bytes());
        return;
    }
    for (size_t i = 0; i < MODEL_INPUT_COUNT; i++) {
        const struct model_tensor *tensor = &MODEL_INPUT_TENSORS[i];
        memcpy(tensor->data, bytes, tensor->size_bytes);
        if (are_pictures && tensor->type == TYPE_int8)
            make_signed(tensor->data, tensor->size_bytes);
        bytes += tensor->size_bytes;
    }
}

WEAK void th_infer(void)
{
    int32_t status = model_run();
    if (status != 0)
        ee_error("Inference failed: the model returned %ld", (long)status);
}

static double mean_square_error(const struct model_tensor *input, const struct model_tensor *output)
{
    double sum = 0;
    size_t count = model_elements(output);
    for (size_t i = 0; i < count; i++) {
        double difference = model_element(output, i) - model_element(input, i);
        sum += difference * difference;
    }
    return sum / (double)count;
}

static double result(const struct model_tensor *tensor, size_t index)
{
    double value = model_element(tensor, index);
    return model_is_real(tensor) ? value : (value - (OUT_QUANT_ZERO)) * (OUT_QUANT_SCALE);
}

/* As %.3f should: picolibc rounds 0.00049 to 0.001. Also nan and inf, and what is too large to have
 * decimals. */
static void say_decimal(double value)
{
    static const double LARGE = 1e15;
    enum { STEPS = 1000 };
    if (!(fabs(value) < LARGE)) {
        th_printf("%.3f", value);
        return;
    }
    long long steps = llround(fabs(value) * STEPS);
    th_printf("%s%lld.%03d", value < 0 && steps > 0 ? "-" : "", steps / STEPS,
              (int)(steps % STEPS));
}

WEAK void th_results(void)
{
    th_printf("m-results-[");
    if (TARGET_MODEL == TASK_ANOMALY_DETECTION) {
        say_decimal(mean_square_error(MODEL_INPUT_TENSORS, MODEL_OUTPUT_TENSORS));
    } else {
        for (size_t i = 0; i < MODEL_OUTPUT_COUNT; i++) {
            for (size_t j = 0; j < model_elements(&MODEL_OUTPUT_TENSORS[i]); j++) {
                th_printf("%s", i + j > 0 ? "," : "");
                say_decimal(result(&MODEL_OUTPUT_TENSORS[i], j));
            }
        }
    }
    th_printf("]\r\n");
}

WEAK void th_pre(void)
{
}

WEAK void th_post(void)
{
}

/* ---- the board ---- */

WEAK void th_timestamp_initialize(void)
{
    clock_start();
    th_printf(EE_MSG_TIMESTAMP_MODE);
    th_timestamp();
}

/* To tell the time takes none: how long the serial line is busy with it depends on the host. */
WEAK void th_timestamp(void)
{
    static uint64_t telling;
    uint64_t now = clock_ticks();
    th_printf(EE_MSG_TIMESTAMP, (now - telling) * MICROSECONDS_PER_SECOND / BOARD_TIMER_CLOCK_HZ);
    telling += clock_ticks() - now;
}

WEAK void th_serialport_initialize(void)
{
    /* start-up has done it */
}

WEAK void th_final_initialize(void)
{
}

WEAK char th_getchar(void)
{
    return read_character();
}

WEAK void th_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
}

WEAK void th_command_ready(char *command)
{
    ee_serial_command_parser_callback(command);
}
