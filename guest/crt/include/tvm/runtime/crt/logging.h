/* Log lines, and checks for what only a programming mistake can break. */
#ifndef TVM_RUNTIME_CRT_LOGGING_H_
#define TVM_RUNTIME_CRT_LOGGING_H_

#include <tvm/runtime/crt/platform.h>

#define TVM_CRT_LOG_LEVEL_DEBUG 3
#define TVM_CRT_LOG_LEVEL_INFO 2
#define TVM_CRT_LOG_LEVEL_WARN 1
#define TVM_CRT_LOG_LEVEL_ERROR 0

#ifdef __cplusplus
extern "C" {
#endif

/* One line; a newline at its end is optional. The RPC server sends it to the host; an application
 * without one defines this function itself. */
void __attribute__((format(printf, 1, 2))) TVMLogf(const char *fmt, ...);

#ifdef __cplusplus
}
#endif

#define LOG(level, x, ...)                                                                         \
    do {                                                                                           \
        if (TVM_CRT_LOG_LEVEL >= (level))                                                          \
            TVMLogf(x, ##__VA_ARGS__);                                                             \
    } while (0)

#define LOG_ERROR(x, ...) LOG(TVM_CRT_LOG_LEVEL_ERROR, x, ##__VA_ARGS__)
#define LOG_WARN(x, ...) LOG(TVM_CRT_LOG_LEVEL_WARN, x, ##__VA_ARGS__)
#define LOG_INFO(x, ...) LOG(TVM_CRT_LOG_LEVEL_INFO, x, ##__VA_ARGS__)
#define LOG_DEBUG(x, ...) LOG(TVM_CRT_LOG_LEVEL_DEBUG, x, ##__VA_ARGS__)

#ifndef CHECK
#define CHECK(x)                                                                                   \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            LOG_ERROR("%s:%d: check failed: %s", __FILE__, __LINE__, #x);                          \
            TVMPlatformAbort(kTvmErrorPlatformCheckFailure);                                       \
        }                                                                                          \
    } while (0)
#endif

#ifndef CHECK_BINARY_OP
#define CHECK_BINARY_OP(op, x, y, fmt, ...)                                                        \
    do {                                                                                           \
        if (!((x)op(y))) {                                                                         \
            LOG_ERROR("%s:%d: check failed: %s " #op " %s: " fmt, __FILE__, __LINE__, #x, #y,      \
                      ##__VA_ARGS__);                                                              \
            TVMPlatformAbort(kTvmErrorPlatformCheckFailure);                                       \
        }                                                                                          \
    } while (0)
#endif

#ifndef CHECK_LT
#define CHECK_LT(x, y, fmt, ...) CHECK_BINARY_OP(<, x, y, fmt, ##__VA_ARGS__)
#endif
#ifndef CHECK_GT
#define CHECK_GT(x, y, fmt, ...) CHECK_BINARY_OP(>, x, y, fmt, ##__VA_ARGS__)
#endif
#ifndef CHECK_LE
#define CHECK_LE(x, y, fmt, ...) CHECK_BINARY_OP(<=, x, y, fmt, ##__VA_ARGS__)
#endif
#ifndef CHECK_GE
#define CHECK_GE(x, y, fmt, ...) CHECK_BINARY_OP(>=, x, y, fmt, ##__VA_ARGS__)
#endif
#ifndef CHECK_EQ
#define CHECK_EQ(x, y, fmt, ...) CHECK_BINARY_OP(==, x, y, fmt, ##__VA_ARGS__)
#endif
#ifndef CHECK_NE
#define CHECK_NE(x, y, fmt, ...) CHECK_BINARY_OP(!=, x, y, fmt, ##__VA_ARGS__)
#endif

#endif // TVM_RUNTIME_CRT_LOGGING_H_
