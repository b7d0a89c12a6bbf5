/* The least that a server can do: for each line that comes in, one of a few fixed lines goes out,
 * whatever was asked. What a client's call of it costs is the floor below which no server can be.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPLY(result) "{\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": " result "}\n"

enum { LARGE_READ_BYTES = 2048, LARGE_READ_CHARS = LARGE_READ_BYTES / 4 * 5 };

static int fd_argument(int argc, char **argv, const char *name)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return atoi(argv[i + 1]);
    }
    return -1;
}

/* One line, by as few reads as the client made writes. */
static bool read_line(int fd, char *line, size_t capacity_bytes)
{
    size_t size_bytes = 0;
    while (size_bytes == 0 || line[size_bytes - 1] != '\n') {
        ssize_t got = read(fd, line + size_bytes, capacity_bytes - 1 - size_bytes);
        if (got <= 0)
            return false;
        size_bytes += (size_t)got;
    }
    line[size_bytes] = '\0';
    return true;
}

static void make_large(char *reply, size_t capacity_bytes)
{
    char data[LARGE_READ_CHARS + 1];
    memset(data, '0', LARGE_READ_CHARS);
    data[LARGE_READ_CHARS] = '\0';
    snprintf(reply, capacity_bytes, REPLY("{\"data\": \"%s\"}"), data);
}

int main(int argc, char **argv)
{
    static const char nothing[] = REPLY("null");
    static const char info[] = REPLY("{\"protocol_version\": 1, \"platform_name\": \"floor\", "
                                     "\"is_template\": true, \"project_options\": []}");
    static const char small[] = REPLY("{\"data\": \"00\"}");
    static char large[2 * LARGE_READ_CHARS];
    static char line[64 * 1024];
    int read_fd = fd_argument(argc, argv, "--read-fd");
    int write_fd = fd_argument(argc, argv, "--write-fd");
    make_large(large, sizeof large);
    while (read_line(read_fd, line, sizeof line)) {
        const char *reply = nothing;
        if (strstr(line, "\"n\": 1,"))
            reply = small;
        else if (strstr(line, "\"n\": "))
            reply = large;
        else if (strstr(line, "\"tvm_version\""))
            reply = info;
        size_t size_bytes = strlen(reply);
        if (write(write_fd, reply, size_bytes) != (ssize_t)size_bytes)
            return 1;
    }
    return 0;
}
