/* The runtime's own texts: printf would take 1.5 KB of a board's flash. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_COMMON_FORMAT_H_
#define TVM_RUNTIME_CRT_INTERNAL_COMMON_FORMAT_H_

#include <stdarg.h>
#include <stddef.h>

/* As vsnprintf, of which it knows %s, %p, and %d, %u and %x with and without l; behind the % may
 * stand a precision: .N. What does not fit is cut off. size_bytes is at least 1. */
void crt_format(char *buffer, size_t size_bytes, const char *format, va_list args);

#endif // TVM_RUNTIME_CRT_INTERNAL_COMMON_FORMAT_H_
