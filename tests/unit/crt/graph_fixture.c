#include "unit/crt/graph_fixture.h"

#include "unit/crt/crt_platform.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tvm/runtime/crt/crt.h>
#include <tvm/runtime/crt/internal/common/crt_runtime_api.h>

const float graph_parameter[GRAPH_FLOATS] = {1, 2, 3, 4, 5, 6};

const DLDevice cpu = {kDLCPU, 0};
TVMModuleHandle library;
TVMGraphExecutor *executor;
long live_before;

static void start_library(struct graph_model model)
{
    graph_model = model;
    ck_assert_int_eq(TVMInitializeRuntime(), 0);
    ck_assert_int_eq(crt_system_library(&library), 0);
    live_before = crt_platform.live_allocations;
    executor = NULL;
}

void graph_start(void)
{
    start_library((struct graph_model){.links = false});
}

void graph_start_linked(void)
{
    start_library((struct graph_model){.links = true});
}

void graph_start_old(void)
{
    start_library((struct graph_model){.old = true});
}

void graph_end(void)
{
    if (executor)
        ck_assert_int_eq(TVMGraphExecutor_Release(&executor), 0);
    ck_assert_ptr_null(executor);
    ck_assert_int_eq(crt_platform.live_allocations, live_before);
}

int create(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, size);
    copy[size] = '\0';
    int status = TVMGraphExecutor_Create(copy, library, &cpu, &executor);
    free(copy);
    return status;
}

void create_whole(void)
{
    ck_assert_msg(create(graph_model_json, strlen(graph_model_json)) == 0, "%s", TVMGetLastError());
}

void replace(const char *part, const char *instead, char text[GRAPH_TEXT_MAX])
{
    const char *at = strstr(graph_model_json, part);
    ck_assert_ptr_nonnull(at);
    snprintf(text, GRAPH_TEXT_MAX, "%.*s%s%s", (int)(at - graph_model_json), graph_model_json,
             instead, at + strlen(part));
}

DLTensor tensor_of(float *data, int64_t *shape, int ndim)
{
    return (DLTensor){
        .data = data, .device = cpu, .ndim = ndim, .dtype = {kDLFloat, 32, 1}, .shape = shape};
}

int set_input(const char *name, float first)
{
    float values[GRAPH_FLOATS];
    int64_t shape[] = {2, 3};
    DLTensor tensor = tensor_of(values, shape, 2);
    for (int i = 0; i < GRAPH_FLOATS; i++)
        values[i] = first + (float)i;
    return TVMGraphExecutor_SetInput(executor, name, &tensor);
}

int load_params(const float *values)
{
    uint8_t blob[512];
    size_t size = graph_model_params(values, blob, sizeof(blob));
    ck_assert_uint_le(size, sizeof(blob));
    return TVMGraphExecutor_LoadParams(executor, (const char *)blob, (uint32_t)size);
}

void run_and_check(const float *parameter)
{
    float values[GRAPH_FLOATS];
    int64_t flat[] = {GRAPH_FLOATS};
    int64_t shape[] = {2, 3};
    DLTensor out = tensor_of(values, flat, 1);
    ck_assert_int_eq(set_input("x", 100), 0);
    ck_assert_msg(TVMGraphExecutor_Run(executor) == 0, "%s", TVMGetLastError());
    ck_assert_int_eq(TVMGraphExecutor_GetOutput(executor, 0, &out), 0);
    for (int i = 0; i < GRAPH_FLOATS; i++)
        ck_assert_float_eq(values[i], 100 + (float)i + parameter[i]);
    out = tensor_of(values, shape, 2);
    ck_assert_int_eq(TVMGraphExecutor_GetOutput(executor, 1, &out), 0);
    for (int i = 0; i < GRAPH_FLOATS; i++)
        ck_assert_float_eq(values[i], 2 * (100 + (float)i + parameter[i]));
}

void expect_error(int status, const char *says)
{
    ck_assert_int_ne(status, 0);
    ck_assert_msg(strstr(TVMGetLastError(), says) != NULL, "\"%s\" is not in \"%s\"", says,
                  TVMGetLastError());
}
