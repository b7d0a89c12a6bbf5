#include "board/line/device_log.h"

#include <string.h>
#include <tvm/runtime/crt/rpc_common/session.h>

enum { TYPE_OFFSET = 2 }; /* in a message's header, after the session id */

static bool begin_message(void *context, uint32_t payload_size_bytes)
{
    struct device_log *log = context;
    (void)payload_size_bytes;
    log->message_size_bytes = 0;
    return true; /* any size: only its beginning is kept */
}

static void take_payload(void *context, const uint8_t *data, size_t size_bytes)
{
    struct device_log *log = context;
    size_t room = sizeof(log->message) - log->message_size_bytes;
    size_t taken = size_bytes < room ? size_bytes : room;
    if (taken > 0)
        memcpy(log->message + log->message_size_bytes, data, taken);
    log->message_size_bytes += taken;
}

static void end_message(void *context, bool crc_ok)
{
    struct device_log *log = context;
    if (!crc_ok || log->message_size_bytes < SESSION_HEADER_SIZE ||
        log->message[TYPE_OFFSET] != SESSION_LOG)
        return;
    line_ring_end_line(&log->lines);
    line_ring_add(&log->lines, (const char *)log->message + SESSION_HEADER_SIZE,
                  log->message_size_bytes - SESSION_HEADER_SIZE);
    line_ring_end_line(&log->lines);
}

static void take_text(void *context, const uint8_t *data, size_t size_bytes)
{
    struct device_log *log = context;
    line_ring_add(&log->lines, (const char *)data, size_bytes);
}

void device_log_init(struct device_log *log)
{
    memset(log, 0, sizeof(*log));
    log->sink = (struct frame_sink){.context = log,
                                    .begin = begin_message,
                                    .payload = take_payload,
                                    .done = end_message,
                                    .text = take_text};
    frame_decoder_init(&log->decoder, &log->sink);
}

void device_log_take(struct device_log *log, const uint8_t *data, size_t size_bytes)
{
    frame_decoder_write(&log->decoder, data, size_bytes);
}

static bool starts_with(const char *line, const char *beginning)
{
    return strncmp(line, beginning, strlen(beginning)) == 0;
}

const char *device_log_fault(struct device_log *log)
{
    for (size_t i = log->lines.count; i > 0; i--) {
        const char *line = line_ring_line(&log->lines, i - 1);
        if (starts_with(line, "fault: ") || starts_with(line, "abort: ") ||
            starts_with(line, "exit: "))
            return line;
    }
    return NULL;
}
