/* A system library written by hand, in the shape of those that TVM generates: a model with two
 * inputs and two outputs, and functions that do what the tests need. */
#ifndef TESTS_UNIT_CRT_MODEL_H
#define TESTS_UNIT_CRT_MODEL_H

#include <tvm/runtime/crt/module.h>
#include <tvm/runtime/metadata_types.h>

enum { MODEL_FLOATS = 6, MODEL_BYTES = 4 };

struct crt_model {
    int calls;               /* of any function */
    double seconds_per_call; /* by which "count" moves the platform's clock */
    int fail_call;           /* the call of "count" that fails, 1 being the next; 0: none */
};

extern struct crt_model crt_model;

/* Inputs x: float32 (2, 3) and k: int8 (4); outputs doubled and negated. Functions of the library:
 * "tvmgen_default_run", "tvmgen_default_get_c_metadata", and
 *   "echo"(any) -> the same        "sum"(int32 tensor) -> integer    "count"() -> nothing
 *   "fail_text"()                  "fail_silently"()                 "make_bytes"(n) -> bytes
 *   "constant"() -> opaque handle of 4 int32: 1, 2, 3, 4
 *   "odd_type"() -> a value of type 99                                "no_metadata" is not there */

/* A library of TVM 0.11: ___tvm_main__ instead of run, with one workspace pool of 16 bytes. */
extern const TVMModule crt_model_0_11;
/* Without get_c_metadata. */
extern const TVMModule crt_model_0_8;

#endif
