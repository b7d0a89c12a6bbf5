#include "unit/bridge/dialect/packet_writer.h"

#include "unit/bridge/tcp_peer.h"

#include <check.h>
#include <string.h>

struct bytes written;
struct dialect dialect;
struct error err;

void begin(int32_t code)
{
    written.size = 8;
    written.size += put_number(written.data + written.size, (uint32_t)code, 4);
}

void i32(uint32_t value)
{
    written.size += put_number(written.data + written.size, value, 4);
}

void i64(uint64_t value)
{
    written.size += put_number(written.data + written.size, value, 8);
}

void text(const char *value)
{
    i64(strlen(value));
    memcpy(written.data + written.size, value, strlen(value));
    written.size += strlen(value);
}

void device(uint32_t type, uint32_t number)
{
    i32(type);
    i32(number);
}

void tensor(void)
{
    tensor_of(0x00012002);
}

void tensor_of(uint32_t type)
{
    i64(0x2000);
    device(1, 0);
    i32(2);
    i32(type);
    i64(2);
    i64(3);
    i64(0);
}

struct packet end(void)
{
    put_number(written.data, written.size - 8, 8);
    return (struct packet){.data = written.data, .size_bytes = written.size};
}

const struct packet *requested(void)
{
    static struct packet packet;
    const struct packet *got = NULL;
    packet = end();
    ck_assert_msg(dialect_request(&dialect, &packet, &got, &err), "%s", err.text);
    return got;
}

void refused(const char *why)
{
    struct packet packet = end();
    const struct packet *got = NULL;
    ck_assert(!dialect_request(&dialect, &packet, &got, &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    ck_assert_msg(strstr(err.text, why), "%s", err.text);
}

struct bytes replied(void)
{
    const uint8_t *got = NULL;
    struct bytes copy;
    end();
    ck_assert_msg(dialect_reply(&dialect, written.data, written.size, &got, &copy.size, &err), "%s",
                  err.text);
    memcpy(copy.data, got, copy.size);
    return copy;
}

void expect(const uint8_t *data, size_t size)
{
    end();
    ck_assert_uint_eq(size, written.size);
    ck_assert_mem_eq(data, written.data, size);
}

void write_call(void)
{
    begin(CALL);
    i64(0x80008002);
    i32(0);
}
