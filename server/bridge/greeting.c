#include "bridge/greeting.h"

#include "bridge/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC_SIZE = 4, HEAD_SIZE = 8, SESSION_MAX_S = 1000 * 1000 * 1000 };

static uint32_t key_size(const struct greeting *greeting)
{
    return (uint32_t)get_le(greeting->bytes + MAGIC_SIZE, HEAD_SIZE - MAGIC_SIZE);
}

static bool check_head(const struct greeting *greeting, const struct socket *socket,
                       struct error *err)
{
    uint32_t magic = (uint32_t)get_le(greeting->bytes, MAGIC_SIZE);
    if (greeting->size_bytes >= MAGIC_SIZE && magic != RPC_MAGIC)
        return error_set(err, ERROR_USAGE, 0,
                         "%s: no TVM RPC client: it began with 0x%x, not with 0x%x", socket->peer,
                         magic, (unsigned)RPC_MAGIC);
    if (greeting->size_bytes >= HEAD_SIZE && key_size(greeting) >= GREETING_KEY_SIZE)
        return error_set(err, ERROR_USAGE, 0, "%s: a key of %u bytes (at most %d)", socket->peer,
                         key_size(greeting), GREETING_KEY_SIZE - 1);
    return true;
}

/* Up to the next place at which more is known. */
static size_t next_size(const struct greeting *greeting)
{
    if (greeting->size_bytes < MAGIC_SIZE)
        return MAGIC_SIZE;
    return greeting->size_bytes < HEAD_SIZE ? HEAD_SIZE : HEAD_SIZE + key_size(greeting);
}

bool greeting_receive(struct greeting *greeting, struct socket *socket, bool *ret_whole,
                      struct error *err)
{
    for (;;) {
        size_t wanted = next_size(greeting);
        *ret_whole = greeting->size_bytes == wanted;
        if (*ret_whole)
            return true;
        size_t got = 0;
        if (!socket_read_some(socket, greeting->bytes + greeting->size_bytes,
                              wanted - greeting->size_bytes, &got, err))
            return false;
        if (got == 0)
            return true;
        greeting->size_bytes += got;
        if (!check_head(greeting, socket, err))
            return false;
    }
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

static bool refuse(struct socket *socket, const char *key, struct error *err)
{
    uint8_t code[MAGIC_SIZE];
    put_le(code, RPC_MISMATCH, sizeof code);
    struct error ignored; /* the refusal itself is what the caller has to know */
    (void)socket_write_now(socket, code, sizeof code, &ignored);
    return error_set(err, ERROR_USAGE, 0,
                     "%s: refused: it said \"%s\", and this server has another key", socket->peer,
                     key);
}

static bool accept_client(struct socket *socket, const char *server_key, struct error *err)
{
    uint8_t reply[HEAD_SIZE + GREETING_KEY_SIZE];
    char *key = (char *)reply + HEAD_SIZE;
    int length = snprintf(key, GREETING_KEY_SIZE, "server:%s", server_key);
    put_le(reply, RPC_MAGIC, MAGIC_SIZE);
    put_le(reply + MAGIC_SIZE, (uint64_t)length, HEAD_SIZE - MAGIC_SIZE);
    return socket_write_now(socket, reply, HEAD_SIZE + (size_t)length, err);
}

bool greeting_answer(const struct greeting *greeting, struct socket *socket, const char *match_key,
                     const char *server_key, double *ret_timeout_s, struct error *err)
{
    char key[GREETING_KEY_SIZE];
    uint32_t length = key_size(greeting);
    memcpy(key, greeting->bytes + HEAD_SIZE, length);
    key[length] = '\0';
    bool is_text = strlen(key) == length;
    char *options = strchr(key, ' ');
    if (options)
        *options++ = '\0';
    if (!match_key || !is_text || strncmp(key, "client:", 7) != 0 ||
        strcmp(key + 7, match_key) != 0)
        return refuse(socket, key, err);
    if (!accept_client(socket, server_key, err))
        return false;
    *ret_timeout_s = options ? option_timeout(options) : 0;
    return true;
}
