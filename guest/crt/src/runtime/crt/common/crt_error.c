#include <stdarg.h>
#include <string.h>
#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/internal/common/format.h>

enum { ERROR_TEXT_SIZE = 384, REASON_SIZE = 256 };

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
    crt_format(last_error, sizeof(last_error), format, args);
    va_end(args);
    return code;
}

int crt_wrong_count(const char *function, int num_args, int wanted)
{
    return crt_error(kTvmErrorFunctionCallNumArguments, "%s: %d arguments, wanted %d", function,
                     num_args, wanted);
}

int crt_wrong_type(const char *function, int index, int type_code, int wanted)
{
    return crt_error(kTvmErrorFunctionCallWrongArgType, "%s: argument %d of type %d, wanted %d",
                     function, index, type_code, wanted);
}

int crt_wrong_device(int code, int device_type)
{
    return crt_error(code, "device type %d: a board has only the CPU, %d", device_type, kDLCPU);
}

int crt_no_memory(unsigned long size_bytes, const char *what)
{
    return crt_error(kTvmErrorPlatformNoMemory, "no memory: %lu bytes for %s", size_bytes, what);
}

int crt_heap_full(unsigned long size_bytes, const char *what)
{
    char reason[REASON_SIZE];
    size_t length = strnlen(last_error, sizeof(reason) - 1);
    memcpy(reason, last_error, length);
    reason[length] = '\0';
    if (length == 0)
        return crt_no_memory(size_bytes, what);
    return crt_error(kTvmErrorPlatformNoMemory, "no memory: %lu bytes for %s: %s", size_bytes, what,
                     reason);
}
