/* MLPerf Tiny, the benchmark's half of the firmware: the monitor that EEMBC's runner and TVM's
 * tests talk to over the serial line. Names are those that the benchmark uses, so that a
 * submitter's own sources compile here.
 *
 * Commands are text of up to EE_CMD_SIZE characters that end with '%'. Each is answered with lines
 * that end with "\r\n", the last of which is m-ready. At boot: m-timestamp-mode-performance,
 * m-lap-us-<time>, m-init-done, m-ready.
 *
 *   name                m-name-dut-[microTVM]
 *   profile             m-profile-[<firmware>]  m-model-[<TH_MODEL_VERSION>]
 *   timestamp           m-lap-us-<microseconds since boot, but for those that it took to say so>
 *   db load N           m-[Expecting N bytes]; the number of the inputs' elements stands for all of
 *                       their bytes
 *   db HH[HH]...        hexadecimal bytes, one after the other; m-load-done with the last one
 *   db print [N [AT]]   m-buffer-HH-HH-...: all of them, or N from AT on, eight in a line
 *   infer [N [W]]       m-warmup-start-W m-warmup-done m-infer-start-N m-lap-us-<time>
 *                       m-lap-us-<time> m-infer-done, a line each, and the results. N is 1 when
 *                       left out, W is 10
 *   results             m-results-[<number>,...] of the last inference
 *   help                this list, in short
 *
 * Anything else, and what can't be done, is answered with e-[<what is wrong>] and changes
 * nothing. */
#ifndef API_INTERNALLY_IMPLEMENTED_H
#define API_INTERNALLY_IMPLEMENTED_H

#include <stddef.h>
#include <stdint.h>

#define EE_MONITOR_VERSION "2.2.0"
#define EE_FW_VERSION "ULPMark for tinyML Firmware V0.0.1"

/* What TH_MODEL_VERSION may be. */
#define EE_MODEL_VERSION_KWS01 "kws01"
#define EE_MODEL_VERSION_VWW01 "vww01"
#define EE_MODEL_VERSION_AD01 "ad01"
#define EE_MODEL_VERSION_IC01 "ic01"

#define EE_DEVICE_NAME "dut"
#define EE_CMD_SIZE 80U
#define EE_CMD_DELIMITER " "
#define EE_CMD_TERMINATOR '%'

#ifdef __cplusplus
extern "C" {
#endif

/* Once, before the others: says that the board is there. */
void ee_benchmark_initialize(void);

/* A character of the host. One that ends a command hands it to th_command_ready. */
void ee_serial_callback(char character);

/* Obey a command, without its end; it is taken apart. */
void ee_serial_command_parser_callback(char *command);

/* e-[...]: a command failed. From th_load_tensor and th_infer it ends the inference, too. */
void ee_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What db has loaded: copies it as far as there is room (with NULL not at all), and returns how
 * many bytes that were; where it lies. */
size_t ee_get_buffer(uint8_t *buffer, size_t capacity_bytes);
uint8_t *ee_get_buffer_pointer(void);

#ifdef __cplusplus
}
#endif

#endif
