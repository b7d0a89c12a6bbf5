/* Start-up of the runtime. */
#ifndef TVM_RUNTIME_CRT_CRT_H_
#define TVM_RUNTIME_CRT_CRT_H_

#include <inttypes.h>
#include <tvm/runtime/crt/error_codes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Call once, when the platform is up and before anything else here: registers the runtime's own
 * functions. Errors: no memory, or TVM_CRT_GLOBAL_FUNC_REGISTRY_SIZE_BYTES is too small. */
tvm_crt_error_t TVMInitializeRuntime(void);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_CRT_H_
