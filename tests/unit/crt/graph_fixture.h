/* A graph executor made and used from C: shared by its tests. */
#ifndef TESTS_UNIT_GRAPH_FIXTURE_H
#define TESTS_UNIT_GRAPH_FIXTURE_H

#include "unit/crt/graph_model.h"

#include <stddef.h>
#include <tvm/runtime/crt/graph_executor.h>

enum { GRAPH_TEXT_MAX = 4096 };

extern const float graph_parameter[GRAPH_FLOATS]; /* for p, where it is not linked */
extern const DLDevice cpu;
extern TVMModuleHandle library;
extern TVMGraphExecutor *executor; /* NULL: none was made */
extern long live_before;           /* pieces of memory in use before each test */

/* Fixtures: the library as it is by default, with p linked, with a table as of TVM 0.8. */
void graph_start(void);
void graph_start_linked(void);
void graph_start_old(void);
/* Frees the executor. Nothing may stay, however a test ended. */
void graph_end(void);

/* Without a NUL in reach behind the text's: reading past the end would be seen. */
int create(const char *text, size_t size);
void create_whole(void);
/* The graph with the first PART of it replaced. */
void replace(const char *part, const char *instead, char text[GRAPH_TEXT_MAX]);

DLTensor tensor_of(float *data, int64_t *shape, int ndim);
/* NAME's floats become first, first + 1, ... */
int set_input(const char *name, float first);
int load_params(const float *values);
/* x is 100, 101, ...; the outputs are x + p, and twice that. */
void run_and_check(const float *parameter);
void expect_error(int status, const char *says);

#endif
