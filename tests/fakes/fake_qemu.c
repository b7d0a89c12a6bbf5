/* A QEMU that is broken in one way, to test the board's error paths with. Without a fault it has a
 * firmware that says HELLO and echoes. Each fault has an environment variable:
 *
 *   FAKE_QEMU_EXITS             says why on stderr and exits with 3, before anything else
 *   FAKE_QEMU_NO_GREETING       never says a word on QMP
 *   FAKE_QEMU_NONSENSE          greets with something that is not JSON
 *   FAKE_QEMU_CHATTY            writes 1 MB to stderr, a little after each QMP message
 *   FAKE_QEMU_SILENT            its firmware sends nothing; its registers say pc 1234,
 *                               or 5678 while its CPU runs
 *   FAKE_QEMU_DEAF              its firmware sends HELLO and reads nothing
 *   FAKE_QEMU_DIES_AFTER_BOOT   HELLO, then exit code 3 without a word
 *   FAKE_QEMU_DIES_SPEAKING     sends a fault report when it gets a byte, and ends in that moment
 *   FAKE_QEMU_FAULTS_AT_BOOT    a fault report instead of HELLO
 *   FAKE_QEMU_CLOSES_PTY        HELLO, then closes its pty and lives on
 *   FAKE_QEMU_CLOSES_QMP        HELLO, then closes QMP and lives on
 *   FAKE_QEMU_SPEWS             HELLO, then sends without end
 *   FAKE_QEMU_OLD               is QEMU 6.2; sends BELLO where its line has a buffer in front
 *   FAKE_QEMU_IGNORES_TERM      goes on when told to end
 *   FAKE_QEMU_LEAVES            HELLO, and is no more the process that was started, nor of its
 * group
 *
 * It ends by _exit: a sanitizer's last look would take longer than a board that is stopped waits,
 * and what does the looking would be left when it is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fake {
    int qmp;
    int pty;       /* the line's slave, as QEMU opens its path */
    bool buffered; /* a multiplexer stands between that and its UART */
    bool halted;   /* its CPU; registers of one that runs are those of some while ago */
};

static bool has(const char *fault)
{
    char name[64];
    snprintf(name, sizeof(name), "FAKE_QEMU_%s", fault);
    return getenv(name) != NULL;
}

/* The number or path behind KEY in one of the arguments. */
static const char *argument(char *const *argv, const char *key)
{
    for (; *argv; argv++) {
        const char *found = strstr(*argv, key);
        if (found)
            return found + strlen(key);
    }
    fprintf(stderr, "fake_qemu: no %s among the arguments\n", key);
    _exit(2);
}

static void say(const struct fake *fake, const char *text)
{
    size_t length = strlen(text);
    if (write(fake->qmp, text, length) != (ssize_t)length)
        _exit(4);
    for (int i = 0; has("CHATTY") && i < 1024; i++)
        fprintf(stderr, "%0255d\n", i);
}

static void send(const struct fake *fake, const void *data, size_t size_bytes)
{
    if (write(fake->pty, data, size_bytes) < 0)
        _exit(5);
}

/* The one that was inherited, too. */
static void close_pty(struct fake *fake)
{
    enum { FILES = 256 };
    for (int fd = STDERR_FILENO + 1; fd < FILES; fd++)
        if (fd != fake->qmp)
            close(fd);
    fake->pty = -1;
}

static const char report[] = "\xff\nfault: fake pc=0x00001234\n";

static void boot(struct fake *fake)
{
    if (has("SILENT"))
        return;
    if (has("FAULTS_AT_BOOT")) {
        send(fake, report, strlen(report));
        _exit(1);
    }
    send(fake, has("OLD") && fake->buffered ? "B" : "H", 1);
    if (has("DIES_AFTER_BOOT"))
        _exit(3);
    if (has("CLOSES_PTY"))
        close_pty(fake);
    if (has("CLOSES_QMP"))
        close(fake->qmp);
}

static const char *greeting(void)
{
    if (has("NONSENSE"))
        return "hello\n";
    if (has("OLD"))
        return "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 6, \"minor\": 2, \"micro\": "
               "0}}}}\r\n";
    return "{\"QMP\": {}}\r\n";
}

static void answer(struct fake *fake, const char *command)
{
    char reply[256];
    const char *result = "{}";
    const char *id = strstr(command, "\"id\":");
    if (strstr(command, "info registers")) {
        result = fake->halted ? "\" pc       00001234\\r\\n\"" : "\" pc       00005678\\r\\n\"";
    } else if (strstr(command, "query-status")) {
        result = fake->halted ? "{\"running\": false}" : "{\"running\": true}";
    } else if (strstr(command, "\"stop\"") || strstr(command, "\"cont\"")) {
        fake->halted = strstr(command, "\"stop\"") != NULL;
    }
    snprintf(reply, sizeof(reply), "{\"return\": %s, \"id\": %d}\r\n", result,
             id ? atoi(id + 5) : 0);
    say(fake, reply);
}

static void serve(struct fake *fake)
{
    static char input[65536];
    ssize_t size = 0;
    struct pollfd fds[] = {
        {.fd = fake->qmp, .events = POLLIN},
        {.fd = has("DEAF") ? -1 : fake->pty, .events = POLLIN},
    };
    bool spews = has("SPEWS");
    if (poll(fds, 2, spews ? 0 : -1) < 0)
        _exit(7);
    if (fds[0].revents & POLLIN) {
        size = read(fake->qmp, input, sizeof(input) - 1);
        input[size > 0 ? size : 0] = '\0';
        for (char *line = strtok(input, "\n"); line; line = strtok(NULL, "\n"))
            answer(fake, line);
    } else if (fds[0].revents & POLLHUP) {
        _exit(0);
    }
    if (fds[1].revents & POLLIN) {
        size = read(fake->pty, input, sizeof(input));
        if (has("DIES_SPEAKING")) {
            send(fake, report, strlen(report));
            kill(getpid(), SIGABRT);
        }
        if (size > 0)
            send(fake, input, (size_t)size);
    }
    if (spews)
        send(fake, input, sizeof(input));
}

/* As -daemonize does. The one that was started goes on, too, and does nothing. */
static void leave(void)
{
    if (fork() > 0)
        for (;;)
            pause();
    setsid();
    if (fork() > 0)
        _exit(0);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (has("EXITS")) {
        fprintf(stderr, "fake_qemu: no machine like that\n");
        return 3;
    }
    if (has("IGNORES_TERM"))
        signal(SIGTERM, SIG_IGN);
    struct fake fake = {.qmp = atoi(argument(argv, "socket,id=qmp,fd="))};
    fake.pty = open(argument(argv, ",path="), O_RDWR | O_NOCTTY);
    if (fake.pty < 0)
        _exit(6);
    fake.buffered = strstr(argument(argv, "serial,id=serial"), "mux=on") != NULL;
    if (!has("NO_GREETING"))
        say(&fake, greeting());
    if (has("LEAVES"))
        leave();
    boot(&fake);
    while (!has("NO_GREETING"))
        serve(&fake);
    for (;;)
        pause();
}
