/* AOT's compiled function, as TVM writes it in C: with an argument each for the model's inputs,
 * then for its outputs, then for pools of memory. Packed, it finds them in an array:
 *
 *   int32_t tvmgen_default___tvm_main__(void* args, int32_t* arg_type_ids, ...) {
 *     int32_t x_code = arg_type_ids[0];
 *     void* x = (((TVMValue*)args)[0].v_handle);
 *     void* x_buffer_var = (((DLTensor*)x)[0].data);
 *
 * and with the unpacked API it takes them one by one:
 *
 *   int32_t tvmgen_default___tvm_main__(float* x_buffer_var, float* output_buffer_var) { */
#ifndef MICROTVM_QEMU_MODEL_CODE_MAIN_FUNCTION_H
#define MICROTVM_QEMU_MODEL_CODE_MAIN_FUNCTION_H

#include "model/order/claims.h"

struct main_argument {
    char *name; /* without what TVM adds to it */
    bool used;  /* is it mentioned where the function works? */
};

struct main_function {
    char *place; /* "codegen/host/src/default_lib1.c"; NULL: none was seen */
    struct main_argument *arguments;
    size_t count;
};

/* Look for it in a source of length bytes that ends in NUL; the first one found counts. Errors:
 * ERROR_MODEL (a name that is none in C: it does not compile), ERROR_INTERNAL (memory). */
bool main_function_read(const char *text, size_t length, const char *place,
                        struct main_function *function, struct error *err);

/* What the arguments say of so many inputs and outputs: nothing, where there are fewer. Errors:
 * ERROR_INTERNAL (memory). */
bool main_function_claim(const struct main_function *function, size_t inputs_count,
                         size_t outputs_count, struct claims *claims, struct error *err);

/* Safe on a zeroed struct and twice. */
void main_function_dispose(struct main_function *function);

#endif
