/* A system library as TVM generates for its graph executor, written by hand; and graphs for it. */
#ifndef TESTS_UNIT_GRAPH_MODEL_H
#define TESTS_UNIT_GRAPH_MODEL_H

#include <tvm/runtime/crt/module.h>

enum { GRAPH_FLOATS = 6 };

struct graph_model {
    bool links; /* is p, in storage 1, linked into the library? */
    bool old;   /* is the library's table of functions that of TVM 0.8? */
    bool fails; /* does "fused_add" fail? */
    int calls;
};

extern struct graph_model graph_model;

/* The values of p when it is linked. */
extern const float graph_model_linked[GRAPH_FLOATS];

/* Inputs x and p, float32 (2, 3); outputs x + p, reshaped to (6), and 2 * (x + p). */
extern const char graph_model_json[];

/* One operator: input a, output 2 * a. Short enough for a packet. */
extern const char graph_model_small[];

/* The library's functions: "fused_add"(a, b, sum), "fused_scale"(a, doubled, copied), and
 * "_lookup_linked_param"(storage id). */

/* save_param_dict({"p": values, "unused": ...}); returns its size. */
size_t graph_model_params(const float *values, uint8_t *buffer, size_t buffer_size_bytes);

#endif
