#include "unit/client/fake_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool put_to_host(void *context, const uint8_t *data, size_t size_bytes)
{
    struct fake_device *device = context;
    if (sizeof(device->to_host) - device->to_host_size < size_bytes)
        abort();
    memcpy(device->to_host + device->to_host_size, data, size_bytes);
    size_t corrupt = device->corrupt_line_at;
    if (corrupt >= device->to_host_size && corrupt - device->to_host_size < size_bytes)
        device->to_host[corrupt] ^= (uint8_t)(1U << (corrupt % 8));
    device->to_host_size += size_bytes;
    return true;
}

static void take_message(void *context, enum session_message type, uint8_t *body,
                         size_t body_size_bytes)
{
    if (type == SESSION_NORMAL)
        fake_device_serve(context, body, body_size_bytes);
}

static bool stream_write(void *context, const void *data, size_t size_bytes,
                         struct deadline deadline, struct error *err)
{
    struct fake_device *device = context;
    (void)deadline;
    (void)err;
    if (device->fault == FAKE_NOISE_AT_BOOT && device->to_host_size == 0)
        put_to_host(device, (const uint8_t *)"booting\n\xff\xfd\x09\x00\x00\x00hal", 17);
    if (device->fault != FAKE_SILENT)
        session_receive(&device->session, data, size_bytes);
    return true;
}

static bool stream_read(void *context, void *data, size_t capacity_bytes, size_t least_bytes,
                        size_t *ret_size_bytes, struct deadline deadline, struct error *err)
{
    struct fake_device *device = context;
    if (device->fault == FAKE_LOGS_FOR_EVER && device->requests > device->after &&
        device->to_host_at == device->to_host_size) {
        device->to_host_at = 0;
        device->to_host_size = 0;
        session_send(&device->session, SESSION_LOG, "once more", 9);
    }
    size_t size_bytes = device->to_host_size - device->to_host_at;
    (void)deadline;
    device->reads++;
    /* A client that asks for more than will come would wait for ever on a real line. */
    if (size_bytes < least_bytes)
        return size_bytes == 0 ? error_set(err, ERROR_TIMEOUT, 0, "nothing came")
                               : error_set(err, ERROR_INTERNAL, 0, "asked for too much");
    if (device->read_limit && size_bytes > device->read_limit)
        size_bytes = device->read_limit;
    if (device->exact_reads)
        size_bytes = least_bytes;
    if (size_bytes > capacity_bytes)
        size_bytes = capacity_bytes;
    memcpy(data, device->to_host + device->to_host_at, size_bytes);
    device->to_host_at += size_bytes;
    *ret_size_bytes = size_bytes;
    return true;
}

static void stream_log(void *context, const char *line)
{
    struct fake_device *device = context;
    size_t used = strlen(device->log);
    snprintf(device->log + used, sizeof(device->log) - used, "%s|", line);
}

void fake_device_init(struct fake_device *device, enum fake_fault fault)
{
    memset(device, 0, sizeof(*device));
    device->fault = fault;
    device->corrupt_line_at = SIZE_MAX;
    device->corrupt_body_at = SIZE_MAX;
    struct session_handler handler = {.context = device, .message = take_message};
    session_init(&device->session, &handler, put_to_host, device, device->buffer,
                 sizeof(device->buffer), 7);
}

struct link_stream fake_device_stream(struct fake_device *device)
{
    return (struct link_stream){
        .context = device,
        .read = stream_read,
        .write = stream_write,
        .log = stream_log,
    };
}
