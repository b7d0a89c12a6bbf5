/* MLPerf Tiny, the submitter's half of the firmware: harness.c has all of it for a model with TVM's
 * C interface. Each function is weak there: a source of the option extra_files_tar may define
 * another one in its place. */
#ifndef API_SUBMITTER_IMPLEMENTED_H
#define API_SUBMITTER_IMPLEMENTED_H

#include <stdint.h>

/* %llu: an unsigned long would wrap after 71 minutes. */
#define EE_MSG_TIMESTAMP "m-lap-us-%llu\r\n"
#define EE_MSG_TIMESTAMP_MODE "m-timestamp-mode-performance\r\n"

#ifndef TH_VENDOR_NAME_STRING
#define TH_VENDOR_NAME_STRING "microTVM"
#endif

#ifdef __cplusplus
extern "C" {
#endif

void th_load_tensor(void); /* what db has loaded becomes the model's input */
void th_infer(void);       /* once */
void th_results(void);     /* says m-results-[...] */
void th_pre(void);         /* before and after the inferences that are timed */
void th_post(void);

void th_timestamp_initialize(void);
void th_timestamp(void); /* says EE_MSG_TIMESTAMP */

void th_serialport_initialize(void);
void th_final_initialize(void);
char th_getchar(void);
void th_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void th_command_ready(char *command);

#ifdef __cplusplus
}
#endif

#endif
