/* What app.cmake would make of the model in benchmark_fixture.c. */
#pragma once
#define MODEL_INPUTS(X) X(codes, 4, int8, codes, false) X(levels, 8, float32, levels, false)
#define MODEL_NAME "fixture"
