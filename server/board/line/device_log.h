/* What the firmware says: a listener on the serial line that decodes frames passively. Log
 * messages of the session and bytes outside of frames become lines; everything else is data that
 * is none of its business. */
#ifndef MICROTVM_QEMU_BOARD_DEVICE_LOG_H
#define MICROTVM_QEMU_BOARD_DEVICE_LOG_H

#include "board/line/line_ring.h"

#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/crt/rpc_common/framing.h>

enum { DEVICE_LOG_MESSAGE_BYTES = 1024 }; /* of one log message; the rest is cut off */

/* Must not move once initialised. */
struct device_log {
    struct frame_sink sink;
    struct frame_decoder decoder;
    size_t message_size_bytes;
    uint8_t message[DEVICE_LOG_MESSAGE_BYTES];
    struct line_ring lines;
};

void device_log_init(struct device_log *log);
void device_log_take(struct device_log *log, const uint8_t *data, size_t size_bytes);

/* The last line that reports a fault, an abort or an exit; NULL for none. */
const char *device_log_fault(struct device_log *log);

#endif
