#include <stdarg.h>
#include <string.h>
#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/platform.h>

enum { ERROR_TEXT_SIZE = 384 };

static char last_error[ERROR_TEXT_SIZE];

void TVMAPISetLastError(const char *msg)
{
    size_t size_bytes = strnlen(msg, sizeof(last_error) - 1);
    memmove(last_error, msg, size_bytes);
    last_error[size_bytes] = '\0';
}

const char *TVMGetLastError(void)
{
    return last_error;
}

int crt_error(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)TVMPlatformFormatMessage(last_error, sizeof(last_error), format, args);
    va_end(args);
    last_error[sizeof(last_error) - 1] = '\0';
    return code;
}

int crt_no_memory(unsigned long size_bytes, const char *what)
{
    return crt_error(kTvmErrorPlatformNoMemory, "no memory: %lu bytes for %s", size_bytes, what);
}
