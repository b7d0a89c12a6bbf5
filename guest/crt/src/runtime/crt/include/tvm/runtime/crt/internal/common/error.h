/* The last error, with values in it. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_COMMON_ERROR_H_
#define TVM_RUNTIME_CRT_INTERNAL_COMMON_ERROR_H_

/* Sets the text of TVMGetLastError (no floats in format) and returns code, so that
 * `return crt_error(kTvmError..., "...")` reads well. */
int crt_error(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What several functions refuse: another number of arguments, another type of one, another device
 * than the CPU. Each returns the code. */
int crt_wrong_count(const char *function, int num_args, int wanted);
int crt_wrong_type(const char *function, int index, int type_code, int wanted);
int crt_wrong_device(int code, int device_type);

/* "no memory: N bytes for WHAT"; returns kTvmErrorPlatformNoMemory. */
int crt_no_memory(unsigned long size_bytes, const char *what);
/* The same with the last error's text behind it: what the platform said of a failed allocation, if
 * it did. So that text is cleared before the platform is asked. */
int crt_heap_full(unsigned long size_bytes, const char *what);

#endif // TVM_RUNTIME_CRT_INTERNAL_COMMON_ERROR_H_
