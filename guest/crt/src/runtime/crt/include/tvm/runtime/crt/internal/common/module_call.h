/* What the functions of an executor's module share: their arguments as one value, and the checks
 * that each of them begins with. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_COMMON_MODULE_CALL_H_
#define TVM_RUNTIME_CRT_INTERNAL_COMMON_MODULE_CALL_H_

#include <tvm/runtime/c_runtime_api.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/func_registry.h>
#include <tvm/runtime/crt/internal/common/error.h>

/* Arguments of a TVMBackendPackedCFunc, passed on whole, and what that function is called. */
struct module_call {
    const char *name;
    const TVMValue *args;
    const int *type_codes;
    int num_args;
    TVMValue *ret_val;
    int *ret_type_code;
};

/* Of one function of a module, at the place that it has in the module's registry. */
struct module_function {
    int (*body)(const struct module_call *call);
    int num_args; /* NUM_ARGS_VARY: body checks how many there are */
};

enum { NUM_ARGS_VARY = -1 };

int module_call_check(const struct module_call *call, int num_args);

/* The body of functions that TVM's larger executors have, and that neither TVM's own CRT has for
 * boards. Returns an error whose text is set. */
int module_call_missing(const struct module_call *call);

/* For a TVMBackendPackedCFunc that stands in registry->funcs for all functions of a module: finds
 * the one that is called, sets call->name and calls its body, if there is an executor (else CREATE,
 * a function's name, makes one) and as many arguments as it takes. Returns 0, or an error whose
 * text is set. resource_handle: that of the packed function. */
int module_call_dispatch(struct module_call *call, const TVMFuncRegistry *registry,
                         const struct module_function *functions, const void *resource_handle,
                         const void *executor, const char *create);

/* Returns 0. */
int module_call_return_int(const struct module_call *call, int value);

#endif // TVM_RUNTIME_CRT_INTERNAL_COMMON_MODULE_CALL_H_
