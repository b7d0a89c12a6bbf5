/* Tells the host what a model's operators give, as text between frames: for each call of one
 *
 *     trace: operator NAME
 *
 * and for each of its outputs
 *
 *     trace: tensor CODE BITS DIMENSION...     (DLPack's type code; bits with lanes)
 *     trace: HEX                               (its bytes, in as many lines as it takes)
 *
 * The host reads that in server/commands/run/trace/records.c. */
#ifndef PLATFORM_TRACE_H
#define PLATFORM_TRACE_H

#include <stdint.h>

/* What follows is of this call of an operator. */
void trace_operator(const char *name);

/* An output of it, compact. code: DLPack's; bits: of an element, all its lanes. */
void trace_tensor(const void *data, uint8_t code, uint32_t bits, int32_t ndim,
                  const int64_t *shape);

/* Both, of an operator that TVM calls with packed arguments. outputs: a mask of those of its
 * arguments, TVMValues, that it writes. */
void trace_packed(const char *name, uint32_t outputs, const void *args);

/* For code that tells by itself: TRACE_OPERATOR("name"); TRACE_TENSOR(data, code, bits, ndim,
 * dimensions, 0); */
#define TRACE_OPERATOR(name) trace_operator(name)
#define TRACE_TENSOR(data, code, bits, ndim, ...)                                                  \
    trace_tensor(data, code, bits, ndim, (const int64_t[]){__VA_ARGS__})

/* An operator's own function is called traced_NAME: trace.cmake. */
#define TRACED(name, outputs)                                                                      \
    int32_t traced_##name(void *args, int32_t *codes, int32_t count, void *result,                 \
                          int32_t *result_code, void *resource);                                   \
    int32_t name(void *args, int32_t *codes, int32_t count, void *result, int32_t *result_code,    \
                 void *resource);                                                                  \
    int32_t name(void *args, int32_t *codes, int32_t count, void *result, int32_t *result_code,    \
                 void *resource)                                                                   \
    {                                                                                              \
        int32_t status = traced_##name(args, codes, count, result, result_code, resource);         \
        trace_packed(#name, outputs, args);                                                        \
        return status;                                                                             \
    }

#endif
