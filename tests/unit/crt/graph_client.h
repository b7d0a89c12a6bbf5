/* A client that makes and drives a graph executor over RPC: shared by its tests. */
#ifndef TESTS_UNIT_GRAPH_CLIENT_H
#define TESTS_UNIT_GRAPH_CLIENT_H

#include "unit/crt/crt_client.h"
#include "unit/crt/graph_model.h"

extern struct message message; /* the one that is being put together */

/* Fixtures: the library as it is by default, and with p linked. */
void open_client(void);
void open_linked(void);

/* Begin a call of a module's function; count arguments follow. */
void begin_function(uint64_t module, const char *name, const int *types, int count);
/* Whole calls. */
void call_none(uint64_t module, const char *name);
void call_int(uint64_t module, const char *name, int64_t argument);
void call_string(uint64_t module, const char *name, const char *argument);

void expect_null(void);
/* Floats of ndim dimensions; returns where its data is. */
uint64_t expect_array(int ndim);

/* tvm.graph_executor.create, of a string and of bytes in the device's memory. */
void send_create(const char *graph, int64_t device_type, int64_t device_id);
void send_create_from(uint64_t data, size_t size);
uint64_t expect_module(void);
/* The whole graph is longer than a packet. */
uint64_t create_whole(void);
uint64_t create_small(void);

#endif
