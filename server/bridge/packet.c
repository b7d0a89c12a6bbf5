#include "bridge/packet.h"

#include "bridge/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH_FIELD_SIZE = 8, CODE_FIELD_SIZE = 4, PIECE_SIZE_BYTES = 64 * 1024 };

bool packet_reserve(struct packet *packet, size_t size_bytes, struct error *err)
{
    if (packet->capacity_bytes >= size_bytes)
        return true;
    uint8_t *grown = realloc(packet->data, size_bytes);
    if (!grown)
        return error_no_memory(err, "a packet", size_bytes);
    packet->data = grown;
    packet->capacity_bytes = size_bytes;
    return true;
}

/* The rest of a packet that has begun. Its sender may be slow, but must not stop. */
static bool read_rest(struct socket *socket, uint8_t *to, size_t size_bytes, struct deadline until,
                      struct error *err)
{
    while (size_bytes > 0) {
        size_t piece = size_bytes < PIECE_SIZE_BYTES ? size_bytes : PIECE_SIZE_BYTES;
        struct deadline deadline = deadline_earlier(until, deadline_in_ms(PACKET_STALL_MS));
        if (!socket_read(socket, to, piece, deadline, err))
            return false;
        to += piece;
        size_bytes -= piece;
    }
    return true;
}

/* Waiting, also where bytes are there already, lets an interrupt through a flood of them. */
static bool read_length(struct socket *socket, struct deadline until, uint8_t *field,
                        uint64_t *ret_length, struct error *err)
{
    bool begun = false;
    if (!socket_wait(socket, POLLIN, until, &begun, err))
        return false;
    if (!begun)
        return error_set(err, ERROR_TIMEOUT, 0, "%s: no packet came in time", socket->peer);
    if (!read_rest(socket, field, LENGTH_FIELD_SIZE, until, err))
        return false;
    *ret_length = get_le(field, LENGTH_FIELD_SIZE);
    return true;
}

bool packet_receive(struct socket *socket, struct deadline until, struct packet *packet,
                    struct error *err)
{
    uint8_t length_field[LENGTH_FIELD_SIZE];
    uint64_t length = 0;
    while (length == 0)
        if (!read_length(socket, until, length_field, &length, err))
            return false;
    if (length > PACKET_MAX_BYTES)
        return error_set(err, ERROR_USAGE, 0, "%s: a packet of %llu bytes (at most %d)",
                         socket->peer, (unsigned long long)length, PACKET_MAX_BYTES);
    size_t size_bytes = LENGTH_FIELD_SIZE + (size_t)length;
    if (!packet_reserve(packet, size_bytes, err))
        return false;
    memcpy(packet->data, length_field, LENGTH_FIELD_SIZE);
    if (!read_rest(socket, packet->data + LENGTH_FIELD_SIZE, (size_t)length, until, err))
        return false;
    packet->size_bytes = size_bytes;
    return true;
}

void packet_dispose(struct packet *packet)
{
    free(packet->data);
    *packet = (struct packet){0};
}

int32_t packet_code(const struct packet *packet)
{
    if (packet->size_bytes < LENGTH_FIELD_SIZE + CODE_FIELD_SIZE)
        return 0;
    return (int32_t)get_le(packet->data + LENGTH_FIELD_SIZE, CODE_FIELD_SIZE);
}
