/* Calling a function by name from C. */
#ifndef TVM_RUNTIME_CRT_PACKED_FUNC_H_
#define TVM_RUNTIME_CRT_PACKED_FUNC_H_

#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/module.h>
#include <tvm/runtime/crt/platform.h>

#include "crt_config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "float32", "int8x4", "bool", "handle"; an unknown name gives bits 0. */
DLDataType String2DLDataType(const char *s);

typedef struct TVMArgs {
    TVMValue values[TVM_CRT_MAX_ARGS];
    int tcodes[TVM_CRT_MAX_ARGS];
    uint32_t values_count;
} TVMArgs;

/* values_count over TVM_CRT_MAX_ARGS is cut. */
TVMArgs TVMArgs_Create(TVMValue *values, uint32_t *tcodes, uint32_t values_count);

typedef struct TVMPackedFunc {
    char name[200];
    TVMFunctionHandle fexec;
    TVMArgs args;
    TVMArgs ret_value;
    int (*Call)(struct TVMPackedFunc *pf);
    void (*SetArgs)(struct TVMPackedFunc *pf, const struct TVMArgs *args);
} TVMPackedFunc;

int TVMPackedFunc_InitGlobalFunc(TVMPackedFunc *pf, const char *name, const TVMArgs *args);
int TVMPackedFunc_InitModuleFunc(TVMPackedFunc *pf, TVMModuleHandle module, const char *name,
                                 const TVMArgs *args);
int TVMPackedFunc_Call(TVMPackedFunc *pf);
void TVMPackedFunc_SetArgs(TVMPackedFunc *pf, const TVMArgs *args);

/* The target of TVMCFuncSetReturn. */
typedef struct TVMCReturnValue {
    TVMValue *ret_val;
    int *ret_type_code;
} TVMCReturnValue;

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_PACKED_FUNC_H_
