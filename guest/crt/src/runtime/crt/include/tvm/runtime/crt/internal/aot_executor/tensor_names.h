/* Inputs and outputs by name, for the executor's module: TVM's functions, with the side as a value.
 */
#ifndef TVM_RUNTIME_CRT_INTERNAL_AOT_EXECUTOR_TENSOR_NAMES_H_
#define TVM_RUNTIME_CRT_INTERNAL_AOT_EXECUTOR_TENSOR_NAMES_H_

#include <tvm/runtime/crt/aot_executor.h>

enum aot_side { AOT_INPUTS, AOT_OUTPUTS };

int64_t aot_count(const TVMAotExecutor *executor, enum aot_side side);

/* TVMAotExecutor_GetInputIndex, or ...OutputIndex: -1, with text, when there is none. */
int aot_index_of(const TVMAotExecutor *executor, enum aot_side side, const char *name);

/* TVMAotExecutor_GetInputName, or ...OutputName: not 0, with text, when there is none. */
int aot_name_of(const TVMAotExecutor *executor, enum aot_side side, int index,
                const char **ret_name);

#endif // TVM_RUNTIME_CRT_INTERNAL_AOT_EXECUTOR_TENSOR_NAMES_H_
