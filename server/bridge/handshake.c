#include "bridge/handshake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* TVM's RPCCode and type code, as far as this file needs them. */
enum { CODE_EXCEPTION = 5, TYPE_STRING = 11, LENGTH_FIELD_SIZE = 8, CODE_FIELD_SIZE = 4 };

enum { PIECE_SIZE_BYTES = 64 * 1024, SESSION_MAX_S = 1000 * 1000 * 1000 };

static void put_le(uint8_t *to, uint64_t value, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_le(const uint8_t *from, size_t size_bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size_bytes; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

static bool read_int(struct socket *socket, struct deadline deadline, uint32_t *ret_value,
                     struct error *err)
{
    uint8_t bytes[4];
    if (!socket_read(socket, bytes, sizeof bytes, deadline, err))
        return false;
    *ret_value = (uint32_t)get_le(bytes, sizeof bytes);
    return true;
}

/* The blank-separated options behind a key, as far as we know them. */
static double option_timeout(char *options)
{
    double timeout_s = 0;
    char *rest = NULL;
    for (char *word = strtok_r(options, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (strncmp(word, "-timeout=", 9) == 0)
            timeout_s = strtod(word + 9, NULL);
    }
    if (!(timeout_s > 0)) /* nor is it a number */
        return 0;
    return timeout_s < SESSION_MAX_S ? timeout_s : SESSION_MAX_S;
}

/* What a stranger sent, fit for a terminal. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

static bool refuse(struct socket *socket, struct deadline deadline, char *key, struct error *err)
{
    uint8_t code[4];
    put_le(code, RPC_MISMATCH, sizeof code);
    struct error ignored; /* the refusal itself is what the caller has to know */
    (void)socket_write(socket, code, sizeof code, deadline, &ignored);
    make_printable(key);
    return error_set(err, ERROR_USAGE, 0,
                     "%s: refused: it said \"%s\", and this server has another key", socket->peer,
                     key);
}

static bool accept_client(struct socket *socket, struct deadline deadline, const char *server_key,
                          struct error *err)
{
    uint8_t reply[8 + HANDSHAKE_KEY_SIZE];
    char *key = (char *)reply + 8;
    int length = snprintf(key, HANDSHAKE_KEY_SIZE, "server:%s", server_key);
    put_le(reply, RPC_MAGIC, 4);
    put_le(reply + 4, (uint64_t)length, 4);
    return socket_write(socket, reply, 8 + (size_t)length, deadline, err);
}

bool handshake_serve(struct socket *socket, const char *match_key, const char *server_key,
                     struct greeting *ret_greeting, struct error *err)
{
    struct deadline deadline = deadline_in_ms(HANDSHAKE_TIMEOUT_MS);
    uint32_t magic = 0;
    uint32_t length = 0;
    char key[HANDSHAKE_KEY_SIZE];
    if (!read_int(socket, deadline, &magic, err))
        return false;
    if (magic != RPC_MAGIC)
        return error_set(err, ERROR_USAGE, 0,
                         "%s: no TVM RPC client: it began with 0x%x, not with 0x%x", socket->peer,
                         magic, (unsigned)RPC_MAGIC);
    if (!read_int(socket, deadline, &length, err))
        return false;
    if (length >= sizeof key)
        return error_set(err, ERROR_USAGE, 0, "%s: a key of %u bytes (at most %d)", socket->peer,
                         length, HANDSHAKE_KEY_SIZE - 1);
    if (!socket_read(socket, key, length, deadline, err))
        return false;
    key[length] = '\0';
    bool is_text = strlen(key) == length;
    char *options = strchr(key, ' ');
    if (options)
        *options++ = '\0';
    if (!is_text || strncmp(key, "client:", 7) != 0 || strcmp(key + 7, match_key) != 0)
        return refuse(socket, deadline, key, err);
    ret_greeting->session_timeout_s = options ? option_timeout(options) : 0;
    return accept_client(socket, deadline, server_key, err);
}

static bool reserve(struct packet *packet, size_t size_bytes, struct error *err)
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
    if (!reserve(packet, size_bytes, err))
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

bool packet_send_exception(struct socket *socket, const char *text, struct deadline deadline,
                           struct error *err)
{
    uint8_t head[LENGTH_FIELD_SIZE + 4 + 4 + 4 + 8];
    uint64_t text_size = strlen(text);
    put_le(head, sizeof head - LENGTH_FIELD_SIZE + text_size, 8);
    put_le(head + 8, CODE_EXCEPTION, 4);
    put_le(head + 12, 1, 4); /* one value */
    put_le(head + 16, TYPE_STRING, 4);
    put_le(head + 20, text_size, 8);
    return socket_write(socket, head, sizeof head, deadline, err) &&
           socket_write(socket, text, text_size, deadline, err);
}
