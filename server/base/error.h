/* What went wrong, in words for the person who has to mend it.
 *
 * An error lives on the caller's stack. Functions that can fail return bool and take
 * `struct error *err` last; on false, *err is set and every ret_ parameter is untouched.
 * A message says what was wrong, with the value, and what to do; it does not end in a newline.
 * It is fit for a terminal, whatever its parts are (text.h).
 * A caller that knows more adds context in front with error_wrap and never repeats what is there.
 */
#ifndef MICROTVM_QEMU_BASE_ERROR_H
#define MICROTVM_QEMU_BASE_ERROR_H

#include <stdbool.h>

/* api/rpc maps a kind to a JSON-RPC code and name; commands map it to an exit code. */
enum error_kind {
    ERROR_NONE = 0,
    ERROR_USAGE,       /* an option, argument or input file of the user's is wrong */
    ERROR_STATE,       /* the call is not possible now: read before open, build in a template */
    ERROR_MODEL,       /* the model archive is damaged, hostile or not supported */
    ERROR_BUILD,       /* the firmware does not compile or does not fit the board */
    ERROR_DEVICE,      /* QEMU or the firmware failed */
    ERROR_TIMEOUT,     /* the deadline passed: IoTimeoutError to a client */
    ERROR_CLOSED,      /* the transport can carry no more data: TransportClosedError */
    ERROR_TVM_VERSION, /* UnsupportedTVMVersionError */
    ERROR_TOOL,        /* a program that we need is not installed; the text names its package */
    ERROR_SYSTEM,      /* a system call failed: disk full, no permission, ...; `os` is its errno */
    ERROR_INTERRUPTED, /* a signal, or the client went away: stop at once, say nothing */
    ERROR_PARSE,       /* JSON-RPC -32700 */
    ERROR_INVALID_REQUEST, /* JSON-RPC -32600 */
    ERROR_NO_METHOD,       /* JSON-RPC -32601 */
    ERROR_INVALID_PARAMS,  /* JSON-RPC -32602 */
    ERROR_INTERNAL,        /* our own mistake, or memory ran out */
};

enum { ERROR_TEXT_SIZE = 4096 };

struct error {
    enum error_kind kind;
    int os; /* errno where a system call was the cause, else 0 */
    char text[ERROR_TEXT_SIZE];
};

/* Fill *err. Always returns false, so that `return error_set(err, ...)` reads well.
 * With os_errno != 0, ": " and strerror are added to the text. A text that is too long keeps its
 * beginning and ends in "...". */
bool error_set(struct error *err, enum error_kind kind, int os_errno, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Put "context: " in front of the text; kind and os stay. Always returns false. */
bool error_wrap(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Add a line after the text, kind and os stay: a compiler's lines, a log. Always returns false. */
bool error_append(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Of a file that the user named: that it is not there, or not to be read, is theirs to mend, and no
 * fault of the machine's: ERROR_USAGE instead of ERROR_SYSTEM. Always returns false. */
bool error_named_file(struct error *err);

/* ERROR_INTERNAL "out of memory (SIZE bytes for WHAT)". Always returns false. */
bool error_no_memory(struct error *err, const char *what, unsigned long size_bytes);

/* They return false whatever happens; said here, where static analysers of the callers see it. */
static inline bool error_returns_false(bool result)
{
    (void)result;
    return false;
}

#define error_set(...) error_returns_false(error_set(__VA_ARGS__))
#define error_wrap(...) error_returns_false(error_wrap(__VA_ARGS__))
#define error_append(...) error_returns_false(error_append(__VA_ARGS__))
#define error_named_file(...) error_returns_false(error_named_file(__VA_ARGS__))
#define error_no_memory(...) error_returns_false(error_no_memory(__VA_ARGS__))

#endif
